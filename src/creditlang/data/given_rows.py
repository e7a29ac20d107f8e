"""Rows that programs and examples give, names or labels to values: read like the rows of tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from creditlang.core import operators as o
from creditlang.data.cells import CellError, parse_identifier, parse_text
from creditlang.data.columns import Columns, given_text
from creditlang.data.dataset import RECORD_ID, Dataset, Student, number_columns
from creditlang.data.records import Records
from creditlang.diagnostics import Diagnostic, Phrase, Place, listed, nearest, report
from creditlang.ledger import Record
from creditlang.words import SORTS

_SHOWN: Final = 12
"""Names that a message lists."""


class GivenRows:
    """Reads the rows of one policy."""

    def __init__(self, policy: o.Policy, date_order: str = "") -> None:
        """Look up every column name of the policy; `date_order`, if any, is that of days with the year at the end."""
        self.policy = policy
        self.numbers = number_columns(policy)
        self.word = policy.person.name if policy.person is not None else "student"
        self.columns = Columns(policy, date_order)
        self._known: dict[str, Mapping[str, str]] = {}
        self.dataset = Dataset()
        self.records = Records(policy, self.columns, self.dataset)

    def not_understood(self, kind: str, given: Mapping[Any, object], where: Place) -> Iterator[Diagnostic]:
        """The fields of a row of a kind, or of the student (no kind), that there are not, or that are given twice."""
        known = self._names(kind)
        first: dict[str, str] = {}
        for name in given:
            meant = known.get(name) if isinstance(name, str) else None
            if meant is None:
                columns = self.columns.of[kind] if kind else self.columns.attributes
                yield unknown_name("field", name, [*(reader.column.name for reader in columns), *known], where)
            elif (other := first.setdefault(meant, name)) != name:
                yield report("CR736", where, first=other, second=name, sort=SORTS["field"])

    def _names(self, kind: str) -> Mapping[str, str]:
        """What each name or label of a field stands for, in a kind or, without one, of the student."""
        if kind not in self._known:
            columns = self.columns.of[kind] if kind else self.columns.attributes
            known = {text: names[0] for names in (self.numbers, RECORD_ID if kind else ()) for text in names}
            self._known[kind] = known | {text: reader.column.name for reader in columns for text in reader.texts}
        return self._known[kind]

    def student_from(self, given: Mapping[str, object], where: Place) -> Student:
        """A student from a mapping of names or labels to values."""
        identifier, wrong = _identifier(given, self.numbers, self.word, where, parse_identifier)
        student = Student(identifier, {}, where, wrong)
        for reader in self.columns.attributes:
            value, wrong = reader.value(_named(given, reader.texts), where)
            student.attributes[reader.column.name] = value
            student.problem = student.problem or wrong
        return student

    def record_from(self, kind: str, given: Mapping[str, object], student: str, where: Place) -> Record:
        """A record from a mapping of names or labels to values."""
        before = self.records.used.get(kind)
        own = f"{kind}-{(len(before.given) if before else 0) + 1}"
        identifier, problem = _identifier(given, RECORD_ID, own, where, parse_text)
        values: dict[str, object] = {}
        for reader in self.columns.of[kind]:
            at = Place(where.source, where.row, reader.shown)
            value, wrong = reader.value(_named(given, reader.texts), at)
            values[reader.column.name] = value
            problem = problem or wrong
        record = self.records.finished(kind, identifier, student, values, where, problem)
        group = self.policy.kinds[kind].group
        record.named = group is None or values.get(group) is None or _named(given, self.numbers) is not None
        return record


def unknown_name(sort: str, name: object, known: Iterable[str], where: Place | None) -> Diagnostic:
    """A name in a program that stands for nothing there (CR734); if none is near it, those that there are, if few."""
    names = list(dict.fromkeys(known))
    text = name if isinstance(name, str) else type(name).__name__
    close = nearest(text, names)
    some = listed([*names[:_SHOWN], "…"] if len(names) > _SHOWN else names)
    hint = Phrase(f"there are: {some}", f"可用的有：{some.zh}") if names else Phrase("there are none", "这里一个也没有")
    if close:
        hint = Phrase(f"did you mean “{close}”?", f"是不是“{close}”？")
    return report("CR734", where, sort=SORTS[sort], name=text, hint=hint)


def _identifier(
    given: Mapping[str, object], names: Iterable[str], otherwise: str, where: Place, read: Callable[[str], str]
) -> tuple[str, Diagnostic | None]:
    """A number that a program gave, or the one to take `otherwise`, and what is wrong with it."""
    value = _named(given, names)
    try:
        return ("" if value is None else read(given_text(value))) or otherwise, None
    except CellError as error:
        return otherwise, error.diagnostic(where)


def _named(given: Mapping[str, object], names: Iterable[str]) -> object:
    return next((given[name] for name in names if name in given), None)
