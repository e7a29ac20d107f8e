"""Runs the examples that stand in a policy: records in, expectations compared, nothing else assumed.

An example is one student. `every example` gives what is not said: attributes, an as-of date, records of kinds that the
example does not mention. Records get numbers in written order, so two of one date are taken in that order. Each row of
a table of examples is an example of its own.
"""

from collections.abc import Iterator
from datetime import date

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Diagnostic
from creditlang.example_cases import BadExample, ExampleCase, cases_of, records_of, student_of, told
from creditlang.examples.example_settings import ranks_of, settings_of, written_name
from creditlang.examples.judge import Judge
from creditlang.ledger import Record, StudentResult, group_on
from creditlang.one_student import StudentsOfPolicy, as_read, day_not_said, together_names
from creditlang.resolve import Program
from creditlang.source import Span
from creditlang.syntax import tree as t


@frozen
class Outcome:
    """How an example went: its title, what failed, and what it exercised."""

    title: str
    span: Span
    failures: tuple[Diagnostic, ...]
    covered: frozenset[int]
    cells: frozenset[tuple[str, tuple[str, ...]]]
    cites: tuple[str, ...]


def run_examples(policy: o.Policy, program: Program, about: str = "") -> Iterator[Outcome]:
    """The outcomes of the examples of a policy, in written order: of those that have `about`, in capitals or not, in
    their title or in an article that they cite.
    """
    students = StudentsOfPolicy(policy)
    for example in program.examples:
        for case in cases_of(policy, example, program.every_example):
            if any(about.casefold() in text.casefold() for text in (case.title, *case.cites)):
                yield _run(policy, program, case, students)


@frozen(eq=False, repr=False)
class WorkedExample:
    """An example that can be worked out: what is written in it, and what comes of it when somebody asks."""

    policy: o.Policy
    program: Program
    case: ExampleCase
    students: StudentsOfPolicy

    @property
    def title(self) -> str:
        """Of the example; that of a table stands for all its rows."""
        return self.case.title.removesuffix(f": {self.case.span.text}")

    @property
    def cites(self) -> tuple[str, ...]:
        """The articles that it cites."""
        return self.case.cites

    @property
    def records(self) -> list[t.ExampleRecord]:
        """The records that stand in it, without those of every example."""
        return [record for record in self.case.records if str(id(record)) in self.case.own]

    @property
    def expectations(self) -> list[t.Expectation]:
        """What it expects."""
        return self.case.expectations

    def worked_out(self) -> tuple[StudentResult, list[str], Judge]:
        """The result, the identifiers of its own records, and what finds what is expected. Raises `BadExample`."""
        result, own = _evaluate(self.policy, self.program, self.case, self.students)
        return result, own, Judge(self.policy, self.program, self.case.names, own, result)


def examples_to_work_out(policy: o.Policy, program: Program) -> Iterator[WorkedExample]:
    """The examples of a policy in written order, none of them worked out yet."""
    students = StudentsOfPolicy(policy)
    for example in program.examples:
        for case in cases_of(policy, example, program.every_example):
            yield WorkedExample(policy, program, case, students)


# ---- running
def _run(policy: o.Policy, program: Program, case: ExampleCase, students: StudentsOfPolicy) -> Outcome:
    try:
        result, order = _evaluate(policy, program, case, students)
    except BadExample as error:
        return Outcome(case.title, case.span, (error.diagnostic,), frozenset(), frozenset(), case.cites)
    failures = tuple(
        failure
        for expectation in case.expectations
        if (failure := Judge(policy, program, case.names, order, result).check(expectation)) is not None
    )
    if failures:  # what a run says of the whole person may be why
        failures += tuple(evolve(problem, span=case.span) for problem in result.problems if problem.place is None)
    return Outcome(case.title, case.span, failures, frozenset(result.covered), frozenset(result.cells), case.cites)


def _evaluate(
    policy: o.Policy, program: Program, case: ExampleCase, students: StudentsOfPolicy
) -> tuple[StudentResult, list[str]]:
    rows = GivenRows(policy)
    who = student_of(policy, rows, case)
    records, own = records_of(policy, rows, case, who)
    as_of = date.fromisoformat(case.as_of) if case.as_of else None
    records = [record for record in records if _is_his(policy, record, records)]
    if unsaid := day_not_said(policy, as_of, records):
        raise BadExample(told(unsaid), case.span)
    among = together_names(policy)
    ranks = [setting for setting in case.settings if written_name(setting) in among]
    others = [setting for setting in case.settings if written_name(setting) not in among]
    overrides = settings_of(policy, program, others)
    one_student = students.at(as_of, overrides, ranks_of(policy, among, ranks))
    return one_student.result(as_read(who, records)), own


def _is_his(policy: o.Policy, record: Record, records: list[Record]) -> bool:
    """Whether a record falls on the example's student: one that writes a group, only when that is his on the day."""
    kind = policy.kinds[record.kind]
    group = record.values.get(kind.group or "")
    if kind.membership is None or group is None:
        return True
    return group_on([other for other in records if other.kind == kind.membership], kind.group or "", record.on) == group
