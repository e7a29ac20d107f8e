"""What a report tells of a comparison: how totals move, who crosses a requirement, which rules do it, what became of
records.

All of it is counted from the tables of the comparison, whose order it keeps: the largest changes first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from creditlang.diagnostics import Language, Phrase, in_language, listed
from creditlang.diagnostics.diagnostic import COLON
from creditlang.plugin import ComparisonData
from creditlang.plugin.run_data import ResultRow, shown
from creditlang.toolkit.open_amounts import Amount
from creditlang.words import COLUMNS, DISPOSITIONS, IN_BRACKETS, NONE, SORTS, STATUSES, said, word

MOST_PEOPLE: Final = 30
MOST_CROSSINGS: Final = 100
MOST_RULES: Final = 60
DRAWN_RULES: Final = 15

_SORTS: Final = {
    "account": SORTS["account"], "fact": SORTS["fact"], "value": SORTS["let"], "part": COLUMNS["needed"],
    "requirement": SORTS["require"],
}  # fmt: skip


@frozen(kw_only=True)
class Move:
    """How many students gain, lose and are open by something, the sum, and the largest."""

    gained: int
    lost: int
    open: int
    sum: str
    largest: str
    unit: str

    @property
    def told(self) -> str:
        """The sum with its unit."""
        return f"{self.sum} {self.unit}".strip()


@frozen(kw_only=True)
class Moved(Move):
    """A total, with every decided difference in order."""

    label: str
    differences: tuple[Decimal, ...]


@frozen
class Person:
    """A student and a total that moved."""

    student: str
    label: str
    before: str
    after: str
    difference: str
    rules: str


@frozen
class Crossed:
    """A requirement, the statuses before and after, and how many students."""

    label: str
    before: str
    after: str
    count: int
    better: bool


@frozen
class Crossing:
    """A student whose requirement has another status, and what did it."""

    student: str
    label: str
    before: str
    after: str
    parts: str
    rules: str
    article: str


@frozen(kw_only=True)
class Mover(Move):
    """A rule, or what else did it."""

    is_offset: bool
    label: str
    account: str
    crossings: int
    line: str
    article: str
    behind: str
    """The account in brackets."""

    @property
    def shown(self) -> str:
        """What it is called where its account is not told: an offset has the name of the credit that it fills."""
        return self.label + self.behind if self.is_offset and self.account != self.label else self.label


@frozen
class ComparisonFindings:
    """Everything."""

    moved: tuple[Moved, ...]
    losers: tuple[Person, ...]
    gainers: tuple[Person, ...]
    losers_left_out: int
    gainers_left_out: int
    crossed: tuple[Crossed, ...]
    crossings: tuple[Crossing, ...]
    crossings_left_out: int
    movers: tuple[Mover, ...]
    movers_left_out: int
    ended: tuple[tuple[str, str, int], ...]
    """What became of records before and after, and how many."""


def comparison_findings(comparison: ComparisonData) -> ComparisonFindings:
    """Read them out of a comparison."""
    totals = [row for row in comparison.results["changes"] if row["sort"] == "total"]
    losers, gainers = ([_person(comparison, row) for row in totals if row["way"] == way] for way in ("less", "more"))
    crossings = _crossings(comparison)
    movers = tuple(_mover(comparison, row) for row in comparison.results["rules"])
    return ComparisonFindings(
        moved=tuple(_moved(comparison, row, totals) for row in comparison.results["totals"]),
        losers=tuple(losers[:MOST_PEOPLE]),
        gainers=tuple(gainers[:MOST_PEOPLE]),
        losers_left_out=max(len(losers) - MOST_PEOPLE, 0),
        gainers_left_out=max(len(gainers) - MOST_PEOPLE, 0),
        crossed=_crossed(comparison),
        crossings=crossings[:MOST_CROSSINGS],
        crossings_left_out=max(len(crossings) - MOST_CROSSINGS, 0),
        movers=movers[:MOST_RULES],
        movers_left_out=max(len(movers) - MOST_RULES, 0),
        ended=_ended(comparison),
    )


def _moved(comparison: ComparisonData, row: ResultRow, totals: Sequence[ResultRow]) -> Moved:
    own = [x["difference"] for x in totals if x["name"] == row["account"]]
    decided = sorted(x for x in own if isinstance(x, Decimal))
    return Moved(label=comparison.label(str(row["account"])), differences=tuple(decided), **_move(comparison, row))


def _move(comparison: ComparisonData, row: ResultRow) -> dict[str, Any]:
    """What totals and rules tell alike."""
    counts = {name: _count(row[name]) for name in ("gained", "lost", "open")}
    return {**counts, **{x: _text(row[x]) for x in ("sum", "largest")}, "unit": comparison.unit(str(row["unit"] or ""))}


def _person(comparison: ComparisonData, row: ResultRow) -> Person:
    before, after, difference = _text(row["before"]), _text(row["after"]), _text(row["difference"])
    label = comparison.label(str(row["name"]))
    return Person(str(row["student_id"]), label, before, after, difference, _causes(comparison, row["rules"]))


def _crossed(comparison: ComparisonData) -> tuple[Crossed, ...]:
    counts: Counter[tuple[str, str, str]] = Counter(
        (str(row["requirement"]), str(row["before"] or ""), str(row["after"] or ""))
        for row in comparison.results["crossings"]
        if not row["part"]
    )
    language = comparison.language
    ranks = ("unmet", "open", "", "met")
    found = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(
        Crossed(
            comparison.label(name),
            _word(STATUSES, one, language),
            _word(STATUSES, two, language),
            count,
            ranks.index(two) > ranks.index(one),
        )
        for (name, one, two), count in found
    )


def _crossings(comparison: ComparisonData) -> tuple[Crossing, ...]:
    """One for each student and requirement; the rows of parts follow their requirement."""
    language = comparison.language
    found: list[tuple[ResultRow, list[str]]] = []
    for row in comparison.results["crossings"]:
        if not row["part"]:
            found.append((row, []))
        elif row["before"] != row["after"]:
            found[-1][1].append(str(row["part"]))
    return tuple(
        Crossing(
            student=str(row["student_id"]),
            label=comparison.label(str(row["requirement"])),
            before=_word(STATUSES, row["before"], language),
            after=_word(STATUSES, row["after"], language),
            parts=in_language(listed(parts), language),
            rules=_causes(comparison, row["rules"]),
            article=str(row["article"] or ""),
        )
        for row, parts in found
    )


def _mover(comparison: ComparisonData, row: ResultRow) -> Mover:
    sort, name = str(row["sort"]), str(row["rule"])
    account = comparison.label(str(row["account"])) if row["account"] else ""
    return Mover(
        is_offset=sort == "rule" and name not in comparison.new.items and name not in comparison.old.items,
        label=_named(comparison, name) + _sort(comparison, sort),
        account=account,
        behind=said(IN_BRACKETS, comparison.language, note=account),
        crossings=_count(row["crossings"]),
        line=str(row["line"] or ""),
        article=str(row["article"] or ""),
        **_move(comparison, row),
    )


def _ended(comparison: ComparisonData) -> tuple[tuple[str, str, int], ...]:
    counts = Counter(
        (str(row["before"] or ""), str(row["after"] or ""))
        for row in comparison.results["dispositions"]
        if row["before"] != row["after"]
    )
    found = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(
        (_word(DISPOSITIONS, one, comparison.language), _word(DISPOSITIONS, two, comparison.language), count)
        for (one, two), count in found
    )


# ---- words
def _causes(comparison: ComparisonData, causes: object) -> str:
    told = listed(_cause(comparison, name) for name in str(causes or "").split("; ") if name)
    return in_language(told, comparison.language)


def _cause(comparison: ComparisonData, name: str) -> str:
    sort, _, rest = name.partition(" ")
    if not rest or sort not in _SORTS:
        return comparison.label(name)
    return _named(comparison, rest.removesuffix(" needed")) + _sort(comparison, sort)


def _sort(comparison: ComparisonData, sort: str) -> str:
    """What a cause that is no rule is, in brackets."""
    return said(IN_BRACKETS, comparison.language, note=_SORTS[sort]) if sort in _SORTS else ""


def _named(comparison: ComparisonData, name: str) -> str:
    whole, colon, part = name.partition(": ")
    return comparison.label(whole) + in_language(COLON, comparison.language) + part if colon else comparison.label(name)


def _word(words: Mapping[str, Phrase], code: object, language: Language) -> str:
    return word(words, code, language) if code else said(NONE, language)


def _text(value: object) -> str:
    return shown(Amount.of(value).cell) if value is not None else ""  # type: ignore[arg-type]


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
