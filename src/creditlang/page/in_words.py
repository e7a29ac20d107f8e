"""What the page is told of students, as types: everything in words and in one language, amounts as text."""

from typing import Any, TypedDict


class AmountInWords(TypedDict):
    """What something comes to in a period, or over the whole time, and before, where that was something else."""

    period: str
    text: str
    before: str | None


class StandingInWords(TypedDict):
    """How a requirement stands, and stood before, where that was otherwise."""

    name: str
    label: str
    article: str
    status: str
    word: str
    before: str | None


class AccountInWords(TypedDict):
    """An account, so many accounts deep in others."""

    name: str
    label: str
    article: str
    depth: int
    unit: str
    amounts: list[AmountInWords]


class FactInWords(TypedDict):
    """A fact."""

    name: str
    label: str
    article: str
    amounts: list[AmountInWords]


class RecordInWords(TypedDict):
    """What became of a record."""

    kind: str
    id: str
    disposition: str
    word: str
    counted: str
    reason: str
    article: str


class ChangeInWords(TypedDict):
    """What differs, and which rules did it; `way` is 1 where it is better, -1 where it is worse."""

    label: str
    period: str
    before: str
    after: str
    way: int
    because: list[str]


class StudentOverview(TypedDict):
    """One student; the records in the order of the question, kind by kind, `changes` only beside a result before."""

    student: str
    applies: bool
    requirements: list[StandingInWords]
    accounts: list[AccountInWords]
    facts: list[FactInWords]
    records: list[RecordInWords]
    changes: list[ChangeInWords] | None


class ColumnInWords(TypedDict):
    """A column of the table of students."""

    label: str
    numeric: bool


class PeopleTable(TypedDict):
    """The students of some data; `problems` are so many, of which the worst are told."""

    columns: list[ColumnInWords]
    rows: list[list[str]]
    standings: list[str]
    equation: str
    reliable: bool
    problems: int
    diagnostics: list[dict[str, Any]]


class RecordAsWritten(TypedDict):
    """A record as a form takes it."""

    kind: str
    fields: dict[str, str]


class StudentAsWritten(TypedDict):
    """A student of some data as a form takes them, and what is wrong with records that are left out."""

    student: dict[str, str]
    records: list[RecordAsWritten]
    diagnostics: list[dict[str, Any]]
