"""Drafted policies and people: what the generator reaches, that a difference is seen, and that the laws hold.

The same at length, and with other engines than the reference, is `python -m tests.differential --minutes 10`.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from attrs import evolve
from tests.differential.changed_policies import changed_policy
from tests.differential.constructs import OUT_OF_REACH, Coverage, all_constructs, constructs_of
from tests.differential.constructs_together import Together, allowed, at_hand, pairs_of
from tests.differential.drafts import Draft, compiled, drafted
from tests.differential.laws import LAWS, broken
from tests.differential.outcomes import differences, outcome, result_places
from tests.differential.people import World, world
from tests.differential.policies_at_hand import policies_at_hand
from tests.differential.sentences import Line, printed
from tests.differential.shrinking import shrunk
from tests.differential.written_cases import read_case, written

from creditlang.ledger import Entry, Step, StudentResult
from creditlang.one_student import Engine

pytestmark = pytest.mark.adds_up_itself

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
ENGINES = [name for name in get_args(Engine) if name not in ("auto", "reference")]
SELDOM_TOGETHER = 0.25
"""The share of what people wrote in one sentence that so few policies may miss."""
_ALL_OR_OTHERWISE = (
    "unit credit", "record act", "    item: item", "    size: number", "category c in credit from act",
    "    item a", "        all that apply", "        1 per event when size > 1", "        2 per event when size > 2",
    "    item b", "        MODE", "        1 per event when size > 1", "        2 per event otherwise",
)  # fmt: skip
RARE = 12
"""Constructs that so few policies may miss; a longer run meets all."""


@cache
def draft(seed: int) -> Draft:
    """The first policy from a seed on."""
    found = None
    while found is None:
        rng = random.Random(seed)
        found = drafted(rng, "zh" if rng.random() < 0.25 else "en")
        seed += 1000
    return found


def test_nearly_everything_is_drafted() -> None:
    coverage, together = Coverage(), Together()
    for seed in range(160):
        coverage.add(constructs_of(draft(seed).policy))
        together.add(draft(seed).policy)
    assert len(coverage.missing) <= RARE, coverage.missing
    assert len(coverage.pairs) > 0.65 * len(all_constructs()) ** 2 / 2
    assert len(together.missing) < SELDOM_TOGETHER * len(at_hand()), together.missing[:99]
    assert len(together.pairs.keys() & allowed()) > 0.6 * len(allowed())


def test_what_stands_together_is_seen() -> None:
    """An amount by all the cases that apply, and one for when none does, stand in one sentence, or in two."""
    text = "".join(f"{line}\n" for line in _ALL_OR_OTHERWISE)
    one, two = (compiled(text.replace("MODE", mode)) for mode in ("all that apply", "first that applies"))
    assert one is not None
    assert two is not None
    met = ("Amount.mode=all", "cases: Case.otherwise")
    assert met in pairs_of(one)
    assert met not in pairs_of(two)
    assert {"Amount.mode=all", "Case.otherwise"} <= constructs_of(two)


def test_what_is_out_of_reach_is_there() -> None:
    """A reason is only needed for what exists."""
    names = {name.partition(".")[0] for name in all_constructs()} | {"Operator", "Expression", "Extent"}
    assert {name.partition(".")[0] for name in OUT_OF_REACH} - names <= {"Unknown", "Call", "ReadingNote", "Objections"}
    assert not OUT_OF_REACH.keys() & all_constructs()


@pytest.mark.parametrize("seed", range(24))
def test_engines_agree_and_laws_hold(seed: int) -> None:
    """Two thousand cases: each policy with its people, through every engine and two laws."""
    one = draft(seed)
    people = world(random.Random(seed), one.policy, 40, 8)
    reference = outcome(one.policy, people)
    assert not reference.raised, one.text
    for engine in ENGINES:
        assert differences(reference, outcome(one.policy, people, engine)) == [], f"{engine}\n{one.text}"
    for name in random.Random(seed).sample(list(LAWS), 2):
        assert broken(name, seed, one, people, reference) == [], f"{name}\n{one.text}"


@pytest.mark.parametrize("seed", range(16))
def test_engines_agree_on_changed_policies(seed: int) -> None:
    """Each is another than at hand, and can be made small: its lines say what its text says."""
    one = next(x for more in range(seed, 9999, 1000) if (x := changed_policy(random.Random(more))) is not None)
    assert one.text not in {text for text, _ in policies_at_hand()}
    again = printed(list(one.lines), one.dialect)
    assert compiled(again) is not None
    assert again.split() == one.text.split()
    people = world(random.Random(seed), one.policy, 20, 6)
    reference = outcome(one.policy, people)
    assert not reference.raised, one.text
    for engine in ENGINES:
        assert differences(reference, outcome(one.policy, people, engine)) == [], f"{engine}\n{one.text}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_found_is_mended(path: Path) -> None:
    """Cases in which engines once differed, or the reference raised something."""
    text, people = read_case(path)
    policy = compiled(text, check=False)
    assert policy is not None
    reference = outcome(policy, people)
    assert not reference.raised
    for engine in ENGINES:
        assert differences(reference, outcome(policy, people, engine)) == [], engine


def _other(value: Any) -> Any:
    """Another value of the same sort."""
    match value:
        case bool():
            return not value
        case Decimal():
            return value + 1
        case str():
            return value + "x"
        case tuple() | list():
            return [*value, "x"] if isinstance(value, list) else (*value, "x")
        case set():
            return value | {"x"}
    return {**value, "x": "met"} if isinstance(value, dict) else "x"


def _case(needed: Callable[[StudentResult], bool]) -> StudentResult:
    for seed in range(99):
        found = outcome(draft(seed).policy, world(random.Random(seed), draft(seed).policy, 20, 8))
        for result in found.results.values():
            if needed(result):
                return result
    raise AssertionError("no such result")


@pytest.mark.parametrize("part", [part.name for part in attrs.fields(StudentResult) if part.name != "entries"])
def test_a_difference_of_results_is_seen(part: str) -> None:
    result = _case(lambda x: bool(x.entries and x.accounts))
    assert list(result_places(result, evolve(result))) == []
    assert list(result_places(result, evolve(result, **{part: _other(getattr(result, part))})))


@pytest.mark.parametrize("part", [part.name for part in attrs.fields(Entry)])
def test_a_difference_of_entries_is_seen(part: str) -> None:
    result = _case(lambda x: any(entry.steps and entry.rule for entry in x.entries))
    entry = next(entry for entry in result.entries if entry.steps)
    changed = evolve(entry)
    changed.on, changed.semester = entry.on, entry.semester
    others = [changed if x is entry else x for x in result.entries]
    assert list(result_places(result, evolve(result, entries=others))) == []
    value: Any = _other(getattr(entry, part))
    if part == "record":
        value = entry.record.copy()
        value.values = {**value.values, "x": 1}
    elif part == "carriers":
        value = (entry,)
    elif part == "steps":
        value = [*entry.steps, Step("amount", "", None, Decimal(1), "")]
    setattr(changed, part, value)
    assert list(result_places(result, evolve(result, entries=others)))


def test_a_case_is_made_small_and_written_and_read(tmp_path: Path) -> None:
    """Smaller as long as it fails, here: as long as a record is cut."""
    seed = next(x for x in range(99) if "CAP" in "".join(line.text for part in draft(x).lines for line in part.under))
    one = draft(seed)

    def fails(some: Draft, people: World) -> bool:
        return any(row[3] == "counted" for row in outcome(some.policy, people).tables.get("records", ()))

    people = world(random.Random(seed), one.policy, 12, 6)
    assert fails(one, people)
    small, few = shrunk(one, people, fails, seconds=4)
    assert fails(small, few)
    assert sum(map(len, few.rows.values())) < 12 < sum(map(len, people.rows.values()))
    assert len(small.text) < len(one.text) / 2
    path = tmp_path / "case.md"
    path.write_text(written("a case", small.text, few, ["one ≠ two"]), encoding="utf-8")
    text, read = read_case(path)
    assert text == small.text
    again = compiled(text)
    assert again is not None
    assert differences(outcome(small.policy, few), outcome(again, read)) == []


def test_both_dialects_are_printed() -> None:
    lines = [Line("CATEGORY sport IN_UNIT credit", [Line('ITEM run: 0.5 PER_EVENT WHEN flag, "as IT is"')])]
    assert printed(lines, "en") == 'category sport in credit\n    item run: 0.5 per event when flag, "as IT is"\n'
    assert printed(lines, "zh") == '类别 sport 单位 credit\n    项目 run: 0.5 每次 当 flag, "as IT is"\n'
