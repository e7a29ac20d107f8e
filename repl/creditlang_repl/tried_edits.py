"""What is tried: changes of the policy, of named values, of the records and attributes of students.

An edit is a value: what was typed, read once. It can be applied again when policy or data have been read anew, and it
is applied to one student (`student`) or, in a question about all, to each.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, field, frozen

from creditlang.data.columns import ColumnReader
from creditlang.data.given_rows import GivenRows
from creditlang.diagnostics import Diagnostic, Label, Phrase, Place, nearest, report
from creditlang.driver import Compiled
from creditlang.ledger import Record
from creditlang.one_student import StudentData
from creditlang.resources import is_bundled
from creditlang.source import SourceFile, Span
from creditlang.syntax import tree as t
from creditlang.words import SORTS
from creditlang_repl import policy_text

PLACE = Place("prompt")
"""Where what is typed stands, for messages."""


class CannotDo(Exception):
    """An input that cannot be carried out, or an edit that cannot be made, with everything that is wrong."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(", ".join(found.code for found in self.diagnostics))


@frozen
class Edit:
    """A change that is tried, and how it was said."""

    said: str


# ---- the policy
@frozen
class PolicyEdit(Edit):
    """A change of the policy's text."""

    def apply(self, compiled: Compiled) -> str:
        """The changed text of the policy. Raises `CannotDo`."""
        raise NotImplementedError


@frozen
class Declare(PolicyEdit):
    """A declaration: in the place of the one of its name, else at the end."""

    typed: t.Named = field(eq=False)

    def apply(self, compiled: Compiled) -> str:
        text = own(compiled).text
        old = policy_text.like(compiled, self.typed)
        if old is not None:
            return policy_text.replaced(text, here(compiled, old), self.typed)
        if isinstance(self.typed, t.Item):
            raise CannotDo([report("CR908", self.typed.name.span, name=self.typed.name.text)])
        return policy_text.appended(text, self.typed.span.source.text[self.typed.span.start :])


@frozen
class Append(PolicyEdit):
    """A declaration without a name, at the end."""

    typed: t.Line = field(eq=False)

    def apply(self, compiled: Compiled) -> str:
        return policy_text.appended(own(compiled).text, self.typed.span.source.text[self.typed.span.start :])


@frozen
class PutIn(PolicyEdit):
    """A line in the body of an account or item; an item that is in it already is replaced.

    One that stands elsewhere has the name, or a label, already: nobody means to replace a rule of another account.
    """

    into: str
    typed: t.Line = field(eq=False)

    def apply(self, compiled: Compiled) -> str:
        text, typed = own(compiled).text, self.typed
        found = policy_text.container(compiled, self.into)
        if found is None:
            raise CannotDo([unknown(compiled, self.into, ("account", "item"))])
        into = here(compiled, found)
        old = policy_text.like(compiled, typed) if isinstance(typed, t.Named) else None
        if old is None or not isinstance(typed, t.Named):
            return policy_text.put_in(text, into, typed.span.source.text[typed.span.start :])
        if old.span.source is not own(compiled) or not policy_text.is_in(text, old, into):
            label = Label(old.name.span)
            raise CannotDo([report("CR102", typed.name.span, label, name=typed.name.text)])
        return policy_text.replaced(text, old, typed)


@frozen
class TakeOut(PolicyEdit):
    """A rule less."""

    name: str

    def apply(self, compiled: Compiled) -> str:
        item = compiled.compilation.program.item(self.name)
        if item is None:
            raise CannotDo([unknown(compiled, self.name, ("item",))])
        return policy_text.taken_out(own(compiled).text, here(compiled, item.node))


@frozen
class SetValue(Edit):
    """Another value for a named value, whatever the date."""

    name: str
    value: Any
    written: str
    """The value as it was typed."""


def own(compiled: Compiled) -> SourceFile:
    """The policy's own text, after the files it uses."""
    return compiled.sources[-1]


def here(compiled: Compiled, node: t.Named) -> t.Named:
    """A declaration of the policy itself. Raises `CannotDo` if it stands in a file that the policy uses."""
    source = node.span.source
    if source is not own(compiled):
        raise CannotDo([elsewhere(node.name.text, source, node.name.span)])
    return node


def is_beside(source: SourceFile) -> bool:
    """Whether a file that a policy uses lies in the policy's own folder."""
    return source.path is not None and not is_bundled(source.path)


def elsewhere(name: str, source: SourceFile, where: Span | None, instead: Phrase | None = None) -> Diagnostic:
    """A declaration that cannot be changed, for it stands in a file that the policy uses, and what to do `instead`."""
    file, stem = source.name, source.name.rpartition("/")[2].removesuffix(".credit")
    instead = instead or (
        Phrase(
            f"change {file} in an editor; the session takes note once it is saved",
            f"在编辑器里改 {file}，保存后会话会自动更新",
        )
        if is_beside(source)
        else Phrase(
            f'copy {file} into the folder of the policy, write `use "./{stem}"` for it, and change it there',
            f'把 {file} 复制到办法所在的文件夹，引用改写成`引用 "./{stem}"`，再改那一份',
        )
    )
    return report("CR907", where, name=name, file=file, instead=instead)


