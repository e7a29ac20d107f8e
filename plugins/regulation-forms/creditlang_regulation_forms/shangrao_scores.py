"""The conduct scores of a Shangrao run, a row for each student and semester, as the conduct reports need them.

Everything is taken from the result tables: the accounts inside `conduct`, the facts `conduct_passed`, `deducted` and
`deferral`. The basic points are in no table; they are what a score has left once its deductions and rewards are taken
away, read off the scores that are not at their floor. A month's points are those of the records dated in it, as counted
by the semester's rules: limits and 就高不就低 included.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from creditlang.plugin.run_data import Person, RunData, shown
from creditlang.toolkit.open_amounts import Amount

SCORE: Final = "conduct"
DEDUCTIONS: Final = "deductions"
REWARDS: Final = "rewards"
_PASSED: Final = {"yes": "合格", "no": "不合格"}
UNDECIDED: Final = "未定"

Term = tuple[str, str]
"""Student and semester."""


@frozen
class Conduct:
    """A student's semester: points as on paper, deductions positive, by section."""

    person: Person
    semester: str
    base: Amount
    sections: Mapping[str, Amount]
    deducted: Amount
    rewards: Amount
    score: Amount
    passed: str
    """合格, 不合格 or 未定."""
    deferred: str
    """推迟, 未定 or nothing."""
    remarks: str

    @property
    def number(self) -> str:
        """The student's number."""
        return shown(self.person["student_id"])

    @property
    def college(self) -> str:
        """Empty if it is not told."""
        return shown(self.person.get("college"))

    @property
    def school_class(self) -> str:
        """The class, empty if it is not told."""
        return shown(self.person.get("class"))


@frozen
class Event:
    """What a record did to a score: `points` are negative for a deduction."""

    day: date
    points: Amount

    @property
    def month(self) -> tuple[int, int]:
        """Year and month."""
        return self.day.year, self.day.month


@define
class ConductBook:
    """All scores of a run, by student and semester, and the events behind them."""

    run: RunData
    sections: dict[str, str] = field(factory=dict)
    """Names and labels of the sections of deductions, in the regulation's order."""
    scores: dict[Term, Conduct] = field(factory=dict)
    _amounts: dict[Term, dict[str, Amount]] = field(factory=dict)
    _units: dict[tuple[str, ...], list[Conduct]] = field(factory=dict)
    _bases: dict[str, Decimal] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Go through the tables once."""
        accounts = self.run.policy.accounts
        self.sections = {name: x.label for name, x in accounts.items() if x.parent == DEDUCTIONS}
        inside = set(self.run.policy.inside(SCORE))
        for row in self.run.results["accounts"]:
            if row["account"] in inside and row["period"]:
                term = str(row["student_id"]), str(row["period"])
                self._amounts.setdefault(term, {})[str(row["account"])] = Amount.of(row["amount"])
        facts: dict[Term, dict[str, str]] = {}
        for row in self.run.results["facts"]:
            value = row["value"]
            text = value if isinstance(value, str) else shown(value)
            facts.setdefault((str(row["student_id"]), str(row["period"])), {})[str(row["fact"])] = text
        remarks = self._remarks()
        for term in sorted(term for term, amounts in self._amounts.items() if SCORE in amounts):
            if term[0] in self.run.students:
                self.scores[term] = x = self._conduct(term, facts.get(term, {}), remarks.get(term, []))
                for unit in ((term[1],), (term[1], x.college), (term[1], x.college, x.school_class)):
                    self._units.setdefault(unit, []).append(x)

    @property
    def semesters(self) -> list[str]:
        """Those in which anybody has a score."""
        return sorted({semester for _, semester in self.scores})

    def of(self, *unit: str) -> list[Conduct]:
        """The scores of a semester, of a college in it, or of a class of that college, by student number."""
        return self._units.get(unit, [])

    def classes(self, *unit: str) -> list[tuple[str, str]]:
        """The colleges and classes that have scores in a semester, or in a semester and college."""
        return sorted({(x.college, x.school_class) for x in self.of(*unit)})

    def events(self) -> dict[Term, list[Event]]:
        """What each record did, by student and semester."""
        inside = set(self.run.policy.inside(SCORE))
        found: dict[Term, list[Event]] = {}
        for row in self.run.results["records"]:
            record = self.run.records.get((str(row["kind"]), str(row["record_id"])))
            if row["account"] not in inside or record is None or not isinstance(day := record["date"], date):
                continue
            if row["disposition"] in ("counted", "reduced", "pending"):
                term = str(row["student_id"]), str(row["period"])
                found.setdefault(term, []).append(Event(day, Amount.of(row["counted"])))
        return found

    def _conduct(self, term: Term, facts: Mapping[str, str], remarks: list[str]) -> Conduct:
        amounts = self._amounts[term]
        deferral = facts.get("deferral", "0")
        return Conduct(
            person=self.run.students[term[0]],
            semester=term[1],
            base=Amount(*[self._base(term[1])] * 2),
            sections={name: -amounts.get(name, Amount()) for name in self.sections},
            deducted=-amounts.get(DEDUCTIONS, Amount()),
            rewards=amounts.get(REWARDS, Amount()),
            score=amounts[SCORE],
            passed=_PASSED.get(facts.get("conduct_passed", ""), UNDECIDED),
            deferred={"0": "", "1": "推迟"}.get(deferral, UNDECIDED),
            remarks="；".join(remarks),
        )

    def _base(self, semester: str) -> Decimal:
        """What everybody begins a semester with."""
        if semester not in self._bases:
            known = [
                [amounts.get(name, Amount()).low for name in (SCORE, DEDUCTIONS, REWARDS)]
                for (_, period), amounts in self._amounts.items()
                if period == semester
            ]
            left = [
                (Amount.of(score) + -Amount.total(map(Amount.of, changes))).low
                for score, *changes in known
                if score > 0
            ]
            self._bases[semester] = max(set(left), key=left.count) if left else Decimal(100)
        return self._bases[semester]

    def _remarks(self) -> dict[Term, list[str]]:
        """What else decides: vetoes, deferrals lifted, records that wait."""
        found: dict[Term, list[str]] = {}
        waiting: dict[Term, int] = {}
        inside = set(self.run.policy.inside(SCORE))
        for row in self.run.results["records"]:
            kind, term = row["kind"], (str(row["student_id"]), str(row["period"] or ""))
            if row["disposition"] == "pending" and row["account"] in inside:
                waiting[term] = waiting.get(term, 0) + 1
            elif row["disposition"] == "counted" and kind in ("veto", "deferral_decision"):
                record = self.run.records.get((str(kind), str(row["record_id"])), {})
                text = "一票否决" if kind == "veto" else "推迟毕业已解除" if record.get("lifted") else ""
                if text and text not in (texts := found.setdefault(term, [])):
                    texts.insert(0 if kind == "veto" else len(texts), text)
        for term, count in waiting.items():
            found.setdefault(term, []).append(f"{count}条待定")
        return found
