"""The first sheet of a workbook of results: a line a person, as an office reads, sorts and filters it.

Whom the line is about, how the requirements stand, the totals, and what is still lacking; above it what was worked out
and the equation of records. Everything is taken from the result tables and said in the language of the run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import define, evolve, field

from creditlang.diagnostics import Phrase
from creditlang.plugin import text_of
from creditlang.plugin.run_data import FieldWords, RunData
from creditlang.schema import Column, Row
from creditlang.toolkit.office_sheet import as_of_text
from creditlang.words import IN_BRACKETS, OVER, PART_STATUSES, SEMICOLON, STUDENT_NUMBER, said, word

TITLE: Final = Phrase("overview", "总览")
_LACKING: Final = Phrase("Still lacking", "还差")
_PART: Final = Phrase("{part}: {short}", "{part}：{short}")
_NAME: Final = frozenset({"name", "姓名"})
_NAMED_TYPES: Final = frozenset({"text", "value"})
_LISTED: Final = ("unmet", "open")
OF_PEOPLE: Final = "students"
"""The table without which there is no overview."""


@define(eq=False)
class Overview:
    """Collects the tables as they are written."""

    run: RunData
    results: tuple[Column, ...] = ()
    students: list[Row] = field(factory=list)
    lacking: dict[str, list[str]] | None = None
    """Of whom; none where nothing is told of parts of requirements."""
    equation: str = ""

    def watch(self, table: str, columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[Row]:
        """The rows of a table; what the overview needs of them is kept as they go by."""
        if table == OF_PEOPLE:
            self.results = tuple(columns)
        elif table == "requirements" and self.run.policy.requirements:
            self.lacking = {}
        for row in rows:
            if table == OF_PEOPLE:
                self.students.append(row)
            elif table == "requirements":
                self._part(dict(zip((x.name for x in columns), row, strict=True)))
            elif table == "manifest" and row[0] == "equation":
                self.equation = text_of(row[1])
            yield row

    def _part(self, row: Mapping[str, object]) -> None:
        if row["status"] not in _LISTED:
            return
        language, policy = self.run.language, self.run.policy
        requirement = policy.requirements[str(row["requirement"])]
        part = self.run.part(requirement.name, str(row["part"] or "")) or requirement.label
        short = text_of(row["short"])  # type: ignore[arg-type]
        if row["period"]:
            part += said(IN_BRACKETS, language, note=row["period"])
        if short and row["part"] in requirement.limits:
            short = said(OVER, language, short=short)
        told = said(_PART, language, part=part, short=short) if short else part
        if row["status"] == "open":
            told += said(IN_BRACKETS, language, note=word(PART_STATUSES, "open", language))
        if self.lacking is not None:
            self.lacking.setdefault(str(row["student_id"]), []).append(told)

    @property
    def _about(self) -> list[FieldWords]:
        """The attributes by which an office knows its people: the name first, then the other texts and choices."""
        known = [x for x in self.run.policy.student if x.type in _NAMED_TYPES or x.values]
        return sorted(known, key=lambda x: _NAME.isdisjoint((x.name, x.label)))

    def columns(self) -> tuple[Column, ...]:
        """Number, who it is, results, what is lacking."""
        about = (Column(x.name, label=x.label, words=x.values) for x in self._about)
        lacking = (Column("lacking", label=said(_LACKING, self.run.language)),) if self.lacking is not None else ()
        number = (Column("number", label=said(STUDENT_NUMBER, self.run.language)),)
        return tuple(map(_in_words, (*number, *about, *self.results[1:], *lacking)))

    def rows(self) -> Iterator[Row]:
        """A row a person."""
        about, policy = self._about, self.run.policy
        end = said(SEMICOLON, self.run.language)
        for number, *results in self.students:
            person = self.run.students.get(str(number), {})
            who = (policy.value("", x.name, person.get(x.name)) for x in about)
            lacking = (end.join(self.lacking.get(str(number), ())),) if self.lacking is not None else ()
            yield (number, *who, *results, *lacking)

    def above(self) -> tuple[str, ...]:
        """What stands above the heading: the policy, up to which day, the equation."""
        run = self.run
        texts = (run.policy.title or run.policy.identifier, as_of_text(run.as_of, run.language), self.equation)
        return tuple(filter(None, texts))


def _in_words(column: Column) -> Column:
    """A heading without the underscores of names that have no label."""
    return evolve(column, label=(column.label or column.name).replace("_", " "))
