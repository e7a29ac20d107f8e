"""What an example says of its student, read as the cells of tables are."""

from collections.abc import Iterator
from decimal import Decimal

from creditlang.core import operators as o
from creditlang.data.cells import CellError, strip_cell
from creditlang.data.columns import given_text
from creditlang.data.dataset import Student
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Diagnostic, Phrase, Place, message
from creditlang.example_cases.bad_example import BadExample, unknown
from creditlang.example_cases.example_case import ExampleCase, cases_of, program_kind
from creditlang.ledger import Record
from creditlang.resolve import Program
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.words import both, label


def bad_examples(policy: o.Policy, program: Program) -> Iterator[Diagnostic]:
    """What is wrong with the records that stand in the examples of a policy, without running these; what stands in many
    is read once.
    """
    rows = GivenRows(policy)
    seen: set[str] = set()
    of_every_example = [record for default in program.every_example for record in default.records]
    fine = {id(record) for record in of_every_example if _reads_well(policy, rows, record, False)}
    for example in program.examples:
        if isinstance(example, t.Example):
            written = [*example.records, *filter(None, [example.student])]
            new = [record for record in written if record.span.text not in seen]
            invalid = any(expected.disposition == "invalid" for expected in example.expectations)
            if all(record is not example.student and _reads_well(policy, rows, record, invalid) for record in new):
                seen.update(record.span.text for record in new)
                continue
        for case in cases_of(policy, example, program.every_example):
            case.records = [
                record
                for record in case.records
                if id(record) not in fine and not _reads_well(policy, rows, record, case.expects_invalid)
            ]
            try:
                who = student_of(policy, rows, case)
                if case.records:
                    records_of(policy, GivenRows(policy), case, who)
                seen.update(record.span.text for record in case.student)
            except BadExample as error:
                yield error.diagnostic


def _reads_well(policy: o.Policy, rows: GivenRows, written: t.ExampleRecord, may_be_invalid: bool) -> bool:
    """Whether nothing is wrong with a written record and, unless it may be invalid, with its cells, as it is with most;
    what is, its reading tells.
    """
    kind = program_kind(policy, written.kind.text)
    if kind is None:
        return False
    try:
        values, _, _ = written_values(policy, policy.kinds[kind], written)
        for reader in () if may_be_invalid else rows.columns.of[kind]:
            given = values.get(reader.column.name)
            if given is None and not reader.needed:
                continue
            if not isinstance(given, str) or not strip_cell(given):
                return False
            reader(given_text(given))
    except (BadExample, CellError):
        return False
    return True


def student_of(policy: o.Policy, rows: GivenRows, case: ExampleCase) -> Student:
    """Of whom a case speaks. Raises `BadExample`."""
    given: dict[str, object] = {}
    known = {text: column.name for column in policy.attributes for text in (column.name, *column.labels)}
    for student in case.student:
        for part in student.parts:
            if part.name not in known:
                reason = Phrase(f"students have no “{part.name}”", f"学生没有“{part.name}”")
                raise unknown(reason, part.name, known, part.span)
            given[known[part.name]] = "yes" if part.kind == "word" else _text(part.value)
    who = rows.student_from(given, Place("example"))
    if who.problem is not None:
        raise BadExample(told(who.problem), case.span)
    return who


def told(found: Diagnostic) -> Phrase:
    """Its message in both languages."""
    return both(lambda language: message(found, language))


def records_of(policy: o.Policy, rows: GivenRows, case: ExampleCase, who: Student) -> tuple[list[Record], list[str]]:
    """The records of a case, and the identifiers of its own. Raises `BadExample`."""
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
            record = rows.record_from(kind, {**values, "record_id": identifier}, who.identifier, Place("example"))
            if record.problem is not None and not case.expects_invalid:
                raise BadExample(told(record.problem), _part(written, record.problem))
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
