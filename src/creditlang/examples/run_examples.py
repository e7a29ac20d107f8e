"""Runs the examples that stand in a policy: records in, expectations compared, nothing else assumed.

An example is one student. `every example` gives what is not said: attributes, an as-of date, records of kinds that the
example does not mention. Records get numbers in written order, so two of one date are taken in that order. Each row of
a table of examples is an example of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import define, evolve, field, frozen

from creditlang.core import operators as o
from creditlang.data.cells import CellError, strip_cell
from creditlang.data.columns import given_text
from creditlang.data.dataset import Student
from creditlang.data.reader import DataReader
from creditlang.diagnostics import Diagnostic, Phrase, Place, message
from creditlang.examples.example_settings import ranks_of, settings_of, written_name
from creditlang.examples.judge import BadExample, Judge, unknown
from creditlang.ledger import Record, StudentResult, group_on
from creditlang.one_student import StudentsOfPolicy, as_read, day_not_said, together_names
from creditlang.resolve import Program
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.from_lark_examples import disposition_of
from creditlang.words import both, label


@frozen
class Outcome:
    """How an example went: its title, what failed, and what it exercised."""

    title: str
    span: Span
    failures: tuple[Diagnostic, ...]
    covered: frozenset[int]
    cells: frozenset[tuple[str, tuple[str, ...]]]
    cites: tuple[str, ...]


@define
class _Case:
    """One student to evaluate."""

    title: str
    span: Span
    cites: tuple[str, ...] = ()
    student: list[t.ExampleRecord] = field(factory=list)
    records: list[t.ExampleRecord] = field(factory=list)
    as_of: str | None = None
    settings: list[t.Setting] = field(factory=list)
    expectations: list[t.Expectation] = field(factory=list)
    names: dict[str, list[str]] = field(factory=dict)
    own: set[str] = field(factory=set)

    @property
    def expects_invalid(self) -> bool:
        """Whether a record may be one that cannot be read."""
        return any(expected.disposition == "invalid" for expected in self.expectations)


def bad_examples(policy: o.Policy, program: Program) -> Iterator[Diagnostic]:
    """What is wrong with the records that stand in the examples of a policy, without running these; what stands in many
    is read once.
    """
    reader = DataReader(policy)
    seen: set[str] = set()
    for example in program.examples:
        if isinstance(example, t.Example):
            written = [*example.records, *filter(None, [example.student])]
            new = [record for record in written if record.span.text not in seen]
            invalid = any(expected.disposition == "invalid" for expected in example.expectations)
            if all(record is not example.student and _reads_well(policy, reader, record, invalid) for record in new):
                seen.update(record.span.text for record in new)
                continue
        for case in _cases(policy, example, program.every_example):
            case.records = [
                record for record in case.records if not _reads_well(policy, reader, record, case.expects_invalid)
            ]
            try:
                who = _student(policy, reader, case)
                if case.records:
                    _records(policy, DataReader(policy), case, who)
                seen.update(record.span.text for record in case.student)
            except BadExample as error:
                yield error.diagnostic


def _reads_well(policy: o.Policy, data: DataReader, written: t.ExampleRecord, may_be_invalid: bool) -> bool:
    """Whether nothing is wrong with a written record and, unless it may be invalid, with its cells, as it is with most;
    what is, its reading tells.
    """
    kind = program_kind(policy, written.kind.text)
    if kind is None:
        return False
    try:
        values, _, _ = written_values(policy, policy.kinds[kind], written)
        for reader in () if may_be_invalid else data.columns.of[kind]:
            given = values.get(reader.column.name)
            if given is None and not reader.needed:
                continue
            if not isinstance(given, str) or not strip_cell(given):
                return False
            reader(given_text(given))
    except (BadExample, CellError):
        return False
    return True


def run_examples(policy: o.Policy, program: Program, about: str = "") -> Iterator[Outcome]:
    """The outcomes of the examples of a policy, in written order: of those that have `about`, in capitals or not, in
    their title or in an article that they cite.
    """
    students = StudentsOfPolicy(policy)
    for example in program.examples:
        for case in _cases(policy, example, program.every_example):
            if any(about.casefold() in text.casefold() for text in (case.title, *case.cites)):
                yield _run(policy, program, case, students)


@frozen(eq=False, repr=False)
class WorkedExample:
    """An example that can be worked out: what is written in it, and what comes of it when somebody asks."""

    policy: o.Policy
    program: Program
    case: _Case
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
        for case in _cases(policy, example, program.every_example):
            yield WorkedExample(policy, program, case, students)


def _cases(policy: o.Policy, example: t.Example | t.ExampleTable, defaults: Iterable[t.Example]) -> Iterator[_Case]:
    if isinstance(example, t.ExampleTable):
        yield from (_row_case(policy, example, row, defaults) for row in example.rows[1:])
        return
    case = _Case(
        example.title or "", example.span, tuple(cite.text for cite in example.cites), as_of=example.as_of,
        records=[*example.records], settings=[*example.settings], expectations=[*example.expectations],
    )  # fmt: skip
    if example.student:
        case.student.append(example.student)
    yield _with_defaults(policy, case, defaults)


def _with_defaults(policy: o.Policy, case: _Case, defaults: Iterable[t.Example]) -> _Case:
    mentioned = {program_kind(policy, record.kind.text) for record in case.records}
    case.own = {str(id(record)) for record in case.records}
    for default in defaults:
        if default.student:
            case.student.insert(0, default.student)
        case.records[:0] = [
            record for record in default.records if program_kind(policy, record.kind.text) not in mentioned
        ]
        case.as_of = case.as_of or default.as_of
        case.settings[:0] = default.settings
    return case


def _row_case(policy: o.Policy, example: t.ExampleTable, row: t.Row, defaults: Iterable[t.Example]) -> _Case:
    """One row as an example: its last cell is what the record counts."""
    heading = example.rows[0].cells
    if len(heading) != len(row.cells):
        wrong = t.Expectation(None, span=row.span)
        return _with_defaults(policy, _Case(example.title, row.span, expectations=[wrong]), defaults)
    parts = list(example.record.parts)
    attributes: list[t.RecordPart] = []
    for head, cell in zip(heading[:-1], row.cells[:-1], strict=True):
        if cell.kind != "EMPTY":
            part = t.RecordPart("field", head.text, cell, span=cell.span)
            (attributes if head.text in _student_names(defaults) else parts).append(part)
    last = row.cells[-1]
    if last.kind == "NUMBER":
        expected = t.Expectation("", disposition="any", amount=Decimal(last.text), span=last.span)
    else:
        expected = t.Expectation("", disposition=disposition_of(last.text), span=last.span)
    record = t.ExampleRecord(example.record.kind, tuple(parts), span=row.span)
    student = [t.ExampleRecord(example.record.kind, tuple(attributes), span=row.span)] if attributes else []
    cites = tuple(cite.text for cite in example.cites)
    case = _Case(f"{example.title}: {row.span.text}", row.span, cites, student, [record], expectations=[expected])
    return _with_defaults(policy, case, defaults)


def _student_names(defaults: Iterable[t.Example]) -> set[str]:
    return {part.name for default in defaults if default.student for part in default.student.parts}


# ---- running
def _run(policy: o.Policy, program: Program, case: _Case, students: StudentsOfPolicy) -> Outcome:
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


def _student(policy: o.Policy, reader: DataReader, case: _Case) -> Student:
    """Of whom a case speaks. Raises `BadExample`."""
    given: dict[str, object] = {}
    known = {text: column.name for column in policy.attributes for text in (column.name, *column.labels)}
    for student in case.student:
        for part in student.parts:
            if part.name not in known:
                reason = Phrase(f"students have no “{part.name}”", f"学生没有“{part.name}”")
                raise unknown(reason, part.name, known, part.span)
            given[known[part.name]] = "yes" if part.kind == "word" else _text(part.value)
    who = reader.student_from(given, Place("example"))
    if who.problem is not None:
        raise BadExample(_told(who.problem), case.span)
    return who


def _evaluate(
    policy: o.Policy, program: Program, case: _Case, students: StudentsOfPolicy
) -> tuple[StudentResult, list[str]]:
    reader = DataReader(policy)
    who = _student(policy, reader, case)
    records, own = _records(policy, reader, case, who)
    as_of = date.fromisoformat(case.as_of) if case.as_of else None
    records = [record for record in records if _is_his(policy, record, records)]
    if unsaid := day_not_said(policy, as_of, records):
        raise BadExample(_told(unsaid), case.span)
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


def _told(found: Diagnostic) -> Phrase:
    return both(lambda language: message(found, language))


def _records(policy: o.Policy, reader: DataReader, case: _Case, who: Student) -> tuple[list[Record], list[str]]:
    records: list[Record] = []
    own: list[str] = []
    for written in case.records:
        kind = program_kind(policy, written.kind.text)
        if kind is None:
            text, made = written.kind.text, [kind for kind in policy.kinds.values() if kind.clean is not None]
            reason = Phrase(f"there are no records “{text}”", f"没有“{text}”记录")
            if any(text in (kind.name, *kind.labels) for kind in made):
                reason = Phrase(f"records “{text}” are made, and not given", f"“{text}”记录由系统生成，不能写入")
            known = [name for kind in policy.given_kinds.values() for name in (kind.name, *kind.labels)]
            raise unknown(reason, text, known, written.kind.span)
        values, times, name = written_values(policy, policy.kinds[kind], written)
        for _ in range(times):
            identifier = f"r{len(records) + 1:04d}"
            record = reader.record_from(kind, {**values, "record_id": identifier}, who.identifier, Place("example"))
            if record.problem is not None and not case.expects_invalid:
                raise BadExample(_told(record.problem), _part(written, record.problem))
            records.append(record)
            if str(id(written)) in case.own:
                own.append(identifier)
            if name:
                case.names.setdefault(name, []).append(identifier)
    return records, own


def _part(written: t.ExampleRecord, problem: Diagnostic) -> Span:
    """The part of a written record that cannot be read, or all of it."""
    column = problem.place.column if problem.place else None
    return next((part.span for part in written.parts if column is not None and part.name == column), written.span)


def program_kind(policy: o.Policy, text: str) -> str | None:
    """A kind of record that is given, by name or label."""
    return policy.given_kind_by_word.get(text)


def written_values(
    policy: o.Policy, kind: o.RecordKind, written: t.ExampleRecord
) -> tuple[dict[str, object], int, str | None]:
    """The cells of a written record, how often it stands there, and its name. Raises `BadExample`."""
    columns = kind.column_by_word
    item = kind.item_field
    times, name = 1, None
    values: dict[str, object] = {}
    seen: set[tuple[str, str]] = set()
    for position, part in enumerate(written.parts):
        column = columns.get(part.name)
        where = item if item and position == 0 and part.kind in ("word", "value") else column.name if column else ""
        match part.kind:
            case "times":
                times = _times(part)
            case "named":
                name, where = part.name, ""
            case "field" if column is not None:
                values[where] = _text(part.value)
            case "word" | "value" if position == 0 and item:
                values[where] = part.name or _text(part.value)
                items = columns[where].values or {}
                if part.kind == "word" and part.name not in items and part.name not in policy.treats:
                    reason = Phrase(f"there is no item “{part.name}”", f"没有项目“{part.name}”")
                    raise unknown(reason, part.name, items, part.span)
            case "word" if column is not None and column.type.name == "yes or no":
                values[where] = "yes"
            case _:
                text = part.name or _text(part.value)
                called = label(kind)
                raise unknown(
                    Phrase(f"{kind.name} has no “{text}”", f"“{called}”没有“{text}”"), text, columns, part.span
                )
        what = ("" if where else part.kind, where)
        if what in seen:
            raise BadExample(Phrase(f"“{part.span.text}” says it again", f"“{part.span.text}”重复了"), part.span)
        seen.add(what)
    return values, times, name


def _times(part: t.RecordPart) -> int:
    """How often a record stands there."""
    number = Decimal(_text(part.value))
    if number != int(number) or not 1 <= number <= _MOST_TIMES:
        reason = Phrase(f"a record stands there 1 to {_MOST_TIMES} times", f"重复次数应为1至{_MOST_TIMES}")
        raise BadExample(reason, part.span)
    return int(number)


_MOST_TIMES = 1000


def _text(cell: t.Cell | None) -> str:
    return cell.text if cell else ""
