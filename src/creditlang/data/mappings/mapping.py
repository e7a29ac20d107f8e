"""What a mapping file says: how sheets of another shape become students and records of a policy.

A mapping has rules, one for each sort of sheet. A rule tells by which names or headings its sheets are known, which
kind of record a row is, and where each field comes from. `mapping_file` reads it and checks it against the policy;
`mapped` does what it says, row by row. In a sheet that a rule reads only what the rule names is read.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from attrs import frozen

from creditlang.data.cells import folded

Part = Literal["all", "day", "number", "words", "before", "after"]


@frozen
class Taken:
    """The text of a column: of the first of these headings that is there. `part` is what of it counts.

    `day` leaves out a time of day; `number` and `words` divide `20240101张三` and tell `85` from `良好`; `before` and
    `after` cut at the first `mark`, such as the hyphen in `文学院-2201班`.
    """

    headings: tuple[str, ...]
    part: Part = "all"
    mark: str = ""
    above: bool = False
    """Whether an empty cell stands for what is above it."""
    decimals: int | None = None
    """To how many decimals a number is rounded, half up, as it is read."""


@frozen
class Term:
    """A semester out of two columns, the year and the term."""

    year: tuple[str, ...]
    term: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings."""
        return (*self.year, *self.term)


Origin = Taken | Term


@frozen
class Only:
    """Which rows are meant: those that have one of these texts in the column; `""` is an empty cell.

    `optional` if a sheet may be without the column: then all its rows are meant.
    """

    headings: tuple[str, ...]
    texts: tuple[str, ...]
    optional: bool = False

    @cached_property
    def folded(self) -> frozenset[str]:
        """The texts as they are compared."""
        return frozenset(map(folded, self.texts))


@frozen
class RecordRule:
    """One record of a row. `kind` is empty for a student. A constant stands where the column has nothing."""

    kind: str
    columns: Mapping[str, Origin]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    captured: Mapping[str, str]
    """Fields that come out of the sheet's name or title, by what stands in the braces."""
    when: tuple[str, ...] = ()
    """The record exists only where one of these columns has something other than nothing and 0."""
    rows: tuple[Only, ...] = ()
    """The record exists only in these rows. A row that is none of those of any record is an invalid one."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are given, each once."""
        return tuple(dict.fromkeys((*self.columns, *self.captured.values(), *self.constants)))


@frozen
class Gather:
    """Rows of a student become one record a semester, with the percentage of what there was to do in `share`.

    What there was to do are the different texts of the column `counted`; each belongs to the semester of the day, in
    the column `day`, on which it was first done by anybody in the sheets. Either may come out of the sheet's name, as
    `{期次}`. `number` says how many there were in a semester, where the sheets do not have them all.
    """

    share: str
    counted: tuple[str, ...]
    day: tuple[str, ...]
    number: Mapping[str, int]


@frozen
class TableRule:
    """One sort of sheet."""

    number: int
    """Its place in the file, from 1."""
    names: tuple[str, ...]
    titles: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...]
    """Headings that must be there, each by any of its names."""
    without: tuple[str, ...]
    """Headings that must not be there."""
    ignore: frozenset[str]
    rows: tuple[Only, ...]
    """Which rows are read."""
    records: tuple[RecordRule, ...]
    gather: Gather | None = None
    date_order: str = ""
    """Of days with the year at the end, one of `cells.DATE_ORDERS`; empty where the mapping does not say."""

    def all_headings(self) -> Iterator[str]:
        """Every heading that the rule knows."""
        for group in self.headings:
            yield from group
        yield from self.ignore
        yield from self.read_headings()

    def read_headings(self) -> Iterator[str]:
        """Every heading whose cells the rule reads."""
        for only in self.rows:
            yield from only.headings
        for record in self.records:
            yield from record.when
            for only in record.rows:
                yield from only.headings
            for origin in record.columns.values():
                yield from origin.headings
        if self.gather is not None:
            yield from (*self.gather.counted, *self.gather.day)

    @property
    def ignores_others(self) -> bool:
        """Whether headings that the rule does not know are nothing to speak of."""
        return "*" in self.ignore


@frozen
class MappingFile:
    """A mapping, as read and checked. `digest` is the SHA-256 of its text.

    One without rules says the order of days in sheets with the policy's own headings.
    """

    name: str
    title: str
    digest: str
    rules: tuple[TableRule, ...]
    date_order: str = ""
