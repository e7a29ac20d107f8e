"""Questions about all students: how many records, who meets a condition, who has most."""

from collections.abc import Mapping
from decimal import Decimal
from heapq import nsmallest

from attrs import frozen

from creditlang import values as v
from creditlang.cohort import Progress
from creditlang.queries import Condition, Records, Value
from creditlang.results import result_value, shown_results
from creditlang.schema import Row
from creditlang.values import Interval
from creditlang_repl.workspace import View


@frozen
class Counted:
    """How many records of how many students meet a condition."""

    records: int
    students: int


def count(view: View, question: Records, progress: Progress) -> Counted:
    """Count records; one that falls on several students is one."""
    found: set[tuple[str, str]] = set()
    students = 0
    for _, answers in view.all(progress, lambda number: view.answers(number, question.records_only)):
        own = [(record.kind, record.identifier) for record in question.of(answers)]
        students += bool(own)
        found.update(own)
    return Counted(len(found), students)


@frozen
class Listed:
    """The students of whom a condition holds, and those of whom that is open."""

    rows: Mapping[str, Row]
    """What the table of students has of each."""
    open: tuple[str, ...]
    outside: int
    """Students to whom the policy does not apply; they are not asked."""


def those(view: View, condition: Condition | None, progress: Progress) -> Listed:
    """Students to whom the policy applies and of whom a condition holds, with their results."""
    rows: dict[str, Row] = {}
    undecided, outside = [], 0
    for number, answers in view.all(progress, view.answers):
        result = answers.result
        unknown = not result.applies and view.student(number).unreadable
        outside += not result.applies and not unknown
        answer: v.Answer = v.OPEN if unknown else result.applies
        if result.applies and condition is not None:
            answer = condition.of(answers)
        if answer is True:
            rows[number] = (number, *(result_value(result, *each) for each in shown_results(view.policy)))
        elif answer is v.OPEN:
            undecided.append(number)
    return Listed(rows, tuple(undecided), outside)


def top(
    view: View, most: int, value: Value, condition: Condition | None, progress: Progress
) -> tuple[list[tuple[str, v.Number]], int]:
    """The students with the highest values, and how many have none. An open value stands by its lower end."""
    found: list[tuple[str, v.Number]] = []
    without = 0
    for number, answers in view.all(progress, view.answers):
        if not answers.result.applies or (condition is not None and condition.of(answers) is not True):
            continue
        known = value.of(answers)
        if isinstance(known, (Decimal, Interval)):
            found.append((number, known))
        else:
            without += 1
    return nsmallest(most, found, key=lambda pair: (v.low(pair[1]).copy_negate(), pair[0])), without
