"""Who is not met by what differs between two policies comes to the same with both: drafted policies with other numbers,
and everybody worked out by the interpreter.
"""

import random
import re
from collections import Counter
from decimal import Decimal

import pytest
from tests.differential.drafts import compiled, drafted
from tests.differential.people import World, world

from creditlang.comparison import Finder
from creditlang.comparison.changed_parts import changed_parts
from creditlang.core.operators import Policy
from creditlang.data.reader import DataReader
from creditlang.ledger import StudentResult
from creditlang.one_student import OneStudent, as_read

pytest.importorskip("pyarrow")

from creditlang.comparison.columns_compared import ColumnSide, unchanged
from creditlang.data.coded.coded_dataset import CodedDataset

pytestmark = pytest.mark.adds_up_itself

_NUMBER = re.compile(r"(?<![\w.-])\d+(\.\d+)?(?![\w.-])")


def altered(rng: random.Random, text: str) -> Policy | None:
    """A policy with another number in one line, or with a line less."""
    lines = text.splitlines()
    places = [at for at, line in enumerate(lines) if _NUMBER.search(line) and "-" not in line]
    if not places or rng.random() < 0.2:
        del lines[rng.randrange(len(lines))]
    else:
        at = rng.choice(places)
        lines[at] = _NUMBER.sub(lambda found: str(Decimal(found[0]) + 1), lines[at], count=1)
    return compiled("\n".join(lines) + "\n")


def told(rng: random.Random, old: Policy, new: Policy, people: World) -> Counter[str]:
    """How many students are said to come to the same, and whether that is so."""
    given = {name: Decimal(2) for name in ("limit_of", "rate") if name in old.settings and rng.random() < 0.3}
    dataset = DataReader(old).read(people.tables())
    sides, everybody = [], []
    for policy, overrides in ((old, {}), (new, given)):
        engine = OneStudent(policy, people.as_of, overrides, engine="columnar").columns()
        if engine is None:
            return Counter(("not in columns",))
        sides.append(ColumnSide(policy, overrides, engine))
        everybody.append(OneStudent(policy, people.as_of, overrides, engine="reference"))
    same, outside = unchanged(*sides, CodedDataset.of(old, dataset))
    finder, counts = Finder(old, new, {}, given), Counter[str]()
    limited = changed_parts(old, new, {}, given) is not None
    for number, student in dataset.students.items():
        one, two = (each.result(as_read(student)) for each in everybody)
        if number in outside:
            assert not (one.applies or two.applies)
        elif number in same:
            assert one.applies
            assert two.applies
            assert _unequal(finder, one, two) == []
            counts["not met" if limited else "same"] += 1
            counts["open"] += any(entry.disposition() in ("pending", "invalid") for entry in one.entries) and limited
        else:
            counts["others"] += 1
    return counts


def _unequal(finder: Finder, one: StudentResult, two: StudentResult) -> list[object]:
    found = finder.differences(one, two)
    return [*found.accounts, *found.facts, *found.requirements, *found.records]


def tried(seed: int) -> Counter[str]:
    """One policy with one alteration."""
    rng = random.Random(seed)
    draft = drafted(rng, "en")
    new = altered(rng, draft.text) if draft is not None else None
    if draft is None or new is None or draft.policy.kinds.keys() != new.kinds.keys():
        return Counter(("refused",))
    return told(rng, draft.policy, new, world(rng, draft.policy, 30, 8))


def test_nobody_who_is_not_met_comes_to_something_else() -> None:
    found = sum((tried(seed) for seed in range(70)), Counter[str]())
    assert found["not met"] > 30
    assert found["open"] > 10
    assert found["others"] > 100
