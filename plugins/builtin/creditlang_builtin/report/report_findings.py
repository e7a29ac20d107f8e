"""What a report tells of a run: how requirements stand, who is close, how totals are spread, what cuts, what became of
records.

All of it is counted from the result tables. A cut is a step that makes a decided amount smaller, be it to nothing, by a
limit, a share, or because another one counts; lines that refuse a record are told with the reasons instead. Close to a
minimum is who lacks at most a fifth of what a part asks for, at the worst; a part that asks for no more than so much is
no minimum. Reasons that differ only in the record, the day or the value that they name are one reason.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from creditlang.diagnostics import Language, Phrase, in_language, listed
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.plugin.run_data import ResultRow, RunData, shown
from creditlang.toolkit.open_amounts import Amount
from creditlang.words import DISPOSITIONS, said, word

STATUSES: Final = ("met", "unmet", "open")
CLOSE: Final = Decimal("0.2")
MOST_CLOSE: Final = 300
MOST_CUTS: Final = 40
DRAWN_CUTS: Final = 15
MOST_REASONS: Final = 40

_READ: Final = Phrase("read {read} = ", "读入 {read} = ")
_AND_MORE: Final = Phrase(" and {more} more", "等{count}项")
_NOT_LISTED: Final = Phrase("not in the tables", "结果表没有列出的")
_SOME_DAY: Final = Phrase("some day", "某日")
_ANOTHER: Final = Phrase("another record", "另一条记录")
_QUOTED: Final = re.compile('".*?"')
_VALUE: Final = re.compile("“(.*?)”")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
SHARES: Final = (Decimal("0.05"), Decimal("0.1"), CLOSE)
DEGREES: Final = (
    Phrase("up to 5% short", "差5%以内"), Phrase("5% to 10% short", "差5%至10%"),
    Phrase("10% to 20% short", "差10%至20%"),
)  # fmt: skip
"""Up to which share of a minimum is lacking, by which the students who are close are drawn; in words."""
_REFUSED: Final = re.compile(r"\b(?:void|invalid|pending)\b|作废|不计|无效|待定", re.IGNORECASE)
"""Lines that refuse a record, in both dialects."""
_STRONGEST: Final = ("invalid", "pending", "reduced", "counted", "void", "unmatched", "out of scope")
"""Which disposition a record has that has several rows."""


@frozen
class Standing:
    """A requirement, or a part of one: how many meet it, do not, and are open."""

    label: str
    counts: tuple[int, int, int]
    part: bool = False


@frozen
class Close:
    """A student who lacks little of a part."""

    requirement: str
    part: str
    student: str
    needed: str
    have: str
    short: str
    status: str
    article: str
    share: int
    """The place in `SHARES` of how much of the minimum is lacking, at the worst."""


@frozen
class Shortage:
    """A part of a requirement: how many of the students close to it lack so much of it, by `SHARES`."""

    label: str
    counts: tuple[int, int, int]


@frozen
class Spread:
    """A total: the decided amounts in order, and how many are open."""

    label: str
    unit: str
    amounts: tuple[Decimal, ...]
    open: int

    @property
    def told(self) -> tuple[str, str, str]:
        """The lowest, the middle one, the highest."""
        if not self.amounts:
            return "", "", ""
        middle, over = divmod(len(self.amounts), 2)
        two = (Amount.of(x) for x in (self.amounts[middle - (not over)], self.amounts[middle]))
        return shown(self.amounts[0]), shown((Amount.total(two) * Decimal("0.5")).low), shown(self.amounts[-1])


@frozen
class Cut:
    """A line of the policy that made amounts smaller."""

    rule: str
    article: str
    items: str
    records: int
    students: int
    amounts: str
    """By unit."""


@frozen
class Findings:
    """Everything."""

    students: int
    records: int
    equation: str
    standings: tuple[Standing, ...]
    close: tuple[Close, ...]
    close_left_out: int
    shortages: tuple[Shortage, ...]
    spreads: tuple[Spread, ...]
    cuts: tuple[Cut, ...]
    cuts_left_out: int
    kinds: tuple[tuple[str, tuple[int, ...]], ...]
    """For each kind of record how many ended in each disposition, in the order of `DISPOSITIONS`."""
    dispositions: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, str, str, int], ...]
    """What became of them, why, the article, how many records."""
    reasons_left_out: int


def findings(run: RunData) -> Findings:
    """Read them out of a run."""
    close = _close(run)
    cuts = _cuts(run)
    ended, kinds = _dispositions(run)
    read = sum(count for _, count in ended)
    reasons = _reasons(run)
    return Findings(
        students=len(run.results["students"]),
        records=read,
        equation=said(_READ, run.language, read=read) + " + ".join(f"{name} {count}" for name, count in ended),
        standings=_standings(run),
        close=close[:MOST_CLOSE],
        close_left_out=max(len(close) - MOST_CLOSE, 0),
        shortages=_shortages(close, run.language),
        spreads=_spreads(run),
        cuts=cuts[:MOST_CUTS],
        cuts_left_out=max(len(cuts) - MOST_CUTS, 0),
        kinds=kinds,
        dispositions=ended,
        reasons=reasons[:MOST_REASONS],
        reasons_left_out=max(len(reasons) - MOST_REASONS, 0),
    )


def _standings(run: RunData) -> tuple[Standing, ...]:
    whole = {name: Counter(run.standing(student, name) for student in run.students) for name in run.policy.requirements}
    parts: Counter[tuple[str, str, str]] = Counter(
        (str(row["requirement"]), str(row["part"]), str(row["status"])) for row in run.results["requirements"]
    )
    found = []
    for name, words in run.policy.requirements.items():
        met, unmet, undecided = (whole[name][status] for status in STATUSES)
        found.append(Standing(words.label, (met, unmet, undecided)))
        for part in words.parts if len(words.parts) > 1 else ():
            met, unmet, undecided = (parts[name, part, status] for status in STATUSES)
            if met or unmet or undecided:
                found.append(Standing(run.part(name, part), (met, unmet, undecided), part=True))
    return tuple(found)


def _close(run: RunData) -> tuple[Close, ...]:
    found = []
    places = {name: place for place, name in enumerate(run.policy.requirements)}
    for row in run.results["requirements"]:
        limits = run.policy.requirements[str(row["requirement"])].limits
        if row["status"] == "met" or row["needed"] is None or row["short"] is None or row["part"] in limits:
            continue
        needed, short = Amount.of(row["needed"]), Amount.of(row["short"])
        shares = [place for place, share in enumerate(SHARES) if short.high <= (needed * share).low]
        if short.high > 0 and needed.low > 0 and shares:
            name = str(row["requirement"])
            words = run.policy.requirements[name]
            place = words.parts.index(str(row["part"])) if row["part"] in words.parts else 0
            student, part = str(row["student_id"]), run.part(name, str(row["part"]))
            status, article = str(row["status"]), str(row["article"] or "")
            asked, have, lacking = (shown(x.cell) for x in (needed, Amount.of(row["have"]), short))
            one = Close(
                requirement=words.label, part=part, student=student, needed=asked, have=have, short=lacking,
                status=status, article=article, share=shares[0],
            )  # fmt: skip
            found.append(((places[name], place, student), one))
    return tuple(one for _, one in sorted(found, key=lambda each: each[0]))


def _shortages(close: Sequence[Close], language: Language) -> tuple[Shortage, ...]:
    """Parts in the order of the policy; several requirements may have parts of one name."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in close:
        counts = found.setdefault((one.requirement, one.part), [0, 0, 0])
        counts[one.share] += 1
    colon = in_language(COLON, language)
    several = len({requirement for requirement, _ in found}) > 1
    return tuple(
        Shortage(f"{requirement}{colon}{part}" if several else part, (counts[0], counts[1], counts[2]))
        for (requirement, part), counts in found.items()
    )


