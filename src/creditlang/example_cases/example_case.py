"""The students of the examples of a policy: one for each example, and for each row of a table of examples."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import define, field

from creditlang.core import operators as o
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.syntax.from_lark_examples import disposition_of


@define
class ExampleCase:
    """One student of an example, and what is expected of him."""

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


def cases_of(
    policy: o.Policy, example: t.Example | t.ExampleTable, defaults: Iterable[t.Example]
) -> Iterator[ExampleCase]:
    """The students of an example, in written order, with what is said of every example."""
    if isinstance(example, t.ExampleTable):
        yield from (_row_case(policy, example, row, defaults) for row in example.rows[1:])
        return
    case = ExampleCase(
        example.title or "", example.span, tuple(cite.text for cite in example.cites), as_of=example.as_of,
        records=[*example.records], settings=[*example.settings], expectations=[*example.expectations],
    )  # fmt: skip
    if example.student:
        case.student.append(example.student)
    yield _with_defaults(policy, case, defaults)


def _with_defaults(policy: o.Policy, case: ExampleCase, defaults: Iterable[t.Example]) -> ExampleCase:
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


def _row_case(policy: o.Policy, example: t.ExampleTable, row: t.Row, defaults: Iterable[t.Example]) -> ExampleCase:
    """One row as an example: its last cell is what the record counts."""
    heading = example.rows[0].cells
    if len(heading) != len(row.cells):
        wrong = t.Expectation(None, span=row.span)
        return _with_defaults(policy, ExampleCase(example.title, row.span, expectations=[wrong]), defaults)
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
    case = ExampleCase(f"{example.title}: {row.span.text}", row.span, cites, student, [record], expectations=[expected])
    return _with_defaults(policy, case, defaults)


def _student_names(defaults: Iterable[t.Example]) -> set[str]:
    return {part.name for default in defaults if default.student for part in default.student.parts}


def program_kind(policy: o.Policy, text: str) -> str | None:
    """A kind of record that is given, by name or label."""
    return policy.given_kind_by_word.get(text)