def unknown(compiled: Compiled, name: str, spaces: tuple[str, ...], where: Span | None = None) -> Diagnostic:
    """A name that the policy does not have, with the nearest that it has."""
    labels = compiled.compilation.program.labels
    close = nearest(name, [text for space, text in labels if space in spaces]) or ""
    return report("CR101", where, kind=SORTS[spaces[0]], name=name, nearest=close)


# ---- students
@frozen
class StudentEdit(Edit):
    """A change of a student's data; of every student, where none is named."""

    student: str | None

    def apply(self, student: StudentData, rows: GivenRows) -> StudentData:
        """The changed student; one whom the edit does not concern as he is."""
        raise NotImplementedError


def keys_of(edits: Iterable[StudentEdit]) -> list[tuple[str, str]]:
    """The kinds and numbers of the records that edits add, take away or change."""
    found: list[tuple[str, str]] = []
    for edit in edits:
        match edit:
            case AddRecord():
                found.extend((edit.kind, number) for number in edit.numbers)
            case DropRecord() | ChangeRecord():
                found.append((edit.kind, edit.number))
    return found


@frozen
class AddRecord(StudentEdit):
    """Records more: what they say, and the number of each."""

    kind: str
    values: Mapping[str, object] = field(eq=False)
    numbers: tuple[str, ...]

    def apply(self, student: StudentData, rows: GivenRows) -> StudentData:
        columns = _columns(rows, self.kind)
        for name in self.values:
            _column(columns, name)
        records = [self.record(number, student.identifier, rows) for number in self.numbers]
        return evolve(student, records=(*student.records, *records))

    def record(self, number: str, student: str, rows: GivenRows) -> Record:
        """One of the records."""
        if (used := rows.records.used.get(self.kind)) is not None:
            used.given.discard(number)
        record = rows.record_from(self.kind, {**self.values, "record_id": number}, student, PLACE)
        group = rows.policy.kinds[self.kind].group
        record.named = group is None or record.values.get(group) is None
        return record


@frozen
class DropRecord(StudentEdit):
    """A record less."""

    kind: str
    number: str

    def apply(self, student: StudentData, rows: GivenRows) -> StudentData:
        kept = tuple(x for x in student.records if (x.kind, x.identifier) != (self.kind, self.number))
        return evolve(student, records=kept)


@frozen
class ChangeRecord(StudentEdit):
    """A record in which a field says something else."""

    kind: str
    number: str
    column: str
    text: str

    def apply(self, student: StudentData, rows: GivenRows) -> StudentData:
        return evolve(
            student,
            records=tuple(
                changed(record, self.column, self.text, rows)
                if (record.kind, record.identifier) == (self.kind, self.number)
                else record
                for record in student.records
            ),
        )


@frozen
class ChangeStudent(StudentEdit):
    """A student of whom an attribute says something else."""

    column: str
    text: str

    def apply(self, student: StudentData, rows: GivenRows) -> StudentData:
        column = _column(rows.columns.attributes, self.column)
        value, problem = column.value(self.text, PLACE)
        if problem is not None:
            raise CannotDo([problem])
        return evolve(student, attributes={**student.attributes, self.column: value})


def _columns(rows: GivenRows, kind: str) -> Sequence[ColumnReader]:
    """The columns of a kind of record. Raises `CannotDo`: a policy that is read anew may have it no more."""
    if kind not in rows.columns.of:
        close = nearest(kind, rows.columns.of) or ""
        raise CannotDo([report("CR101", None, kind=SORTS["kind"], name=kind, nearest=close)])
    return rows.columns.of[kind]


def _column(columns: Sequence[ColumnReader], name: str) -> ColumnReader:
    """The column of a field. Raises `CannotDo` if there is none."""
    found = next((x for x in columns if x.column.name == name), None)
    if found is None:
        close = nearest(name, [x.column.name for x in columns]) or ""
        raise CannotDo([report("CR101", None, kind=SORTS["field"], name=name, nearest=close)])
    return found


def changed(record: Record, name: str, text: str, rows: GivenRows) -> Record:
    """A record with another value in a field. Raises `CannotDo` if that is no value for it."""
    kind = rows.policy.kinds[record.kind]
    column = _column(rows.columns.of[record.kind], name)
    value, problem = column.value(text, Place(PLACE.source, None, column.shown))
    if problem is not None:
        raise CannotDo([problem])
    values = {**record.values, name: value}
    on, semester = values.get(kind.date_field or ""), values.get(kind.semester_field or "")
    return Record(
        kind=record.kind, identifier=record.identifier, student=record.student, values=values,
        on=on if isinstance(on, date) else None, semester=semester if isinstance(semester, str) else None,
        place=record.place, problem=None if _mended(record, column.shown, values, rows) else record.problem,
        named=record.named,
    )  # fmt: skip


def _mended(record: Record, shown: str, values: Mapping[str, object], rows: GivenRows) -> bool:
    """Whether what was wrong with a record was the field that changed, and nothing that it needs is missing."""
    place = record.problem.place if record.problem is not None else None
    if place is None or place.column != shown:
        return record.problem is None
    return all(values.get(x.column.name) is not None for x in rows.columns.of[record.kind] if x.needed)
