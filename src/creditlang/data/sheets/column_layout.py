"""Where the columns of one sheet stand: those of the policy, those that say whose a row is, and the rest.

A column is found by its name or any label. Columns that the policy does not know are named in a warning, columns that
it needs and does not find in an error. Beside the columns of a record its sheet may have columns of students, such as
the name and the class: they are no part of the record, but tell whose it is (see `people`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import field, frozen

from creditlang.core import operators as o
from creditlang.data.cells import strip_cell
from creditlang.data.columns import ColumnReader, Columns
from creditlang.data.dataset import RECORD_ID, RULING_LABELS, number_columns
from creditlang.data.sheets.sheet_heading import RUNNING_NUMBERS, Doubt, Heading, Sheet, find_heading, plain_heading
from creditlang.diagnostics import Diagnostic, Phrase, Place, nearest, report
from creditlang.schema import RawTable


@frozen
class PlacedColumn:
    """A column of a sheet: how to read it, where it stands if it is there, and what the sheet calls it."""

    reader: ColumnReader
    position: int | None
    shown: str


@frozen
class Layout:
    """The columns of a sheet."""

    source: str
    kind: str
    """Empty for the sheet of students."""
    identity: int | None
    identity_shown: str
    """What the sheet calls the number of a student or group; what it may be called, where it has none."""
    record_id: int | None
    record_id_shown: str
    """What the sheet calls the number of a record."""
    columns: tuple[PlacedColumn, ...]
    people: tuple[PlacedColumn, ...]
    """Columns of students in a sheet of records."""
    missing: tuple[tuple[str, ...], ...]
    """Columns that are needed and not there: what messages call each, then all that it may be called."""
    unknown: tuple[str, ...]
    """Headings that mean nothing."""
    of_students: bool
    """Whether the number in a row is a student's, and not that of a group."""
    known: tuple[str, ...] = field(repr=False)
    """Names that headings may have, to guess at what was meant."""

    def problems(self, table: RawTable, row: int) -> list[Diagnostic]:
        """What is wrong with the columns of a sheet, whose heading stands in `row`."""
        name, found = table.name, []
        for shown, *texts in self.missing:
            unread = next((table.unread[text] for text in texts if text in table.unread), None)
            found.append(unread or report("CR653", Place(self.source), kind=name, name=shown))
        for column in self.columns:
            if column.position is None and not column.reader.needed:
                found += [table.unread[text] for text in column.reader.texts if text in table.unread]
        for head in self.unknown:
            close = nearest(head, self.known) or ""
            found.append(report("CR652", Place(self.source, row, head), name=head, kind=name, nearest=close))
        return found


