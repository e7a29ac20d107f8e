"""What a student earned, gathered for a transcript: the records that count, alike ones together; scores by semester.

Records of one item with the same content and level in one semester are one row with their number and their days:
forty runs, or the weeks that they made, are one achievement. A record counts if something of it stands in an account;
the rows of an account and of those inside it add up to its total. What waits for a decision, and what brings nothing,
stands apart with its reason; a record that counts in one place is not told again because it does not in another.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import field, frozen

from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COLON
from creditlang.plugin import text_of
from creditlang.plugin.run_data import RecordRow, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.open_amounts import Amount
from creditlang.words import ANSWERS, said, word

_STANDS: Final = frozenset(("counted", "reduced", "pending"))
_GRADES: Final = ("级", "奖")
_CONTENTS: Final = ("内容", "名称", "课程", "项目")
"""How fields are called that hold levels, grades and prizes, and those that say what it was."""
_FROM_TO: Final = Phrase("{first}\nto {last}", "{first}\n至{last}")
_OPEN: Final = re.compile(rf"[0-9] …|\b{ANSWERS['open']}$|{ANSWERS['open'].zh}$")
_SEMESTER: Final = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]")


_Alike = tuple[str, str, str, str, str, str]
"""Account, period, item, content, level, article."""


@frozen
class Earned:
    """Records of one kind in one semester, and what they brought together."""

    account: str
    period: str
    item: str
    content: str
    level: str
    article: str
    days: tuple[date, ...]
    times: int
    amount: Amount

    def when(self, language: Language) -> str:
        """The day, or the first and the last."""
        return days_text(self.days, language)


@frozen
class Unearned:
    """Records alike that wait for a decision, or that bring nothing, and why."""

    period: str
    item: str
    content: str
    disposition: str
    reason: str
    article: str
    amount: str
    """What each may still bring; empty where nothing is open."""
    days: tuple[date, ...]
    times: int


@frozen
class Scores:
    """Values by semester: of scores, of facts, of credits that come of scores; and facts that are not of a semester."""

    columns: tuple[tuple[str, str], ...]
    """Names and labels."""
    semesters: tuple[str, ...]
    values: Mapping[tuple[str, str], Value]
    """By name and semester."""
    others: tuple[tuple[str, str], ...]
    """Labels of facts, with what they are."""


@frozen(eq=False)
class Gathered:
    """The rows of a run, by student."""

    run: RunData
    records: Mapping[str, Sequence[ResultRow]] = field(init=False)
    accounts: Mapping[str, Sequence[ResultRow]] = field(init=False)
    facts: Mapping[str, Sequence[ResultRow]] = field(init=False)
    requirements: Mapping[str, Sequence[ResultRow]] = field(init=False)
    _found: dict[tuple[str, str], list[str]] = field(factory=dict, init=False)

    @records.default
    def _records(self) -> Mapping[str, Sequence[ResultRow]]:
        return self.run.by_student("records")

    @accounts.default
    def _accounts(self) -> Mapping[str, Sequence[ResultRow]]:
        return self.run.by_student("accounts")

    @facts.default
    def _facts(self) -> Mapping[str, Sequence[ResultRow]]:
        return self.run.by_student("facts")

    @requirements.default
    def _requirements(self) -> Mapping[str, Sequence[ResultRow]]:
        return self.run.by_student("requirements")

    def totals(self, student: str) -> dict[str, Amount]:
        """The balances over the whole time."""
        rows = self.accounts.get(student, ())
        return {str(row["account"]): Amount.of(row["amount"]) for row in rows if not row["period"]}

    def earned(self, student: str) -> dict[str, list[Earned]]:
        """What counts, by account, in the order of periods and days."""
        groups: dict[_Alike, list[tuple[ResultRow, RecordRow]]] = {}
        for row in self.records.get(student, ()):
            if row["disposition"] in _STANDS and row["account"] in self.run.policy.accounts:
                record = self.run.records.get((str(row["kind"]), str(row["record_id"])), {})
                groups.setdefault(self._key(row, record), []).append((row, record))
        found: dict[str, list[Earned]] = {}
        for key, pairs in groups.items():
            amount = Amount.total(Amount.of(row["counted"]) for row, _ in pairs)
            if amount != Amount():
                days = tuple(day for _, record in pairs if isinstance(day := record.get("date"), date))
                times = len({row["record_id"] for row, _ in pairs})
                found.setdefault(key[0], []).append(Earned(*key, days, times, amount))
        for rows in found.values():
            rows.sort(
                key=lambda one: (
                    not one.period,
                    one.period,
                    min(one.days, default=date.max),
                    one.item,
                    one.content,
                    one.level,
                )
            )
        return found

    def unearned(self, student: str) -> tuple[list[Unearned], list[Unearned]]:
        """What waits for a decision, and what brings nothing: void, cut to nothing, unreadable, without a rule."""
        rows = [row for row in self.records.get(student, ()) if row["rule"] or row["disposition"] != "counted"]
        earning = {_record(row) for row in rows if row["disposition"] in _STANDS and not _is_nothing(row)}
        groups: dict[tuple[str, ...], list[tuple[ResultRow, RecordRow]]] = {}
        for row in rows:
            is_open = row["disposition"] == "pending"
            if is_open or (row["disposition"] != "counted" and _record(row) not in earning):
                record = self.run.records.get(_record(row), {})
                amount = Amount.shown_of(row["counted"]) if is_open and row["counted"] is not None else ""
                _, period, label, content, _, article = self._key(row, record)
                alike = (period, label, content, str(row["disposition"]), self.run.reason(row), article, str(amount))
                groups.setdefault(alike, []).append((row, record))
        found: tuple[list[Unearned], list[Unearned]] = ([], [])
        for told, pairs in sorted(groups.items()):
            days = tuple(day for _, record in pairs if isinstance(day := record.get("date"), date))
            period, item, content, disposition, reason, article, amount = told
            one = Unearned(
                period=period, item=item, content=content, disposition=disposition, reason=reason, article=article,
                amount=amount, days=days, times=len(pairs),
            )  # fmt: skip
            found[one.disposition != "pending"].append(one)
        return found

    def ruled(self, student: str) -> list[tuple[str, str, str, str, str]]:
        """What an office has decided of single records: their day, item and content, the decision, its article."""
        found = []
        for (who, kind, identifier), ruling in self.run.rulings.items():
            if who == student:
                record = self.run.records.get((kind, identifier), {})
                row = next(row for row in self.records[student] if _record(row) == (kind, identifier))
                _, _, item, content, _, _ = self._key(row, record)
                told = in_language(ruling.told, self.run.language)
                found.append((shown(record.get("date")), item, content, told, ruling.article))
        return sorted(found)

    def _key(self, row: ResultRow, record: RecordRow) -> _Alike:
        """What makes records alike: account, period, item, content, grades of any sort, article."""
        policy, kind = self.run.policy, str(row["kind"])
        item = policy.items.get(str(row["rule"] or ""))
        written = shown(record.get("item_text")) or policy.kinds[kind].label if kind in policy.kinds else kind
        label = item.label if item else written
        grades = (policy.value(kind, name, record.get(name)) for name in self._fields(kind, "value", _GRADES))
        content = next((x for name in self._fields(kind, "text", _CONTENTS) if (x := shown(record.get(name)))), "")
        level = "\n".join(filter(None, grades))
        return str(row["account"]), str(row["period"]), label, content, level, str(row["article"])

    def _fields(self, kind: str, sort: str, words: Sequence[str]) -> list[str]:
        """The fields of a kind that are of a type and called by one of some words."""
        key = (kind, sort)
        if key not in self._found:
            kinds = self.run.in_chinese().policy.kinds
            fields = kinds[kind].fields if kind in kinds else ()
            self._found[key] = [x.name for x in fields if x.type == sort and any(word in x.label for word in words)]
        return self._found[key]

    def scores(self, student: str) -> Scores:
        """What has a value for each semester, in the order of the policy: scores, facts, credits."""
        policy = self.run.policy
        values: dict[tuple[str, str], Value] = {}
        for row in self.accounts.get(student, ()):
            account = policy.accounts[str(row["account"])]
            if account.sort in ("score", "credit") and not account.parent and _SEMESTER.fullmatch(str(row["period"])):
                values[account.name, str(row["period"])] = Amount.of(row["amount"]).cell
        others: dict[str, list[str]] = {}
        for row in self.facts.get(student, ()):
            name, period, value = str(row["fact"]), str(row["period"]), self._fact(row["value"])
            if _SEMESTER.fullmatch(period):
                values[name, period] = value
            else:
                others.setdefault(name, []).append(
                    f"{period}{in_language(COLON, self.run.language)}{text_of(value)}" if period else text_of(value)
                )
        named = {name for name, _ in values}
        order = [
            *((x.name, x.label) for x in policy.accounts.values() if x.sort == "score"),
            *policy.facts.items(),
            *((x.name, x.label) for x in policy.accounts.values() if x.sort == "credit"),
        ]
        return Scores(
            tuple(column for column in order if column[0] in named),
            tuple(sorted({semester for _, semester in values})),
            values,
            tuple((label, "　".join(others[name])) for name, label in policy.facts.items() if name in others),
        )

    def _fact(self, value: Value) -> Value:
        """A fact's value for people."""
        if value is None:
            return word(ANSWERS, "open", self.run.language)
        try:
            return Amount.of(value).cell
        except ValueError:
            return word(ANSWERS, self.run.policy.values.get(str(value), value), self.run.language)


def days_text(days: Sequence[date], language: Language) -> str:
    """The day, or the first and the last."""
    if not days:
        return ""
    first, last = min(days), max(days)
    return str(first) if first == last else said(_FROM_TO, language, first=first, last=last)


def _record(row: ResultRow) -> tuple[str, str]:
    return str(row["kind"]), str(row["record_id"])


def _is_nothing(row: ResultRow) -> bool:
    return row["counted"] is None or (row["disposition"] == "reduced" and Amount.of(row["counted"]) == Amount())


def is_open(values: Iterable[Value]) -> bool:
    """Whether one of the amounts or outcomes on paper is not final."""
    return any(_OPEN.search(value) for value in values if isinstance(value, str))