def _spreads(run: RunData) -> tuple[Spread, ...]:
    found = []
    rows = run.results["students"]
    for name in rows[0] if rows else ():
        account = run.policy.accounts.get(name)
        if account is None or (account.sort == "score" and account.period):
            continue
        amounts = [Amount.of(row[name]) for row in rows if row[name] is not None]
        label, unit = account.label, run.policy.units.get(account.unit, account.unit)
        decided = sorted(amount.low for amount in amounts if not amount.is_open)
        found.append(Spread(label, unit, tuple(decided), len(amounts) - len(decided)))
    return tuple(found)


def _cuts(run: RunData) -> tuple[Cut, ...]:
    records = {(str(row["record_id"]), str(row["rule"])): row for row in run.results["records"]}
    lines: dict[tuple[str, str], list[tuple[ResultRow, Amount]]] = {}
    for step in run.results["steps"]:
        record = records.get((str(step["record_id"]), str(step["rule"])))
        told = record is not None and record["disposition"] in ("counted", "reduced", "void")
        if record is None or not told or step["before"] is None or _REFUSED.search(_QUOTED.sub("", str(step["step"]))):
            continue
        ends = [Amount.of(step["before"]), Amount.of(step["after"])]
        before, after = (Amount.of(end.low.copy_abs()) for end in ends)
        if not any(end.is_open for end in ends) and after.low < before.low:
            line = str(step["step"]), str(step["article"] or "")
            lines.setdefault(line, []).append((record, before + -after))
    found = [_cut(run, rule, article, some) for (rule, article), some in lines.items()]
    return tuple(sorted(found, key=lambda cut: (-cut.records, cut.article, cut.rule)))


