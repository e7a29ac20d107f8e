"""What holds of every comparison: generated records under the small policy, and under edits of it.

What differs must be told, have a cause, and add up.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.cohort import Settings, run_cohort
from creditlang.comparison import Change, Comparison, Differences, differences
from creditlang.core.account_trees import within
from creditlang.core.operators import Policy
from creditlang.driver import compile_text
from creditlang.ledger import StudentResult

pytestmark = pytest.mark.adds_up_itself

WORLDS = Path(__file__).parents[1] / "interpreter" / "test_properties.py"


def _loaded() -> ModuleType:
    spec = spec_from_file_location("worlds", WORLDS)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR: Any = _loaded()
FEW = settings(GENERATOR.FEW, max_examples=40)  # each is two runs of two students, and their comparison
ZERO = Decimal(0)

ESSAYS = "category essays in credit from activity\n    item unheard_of: 0.4 per event\n\n"
FIT = 'require fit\n    "runs" : running at least 0.2\n\n'
EDITS = {
    "nothing": [],
    "cap of an item lower": [("cap 0.5 per semester", "cap 0.3 per semester")],
    "cap of a category lower": [("    cap 3 per semester", "    cap 0.6 per semester")],
    "deduction higher": [("item late: deduct 10 per event", "item late: deduct 20 per event")],
    "fact stricter": [("yes when conduct at least 70", "yes when conduct at least 101")],
    "credit easier": [("1 when conduct at least 85", "1 when conduct at least 60")],
    "credit stricter": [("1 when conduct at least 85", "1 when conduct at least 101")],
    "offset lower": [("per semester up to 1", "per semester up to 0.5")],
    "ratio worse": [("at 1 for 1 when", "at 2 for 1 when")],
    "conversion limited": [("cap 50% of", "cap 20% of")],
    "nothing is taken": [
        ("    take from source when source is present\n", ""),
        ("    posts to target\n    in order of filed_on\n", "    posts to target\n"),
    ],
    "minimum lower": [("moral at least 1.5", "moral at least 0.2")],
    "rule removed": [("    item office\n        0.3 per event\n        once per semester\n", "")],
    "rule added": [("category extra in", f"{ESSAYS}category extra in")],
    "score starts lower": [("starts at 100", "starts at 90")],
    "guard removed": [('    void when fraud, "fraud"\n', "")],
    "requirement added": [("require no_sanction", f"{FIT}require no_sanction")],
    "part added": [('    "conduct" : total', '    "reads" : reading_credits at least 1\n    "conduct" : total')],
    "factor": [("half when leader\n        highest", "times 0.75 when leader\n        highest")],
    "posts elsewhere": [("    posts to target\n", "")],
}


@cache
def edited(name: str) -> Policy:
    """The small policy with an edit."""
    text = (WORLDS.parent / "small.credit").read_text(encoding="utf-8")
    for old, new in EDITS[name]:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    compiled = compile_text(text, "small.credit")
    assert not compiled.errors, [x.code for x in compiled.errors]
    return compiled.policy


def results(rows: Any, name: str) -> dict[str, StudentResult]:
    """The results by student under an edit of the policy."""
    kept: dict[str, StudentResult] = {}
    run_cohort(
        edited(name), GENERATOR.tables(rows), Settings(language="en"), lambda: (), {},
        keep=lambda result: kept.__setitem__(result.student, result),
    )  # fmt: skip
    return kept


EDIT = st.sampled_from([name for name in EDITS if name != "nothing"])


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_a_policy(name: str) -> None:
    assert (edited(name).fingerprint == edited("nothing").fingerprint) == (name == "nothing")


@given(rows=GENERATOR.worlds())
@FEW
def test_equal_results_do_not_differ(rows: Any) -> None:
    policy = edited("nothing")
    for one, two in zip(results(rows, "nothing").values(), results(rows, "nothing").values(), strict=True):
        found = differences(one, two, policy, policy)
        assert not found
        assert found == Differences((), (), (), (), (), ())


@given(rows=GENERATOR.worlds(), name=EDIT)
@FEW
def test_the_changes_lead_from_one_result_to_the_other(rows: Any, name: str) -> None:
    """Balances, statuses and facts of `before`, with the changes put in, are those of `after`."""
    one, two = results(rows, "nothing"), results(rows, name)
    old, new = edited("nothing"), edited(name)
    for student, before in one.items():
        after, found = two[student], differences(before, two[student], old, new)
        balances = {(x.account, x.period): x.amount for x in before.accounts}
        _apply(balances, found.accounts)
        assert _without_zeros(balances) == _without_zeros({(x.account, x.period): x.amount for x in after.accounts})
        statuses: dict[Any, Any] = {(requirement, ""): status for requirement, status in before.requirements.items()}
        _apply(statuses, found.requirements)
        assert {key: x for key, x in statuses.items() if x} == {(x, ""): y for x, y in after.requirements.items()}
        facts = {(x.fact, x.period): x.value for x in before.facts}
        _apply(facts, found.facts)
        assert facts == {(x.fact, x.period): x.value for x in after.facts}


def _apply(values: dict[Any, Any], changes: tuple[Change, ...]) -> None:
    for change in changes:
        assert values.get((change.name, change.period)) == change.before
        values[change.name, change.period] = change.after


def _without_zeros(balances: dict[Any, Any]) -> dict[Any, Any]:
    return {key: amount for key, amount in balances.items() if amount}


@pytest.mark.parametrize("name", EDITS)
@given(rows=GENERATOR.worlds())
@settings(GENERATOR.FEW, max_examples=15)
def test_everything_that_changed_has_a_cause(name: str, rows: Any) -> None:
    """Which rule did it is never empty, and a cause of something is among the causes of all."""
    one, two = results(rows, "nothing"), results(rows, name)
    for student, before in one.items():
        found = differences(before, two[student], edited("nothing"), edited(name))
        for change in (*found.accounts, *found.facts, *found.requirements, *found.parts):
            causes = found.because[change.key]
            assert causes, change
            assert all(any(cause is rule for rule in found.rules) for cause in causes)
            assert all(cause.before != cause.after for cause in causes)


@given(rows=GENERATOR.worlds(), name=EDIT)
@FEW
def test_rules_add_up_to_the_totals_of_categories(rows: Any, name: str) -> None:
    """Where all is decided, what rules count more or less is what the category has more or less."""
    one, two = results(rows, "nothing"), results(rows, name)
    for student, before in one.items():
        new = edited(name)
        found = differences(before, two[student], edited("nothing"), new)
        for change in found.accounts:
            if change.period or new.accounts[change.name].sort != "category":
                continue
            inside = set(within(new.accounts, change.name))
            moved = [rule.difference for rule in found.rules if rule.sort == "rule" and rule.account in inside]
            if isinstance(change.difference, Decimal) and all(isinstance(x, Decimal) for x in moved):
                assert sum((x for x in moved if isinstance(x, Decimal)), ZERO) == change.difference


@given(rows=GENERATOR.worlds(), name=EDIT)
@FEW
def test_the_other_way_round_gains_are_losses(rows: Any, name: str) -> None:
    one, two = results(rows, "nothing"), results(rows, name)
    for student, before in one.items():
        there = differences(before, two[student], edited("nothing"), edited(name))
        back = differences(two[student], before, edited(name), edited("nothing"))
        for part in ("accounts", "requirements", "facts"):
            ways = {(x.name, x.period): x.direction for x in getattr(there, part)}
            assert {(x.name, x.period): -x.direction for x in getattr(back, part)} == ways


@given(rows=GENERATOR.worlds(), name=EDIT, seed=st.integers(0, 9))
@FEW
def test_the_order_of_students_does_not_matter(rows: Any, name: str, seed: int) -> None:
    one, two = results(rows, "nothing"), results(rows, name)
    students = list(one)

    def compared(order: Callable[[list[str]], None]) -> Comparison:
        order(students)
        comparison = Comparison(edited("nothing"), edited(name))
        for student in students:
            comparison.add(one[student], two[student])
        return comparison

    first, second = compared(lambda names: names.sort()), compared(random.Random(seed).shuffle)
    assert {name: table.rows for name, table in first.tables.items()} == {
        name: table.rows for name, table in second.tables.items()
    }
    assert first.numbers == second.numbers
    assert first.text("zh") == second.text("zh")


@given(rows=GENERATOR.worlds(), name=EDIT)
@FEW
def test_the_tables_name_a_rule_for_every_total_and_status(rows: Any, name: str) -> None:
    comparison = Comparison(edited("nothing"), edited(name))
    one, two = results(rows, "nothing"), results(rows, name)
    for student, before in one.items():
        comparison.add(before, two[student])
    for table in ("changes", "crossings"):
        names = [column.name for column in comparison.tables[table].columns]
        for row in comparison.tables[table]:
            assert dict(zip(names, row, strict=True))["rules"], row
    numbers = comparison.numbers
    assert numbers.changed == numbers.gained + numbers.lost + numbers.mixed + numbers.otherwise
    assert numbers.changed <= numbers.compared == len(one)
