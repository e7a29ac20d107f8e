"""What a run knows, for outputs that people read: forms, transcripts, reports, pictures.

Result tables are for programs: names, exact amounts. A form also needs who the students are, what their records say,
and what everything is called. `RunData` has that as plain values, so that a plugin needs nothing else of the library.

Invariants: everything is as in the result tables and in the data read, nothing is computed anew. Names are those of
the policy, in every row; `PolicyWords` says what people call them. Sequences keep the order of the result tables.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import evolve, field, frozen

from creditlang.diagnostics import Language, in_language
from creditlang.policy_words import (
    AccountWords,
    FieldWords,
    Given,
    ItemWords,
    KindWords,
    PolicyWords,
    RequirementWords,
    shown,
)
from creditlang.ruling import Ruling
from creditlang.schema import Value

__all__ = [
    "AccountWords", "FieldWords", "Given", "ItemWords", "KindWords", "Person",
    "PolicyWords", "RecordRow", "RequirementWords", "ResultRow", "Ruling", "RunData", "first_of", "shown",
]  # fmt: skip

Person = Mapping[str, Given]
"""A student: `student_id` and the attributes by name."""

RecordRow = Mapping[str, Given]
"""A record as read: `record_id`, `student_id`, `kind`, `date`, `semester`, and the fields by name.

It may have `item_text`, the words that stood in its cell of items, of which the item is the reading.
"""

ResultRow = Mapping[str, Value]
"""A row of a result table, by column."""


@frozen(eq=False)
class RunData:
    """A run: whom it was about, what was read, what came out."""

    policy: PolicyWords
    language: Language
    as_of: date | None
    students: Mapping[str, Person]
    """By number."""
    records: Mapping[tuple[str, str], RecordRow]
    """By kind and record id."""
    results: Mapping[str, Sequence[ResultRow]]
    told: Mapping[tuple[str, str, str], str] = field(factory=dict)
    """The reasons in both languages, by kind, record id and rule."""
    standings: Mapping[str, Mapping[str, str]] = field(factory=dict)
    """How the requirements stand, by student number: all of them, also those that the table of students leaves out."""
    needs: Mapping[str, Sequence[str]] = field(factory=dict)
    """What would fill what a student is short of, line by line, where the run was asked for it."""
    rulings: Mapping[tuple[str, str, str], Ruling] = field(factory=dict)
    """What an office has decided of single records, by student number, kind and record id."""
    lines: Mapping[str, str] = field(factory=dict)
    """The lines of the policy that steps quote, as they are told in the language, where that is another text."""
    parts: Mapping[tuple[str, str], str] = field(factory=dict)
    """The parts of requirements, by requirement and title, as they are told in the language, where that is another."""
    chinese: PolicyWords | None = None
    """Where the results are not in Chinese: the words of the policy in Chinese."""

    def in_chinese(self) -> "RunData":
        """The same run for documents that are in Chinese whoever reads them, such as the annexes of a regulation."""
        words = self.chinese or self.policy
        return evolve(self, language=words.language, policy=words, lines={}, parts={})

    def part(self, requirement: str, title: str) -> str:
        """What a part of a requirement is called."""
        return self.parts.get((requirement, title), title)

    def reason(self, row: ResultRow) -> str:
        """Why a row of `records` ended as it did."""
        own = str(row["reason"] or "")
        key = str(row["kind"]), str(row["record_id"]), str(row["rule"] or "")
        return in_language(self.told.get(key, own), self.language)

    def standing(self, student: str, requirement: str) -> str:
        """How a requirement stands."""
        return self.standings.get(student, {}).get(requirement, "open")

    def by_student(self, table: str) -> dict[str, list[ResultRow]]:
        """The rows of a result table, by student."""
        found: dict[str, list[ResultRow]] = {}
        for row in self.results[table]:
            found.setdefault(str(row["student_id"]), []).append(row)
        return found

    def groups(self, *names: str) -> dict[tuple[str, ...], list[Person]]:
        """The students by some attributes, such as college and class, in the order of the groups' names."""
        found: dict[tuple[str, ...], list[Person]] = {}
        for person in self.students.values():
            found.setdefault(tuple(shown(person.get(name)) for name in names), []).append(person)
        return dict(sorted(found.items()))


def first_of(rows: Iterable[ResultRow], **wanted: Value) -> ResultRow | None:
    """The first row with these values, or None."""
    return next((row for row in rows if all(row.get(name) == value for name, value in wanted.items())), None)