class Layouts:
    """Lays out sheets by the columns of a policy."""

    def __init__(self, policy: o.Policy, columns: Columns) -> None:
        """`columns` are those of the policy."""
        self.policy = policy
        self.columns = columns
        self.numbers = number_columns(policy)
        self.name_of_people = next(
            (reader for reader in columns.attributes if reader.column.name == "name" or "姓名" in reader.texts), None
        )

    def readers(self, kind: str) -> tuple[ColumnReader, ...]:
        """The columns of a kind of record, or of students where it is empty."""
        return self.columns.of[kind] if kind else self.columns.attributes

    def builtin(self, kind: str) -> dict[str, tuple[str, ...]]:
        """What the columns of numbers may be called: for records of a group, the group's name tells whose they are."""
        if not kind:
            return {"student_id": self.numbers}
        declared = self.policy.kinds[kind]
        if declared.labels is RULING_LABELS:  # the id in it is that of the record that it speaks of
            return {"student_id": self.numbers}
        if declared.group is not None and declared.membership is None:
            reader = next(reader for reader in self.columns.attributes if reader.column.name == declared.group)
            return {"student_id": reader.texts, "record_id": RECORD_ID}
        return {"student_id": self.numbers, "record_id": RECORD_ID}

    def of_people(self, kind: str) -> tuple[ColumnReader, ...]:
        """The columns of students that a sheet of records may have beside its own."""
        if not kind or self.builtin(kind)["student_id"] != self.numbers:
            return ()
        own = {plain_heading(text) for reader in self.columns.of[kind] for text in reader.texts}
        own.update(map(plain_heading, (*RECORD_ID, *self.numbers)))
        return tuple(x for x in self.columns.attributes if own.isdisjoint(map(plain_heading, x.texts)))

    def names(self, kind: str) -> list[str]:
        """Everything that a heading in a sheet of this kind may say."""
        readers = (*self.readers(kind), *self.of_people(kind))
        texts = [text for reader in readers for text in reader.texts]
        return [*texts, *(text for names in self.builtin(kind).values() for text in names)]

    def heading(self, sheet: Sheet, kind: str) -> Heading | Doubt:
        """The heading of a sheet of this kind that has the policy's own names."""
        known = {plain_heading(text) for text in self.names(kind)}
        return find_heading(sheet, known, {plain_heading(text) for text in self.builtin(kind)["student_id"]})

    def lay_out(self, source: str, kind: str, heads: Sequence[str], shown: Mapping[str, str] | None = None) -> Layout:
        """The columns under some headings; `shown` is what the sheet itself calls those that have been renamed."""
        exact: dict[str, int] = {}
        for position, head in enumerate(map(strip_cell, heads)):
            if head:
                exact.setdefault(head, position)
        builtin, exactly = self.builtin(kind), set(self.names(kind))
        things = (*(x.texts for x in (*self.readers(kind), *self.of_people(kind))), *builtin.values())
        claims = Counter(plain for texts in things for plain in set(map(plain_heading, texts)))
        plain = ((plain_heading(head), at) for head, at in reversed(exact.items()) if head not in exactly)
        loose = {head: at for head, at in plain if claims[head] == 1}

        def find(texts: Iterable[str]) -> int | None:
            return next(
                (
                    position
                    for text in texts
                    for position in (exact.get(text), loose.get(plain_heading(text)))
                    if position is not None
                ),
                None,
            )

        def column(reader: ColumnReader) -> PlacedColumn:
            position = find(reader.texts)
            head = reader.shown if position is None else strip_cell(heads[position])
            return PlacedColumn(reader, position, (shown or {}).get(head, head))

        places = {name: find(texts) for name, texts in builtin.items()}
        columns = tuple(map(column, self.readers(kind)))
        people = tuple(found for found in map(column, self.of_people(kind)) if found.position is not None)
        joins = any(found.reader is self.name_of_people for found in people)
        texts, identity = builtin["student_id"], places["student_id"]
        heading = Phrase(texts[0], texts[min(1, len(texts) - 1)]) if identity is None else strip_cell(heads[identity])
        identity_shown, record_id = (shown or {}).get(heading, heading), places.get("record_id")
        missing = [(x.reader.shown, *x.reader.texts) for x in columns if x.position is None and x.reader.needed]
        declared = self.policy.kinds.get(kind)
        of_group = (
            declared is not None
            and declared.membership is not None
            and any(x.reader.column.name == declared.group and x.position is not None for x in columns)
        )
        if places["student_id"] is None and not joins and not of_group:
            missing.insert(0, (identity_shown, *builtin["student_id"]))
        taken = {*places.values(), *(x.position for x in (*columns, *people))}
        return Layout(
            source=source, kind=kind, identity=identity, identity_shown=identity_shown,
            record_id=record_id, record_id_shown="" if record_id is None else strip_cell(heads[record_id]),
            columns=columns, people=people, missing=tuple(missing),
            unknown=tuple(x for x, at in exact.items() if at not in taken and plain_heading(x) not in RUNNING_NUMBERS),
            of_students=builtin["student_id"] == self.numbers,
            known=tuple(text for reader in (*self.readers(kind), *self.of_people(kind)) for text in reader.texts),
        )  # fmt: skip