def _cut(run: RunData, rule: str, article: str, some: Sequence[tuple[ResultRow, Amount]]) -> Cut:
    amounts: dict[str, Amount] = {}
    items: dict[str, None] = {}
    for record, lost in some:
        unit = run.policy.units.get(str(record["unit"]), str(record["unit"] or ""))
        amounts[unit] = amounts.get(unit, Amount()) + lost
        items[_called(run, str(record["rule"]))] = None
    labels = sorted(items)
    named = in_language(listed(labels[:2]), run.language)
    named += said(_AND_MORE, run.language, count=len(labels), more=len(labels) - 2) if len(labels) > 2 else ""
    amounts_told = (f"{shown(amount.low)} {unit}".strip() for unit, amount in sorted(amounts.items()))
    told = in_language(COMMA, run.language).join(amounts_told)
    students = len({record["student_id"] for record, _ in some})
    return Cut(run.lines.get(rule, rule), article, named, len(some), students, told)


def _called(run: RunData, rule: str) -> str:
    """The label of an item; what posts to an account without one has the account's name."""
    if rule in run.policy.items:
        return run.policy.items[rule].label
    return run.policy.accounts[rule].label if rule in run.policy.accounts else rule


def _dispositions(run: RunData) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, tuple[int, ...]], ...]]:
    """In all, by the equation of records, and by kind; what the table of records does not have is a line of its own."""
    ended: dict[tuple[str, str], str] = {}
    for row in run.results["records"]:
        record, disposition = (str(row["kind"]), str(row["record_id"])), str(row["disposition"])
        if record not in ended or _STRONGEST.index(disposition) < _STRONGEST.index(ended[record]):
            ended[record] = disposition
    counts: Counter[tuple[str, str]] = Counter((kind, disposition) for (kind, _), disposition in ended.items())
    order = list(DISPOSITIONS)
    kinds = [
        (words.label, tuple(counts[name, disposition] for disposition in order))
        for name, words in run.policy.kinds.items()
        if any(counts[name, disposition] for disposition in order)
    ]
    listed = Counter(ended.values())
    every = _equation(run) or [listed[x] for x in order]
    others = tuple(count - listed[x] for count, x in zip(every, order, strict=True))
    if any(others):
        kinds.append((said(_NOT_LISTED, run.language), others))
    names = (word(DISPOSITIONS, name, run.language) for name in order)
    return tuple(zip(names, every, strict=True)), tuple(kinds)


def _equation(run: RunData) -> list[int]:
    """How many records ended in each disposition, as the manifest has it; empty if it has not."""
    text = next((str(row["value"]) for row in run.results["manifest"] if row["entry"] == "equation"), "")
    numbers = [int(number) for number in re.findall("[0-9]+", text.partition("=")[2])]
    return numbers if len(numbers) == len(DISPOSITIONS) else []


def _reasons(run: RunData) -> tuple[tuple[str, str, str, int], ...]:
    identifiers = frozenset(str(row["record_id"]) for row in run.results["records"])
    labels = frozenset(column.label for kind in run.policy.kinds.values() for column in kind.fields)
    found: Mapping[tuple[str, str, str], int] = Counter(
        (
            word(DISPOSITIONS, row["disposition"], run.language),
            _plain(run, row, identifiers, labels),
            str(row["article"] or ""),
        )
        for row in run.results["records"]
        if row["disposition"] in ("void", "pending", "unmatched", "invalid")
    )
    rows = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return tuple((*key, count) for key, count in rows)


def _plain(run: RunData, row: ResultRow, identifiers: Collection[str], labels: Collection[str]) -> str:
    """A reason without the record, the day and the value that it names; names of columns stay."""
    text = _VALUE.sub(lambda match: match[0] if match[1] in labels else "“…”", run.reason(row))
    text = _DAY.sub(said(_SOME_DAY, run.language), text)
    return _WORD.sub(lambda match: said(_ANOTHER, run.language) if match[0] in identifiers else match[0], text)
