"""What differs for a student between the data of two runs: records, rulings on them, the student's own attributes.

Records are the same that have one id; those that have none of their own, and are called by file and row, are the same
if all that they say is. So one of these that was changed is one withdrawn and one added: which of them it was before,
nothing tells.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

from attrs import frozen

from creditlang.core import operators as o
from creditlang.data.dataset import Student
from creditlang.diagnostics import Phrase
from creditlang.ledger import Record
from creditlang.plugin import text_of
from creditlang.results import fact_value
from creditlang.words import ANSWERS, SEMICOLON, both, first_fit, label, word

PieceSort = Literal[
    "late", "new", "changed", "re-dated", "withdrawn", "decided", "undecided", "student", "others", "policy", "date"
]
Key = tuple[str, str]
"""A kind, and the id of a record."""


_NO_MORE: Final = Phrase("", "")


@frozen
class Piece:
    """Something that the later run has otherwise, and that can be put back alone."""

    sort: PieceSort
    kind: str = ""
    record: str = ""
    told: Phrase = _NO_MORE
    """What it is, in words."""

    @property
    def key(self) -> Key:
        """Of a record."""
        return self.kind, self.record


@frozen(eq=False)
class StudentsData:
    """A student's data in both runs, the records by keys that mean the same in both."""

    before: Student
    after: Student
    records_before: Mapping[Key, Record]
    records_after: Mapping[Key, Record]
    pieces: tuple[Piece, ...]


def changed_data(policy: o.Policy, before: Student, after: Student, as_of: date | None) -> StudentsData:
    """The data of a student in an earlier run as of a day, and in a later one, as one policy reads both."""
    one, two = _keyed(before.records, after.records)
    pieces = [*_attributes(policy, before, after)]
    for key in sorted({*one, *two}):
        pieces += _of_record(policy, key, one.get(key), two.get(key), as_of)
    return StudentsData(before, after, one, two, tuple(pieces))


def _keyed(before: Iterable[Record], after: Iterable[Record]) -> tuple[dict[Key, Record], dict[Key, Record]]:
    """The records of both by key; of those without an id of their own, those that say the same have one key."""
    alike: dict[str, list[str]] = {}
    one: dict[Key, Record] = {}
    for record in before:
        one[record.kind, record.identifier] = record
        if _is_called_by_row(record):
            alike.setdefault(_said(record), []).append(record.identifier)
    two: dict[Key, Record] = {}
    unmatched = []
    for record in after:
        same = alike.get(_said(record)) if _is_called_by_row(record) else None
        if same:
            two[record.kind, same.pop(0)] = record
        elif _is_called_by_row(record):
            unmatched.append(record)
        else:
            two[record.kind, record.identifier] = record
    for record in unmatched:
        taken = (record.kind, record.identifier) in one or (record.kind, record.identifier) in two
        two[record.kind, record.identifier + _NOW * taken] = record
    return one, two


_NOW: Final = " "
"""Behind the row of a record that another one had before."""


def _is_called_by_row(record: Record) -> bool:
    place = record.place
    return place is not None and record.identifier.startswith(f"{place.source}:{place.row}")


def _said(record: Record) -> str:
    """All that a record says, whatever it is called."""
    problem = record.problem and (record.problem.code, sorted(map(str, record.problem.arguments.items())))
    return repr((record.kind, sorted(record.values.items(), key=lambda pair: pair[0]), record.named, problem))


def _attributes(policy: o.Policy, before: Student, after: Student) -> Iterator[Piece]:
    """What is said of the student, as one piece."""
    changed = list(_fields(policy.attributes, before.attributes, after.attributes))
    if changed or (before.problem is None) != (after.problem is None):
        yield Piece("student", told=_joined(changed))


def _of_record(
    policy: o.Policy, key: Key, before: Record | None, after: Record | None, as_of: date | None
) -> Iterator[Piece]:
    """How a record differs, and what was decided of it."""
    kind = policy.kinds[key[0]]
    if before is None:
        assert after is not None
        late = as_of is None or after.on is None or after.on <= as_of
        yield Piece("late" if late else "new", *key)
    elif after is None:
        yield Piece("withdrawn", *key)
        return
    elif _said(before) != _said(after):
        changed = [x.name for x in kind.columns if before.values.get(x.name) != after.values.get(x.name)]
        times = {kind.date_field, kind.semester_field}
        sort: PieceSort = "re-dated" if changed and times.issuperset(changed) else "changed"
        yield Piece(sort, *key, _joined(list(_fields(kind.columns, before.values, after.values))))
    was, now = before.ruling if before is not None else None, after.ruling
    if now is not None and now != was:
        yield Piece("decided", *key, now.told)
    elif was is not None and now is None:
        yield Piece("undecided", *key, was.told)


def _fields(columns: Iterable[o.Column], before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Phrase]:
    """The fields that differ, each with what stood and what stands there."""
    for column in columns:
        was, now = before.get(column.name), after.get(column.name)
        if was != now:
            yield both(
                lambda language, column=column, pair=(was, now): (  # type: ignore[misc]
                    f"{label(column, language)} {' → '.join(_shown(column, x, language) for x in pair)}"
                )
            )


def _shown(column: o.Column, value: object, language: Any) -> str:
    """A value as people call it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return word(ANSWERS, "yes" if value else "no", language)
    labels = [text for text, name in (column.values or {}).items() if name == value]
    return first_fit(str(value), labels, language) if labels else text_of(fact_value(value))


def _joined(texts: list[Phrase]) -> Phrase:
    return Phrase(SEMICOLON.join(texts), SEMICOLON.zh.join(text.zh for text in texts))
