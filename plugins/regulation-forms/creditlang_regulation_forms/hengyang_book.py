"""What the annexes of 衡科院发〔2024〕14号 list, out of the tables of a run: deductions, scores, make-up, sanctions.

Points are as on paper: deductions positive. A student's total is that of the accounts inside `conduct`, not of the rows
listed, so that the two can be held against each other. Rows are in the order of class, number, day.

A breach is told in the words of its record where these are known. A row of the printed table names many breaches at
once, 晚归、带烟酒、喧哗、进入异性宿舍; to print it as what a student did would accuse of all of them, so without the
record's own words the section and the article are named instead.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import field, frozen

from creditlang.plugin.run_data import Person, RecordRow, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.open_amounts import Amount

POLICY: Final = "hengyang-2024-14"
_STANDS: Final = ("counted", "reduced", "pending")
_DOUBLED: Final = "第十二条注4"
_SCORE: Final = "conduct"
_SANCTIONS: Final = "sanction"

Term = tuple[str, str]
"""Student and semester."""


@frozen
class Deduction:
    """A breach or sanction that took points."""

    on: date | None
    reason: str
    points: Amount


@frozen
class Makeup:
    """A request for make-up work and what it brought."""

    filed_on: date | None
    item: str
    points: Amount
    counts: bool


@frozen
class Sanction:
    """A sanction of the school, and what it was for as far as the data say."""

    student: str
    on: date | None
    record: str
    reason: str


@frozen(eq=False)
class Book:
    """The lists of a run, all but the sanctions by student and semester."""

    run: RunData
    deductions: Mapping[Term, list[Deduction]] = field(init=False)
    makeup: Mapping[Term, list[Makeup]] = field(init=False)
    sanctions: tuple[Sanction, ...] = field(init=False)
    totals: Mapping[Term, Amount] = field(init=False)
    """All points that a student lost."""
    finals: Mapping[Term, Value] = field(init=False)
    """Scores after make-up work."""

    @deductions.default
    def _find_deductions(self) -> dict[Term, list[Deduction]]:
        doubled = {
            (step["record_id"], step["rule"])
            for step in self.run.results["steps"]
            if step["article"] == _DOUBLED and step["before"] != step["after"]
        }
        found: dict[Term, dict[str, Deduction]] = {}
        for row, record in self._rows("violation"):
            points = -Amount.of(row["counted"])
            if row["disposition"] not in _STANDS or points == Amount():
                continue
            term = found.setdefault(_term(row), {})
            name = str(row["record_id"])
            if name in term:
                points += term[name].points
            reason = self._reason(row, record, (row["record_id"], row["rule"]) in doubled)
            term[name] = Deduction(_day(record), reason, points)
        return {term: sorted(records.values(), key=lambda one: one.on or date.max) for term, records in found.items()}

    @makeup.default
    def _find_makeup(self) -> dict[Term, list[Makeup]]:
        found: dict[Term, list[Makeup]] = {}
        for row, record in self._rows("makeup"):
            if row["disposition"] not in (*_STANDS, "void") or record.get("fraud") is True:
                continue
            filed_on = record.get("filed_on")
            filed = filed_on if isinstance(filed_on, date) else None
            counts = row["disposition"] in _STANDS
            one = Makeup(filed, self.item(row, record), Amount.of(row["counted"]), counts)
            found.setdefault(_term(row), []).append(one)
        return {term: sorted(rows, key=lambda one: one.filed_on or date.max) for term, rows in found.items()}

    @sanctions.default
    def _find_sanctions(self) -> tuple[Sanction, ...]:
        cases: dict[tuple[Term, object], list[tuple[date, str]]] = {}
        rows = [(row, record) for row, record in self._rows("violation") if row["disposition"] != "invalid"]
        for row, record in rows:
            if record.get("case") and row["account"] != _SANCTIONS:
                told = (_day(record) or date.max, self._reason(row, record))
                cases.setdefault((_term(row), record["case"]), []).append(told)
        found = []
        for row, record in rows:
            if row["account"] == _SANCTIONS:
                case = record.get("case")
                what = f"给予{self.item(row, record)}处分{f'（事由编号：{shown(case)}）' if case else ''}。"
                why = [reason for _, reason in sorted(cases.get((_term(row), case), ()))]
                reason = "\n".join((what, *why))
                found.append(Sanction(str(row["student_id"]), _day(record), str(row["record_id"]), reason))
        return tuple(sorted(found, key=lambda one: (one.student, one.on or date.max, one.record)))

    @totals.default
    def _find_totals(self) -> dict[Term, Amount]:
        inside = {name for name, account in self.run.policy.accounts.items() if account.parent == _SCORE}
        found: dict[Term, Amount] = {}
        for row in self.run.results["accounts"]:
            if row["account"] in inside and row["period"]:
                found[_term(row)] = found.get(_term(row), Amount()) + -Amount.of(row["amount"])
        return found

    @finals.default
    def _find_finals(self) -> dict[Term, Value]:
        rows = (row for row in self.run.results["facts"] if row["fact"] == "conduct_final" and row["period"])
        return {_term(row): "" if row["value"] is None else Amount.of(row["value"]).cell for row in rows}

    @property
    def semesters(self) -> list[str]:
        """Those for which anybody has a score."""
        return sorted({semester for _, semester in self.finals})

    def people(self, *names: str) -> Iterator[tuple[tuple[str, ...], list[Person]]]:
        """The students by some attributes, each group in the order of class and number."""
        for key, people in self.run.groups(*names).items():
            yield key, sorted(people, key=lambda person: (shown(person.get("class")), shown(person["student_id"])))

    def item(self, row: ResultRow, record: RecordRow) -> str:
        """The item of a record: its own words, or the item's label."""
        words = self.run.policy.items.get(str(row["rule"]))
        return shown(record.get("item_text")) or (words.label if words else shown(record.get("item")))

    def _reason(self, row: ResultRow, record: RecordRow, doubled: bool = False) -> str:
        """A breach with its day and what made it graver."""
        words, section = self.item(row, record), self.run.policy.accounts.get(str(row["account"]))
        if "、" in words and not record.get("item_text") and section is not None:
            words = f"{section.label}（{row['article']}）"
        elif row["account"] == _SANCTIONS:
            words = f"受{words}处分"
        quantity = record.get("quantity")
        graver = [
            f"数量{shown(quantity)}" if isinstance(quantity, Decimal) and quantity != 1 else "",
            "情节严重" if record.get("severe") is True else "",
            "损坏设备设施" if record.get("damage") is True else "",
            "第3次起加倍" if doubled else "",
        ]
        day = _day(record)
        return "，".join(filter(None, (f"{day} {words}" if day else words, *graver)))

    def _rows(self, kind: str) -> Iterator[tuple[ResultRow, RecordRow]]:
        """The results of a kind of record, each with the record."""
        for row in self.run.results["records"]:
            if row["kind"] == kind and row["student_id"] in self.run.students and row["account"]:
                yield row, self.run.records[kind, str(row["record_id"])]


def _term(row: ResultRow) -> Term:
    return str(row["student_id"]), str(row["period"])


def _day(record: RecordRow) -> date | None:
    day = record.get("date")
    return day if isinstance(day, date) else None
