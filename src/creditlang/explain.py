"""Why: an answer in words, from the totals down to records, steps and articles.

The answer says what counted, what was cut and by which article, what did not count and why, and what is missing. Like
records are told together. It holds nothing that the ledger does not.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from creditlang.core.account_trees import within
from creditlang.core.expressions import Value
from creditlang.core.operators import Account, Case, Decide, Policy
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.diagnostics.person_words import spoken
from creditlang.explained_inputs import NO_VALUE, Inputs
from creditlang.ledger import Entry, PartLine, RankLine, StudentResult, Window
from creditlang.policy_lines import PolicyLines
from creditlang.results import counted_amount, signed
from creditlang.values import UNBOUNDED, Interval, amount_text, high, total
from creditlang.words import (
    DISPOSITIONS,
    IN_BRACKETS,
    OVER,
    PART_STATUSES,
    PERIODS,
    STATUSES,
    Declared,
    both,
    label,
    said,
    unit_label,
    word,
)

_FEW = 4
_MARKS: Final = {"met": "✓", "unmet": "✗", "open": "?", "does not apply": "–"}
_NONE_BEGUN: Final = Phrase("no {period} has begun", "尚无{period}开始")
_FROM_TO: Final = Phrase("{period} {first} to {last}", "{period} {first} 至 {last}")
_SHORT: Final = Phrase("{short} short", "还差 {short}")
_MEASURES: Final = {
    ">=": Phrase("have {have}, need {needed}", "已有 {have}，需要 {needed}"),
    ">": Phrase("have {have}, need more than {needed}", "已有 {have}，需要超过 {needed}"),
    "<=": Phrase("have {have}, at most {needed}", "已有 {have}，至多 {needed}"),
    "<": Phrase("have {have}, must be below {needed}", "已有 {have}，须低于 {needed}"),
}
_WINDOW: Final = Phrase("{first} to {last}, {count:record}", "{first}至{last}，{count}条记录")
_MOST: Final = Phrase("the most: {window}", "最多的一段：{window}")
_RANK: Final = Phrase("rank {rank}", "第{rank}名")
_NOT_RANKED: Final = Phrase("not ranked", "不参加排名")
_NO_GROUP: Final = Phrase("not ranked, for nothing says to which group", "不属于任何一组，不参加排名")
_ALONE: Final = Phrase("open, for the others are not known", "未定：须与其他人一并排名")
_AROUND: Final = Phrase("{ranked} ranked, {all} in all", "参评{ranked}人，共{all}人")
_NO_RECORDS: Final = Phrase("no records", "没有记录")
_OUTSIDE: Final = Phrase("the policy does not apply to this student", "本办法不适用于该学生")
_ELSEWHERE: Final = Phrase("records that reached no account", "未进入任何账户的记录")
_UNKNOWN: Final = Phrase(
    "there is no “{topic}”: ask for an account, an item, a requirement, a fact or a record",
    "没有找到“{topic}”：可以问账户、项目、要求、事实或记录编号",
)
_MORE: Final = Phrase(" … ({count:record})", " …（{count}条）")
_WAS: Final = Phrase(" (was {raw})", "（原为 {raw}）")


class Explanation:
    """The answers about one student."""

    def __init__(self, policy: Policy, result: StudentResult, language: Language = "zh") -> None:
        """`result` is the student's; the words are in `language`, the labels those of the policy."""
        self.policy, self.result, self.language = policy, result, spoken(language, policy.person)
        self.written = PolicyLines(policy, self.language)
        self.inputs = Inputs(policy, result, self.language, self.written)
        self.colon, self.comma = self.said(COLON), self.said(COMMA)

    def said(self, text: str, **values: object) -> str:
        """A sentence in the language of the answer."""
        return said(text, self.language, **values)

    def label(self, thing: Declared) -> str:
        """What to call a thing."""
        return label(thing, self.language)

    def topics(self) -> list[str]:
        """What may be asked for, by name or label: requirements, accounts, items, facts, and the student's records."""
        policy = self.policy
        declared = [(name, x.labels) for name, x in policy.requirements.items()]
        declared += [(name, x.labels) for name, x in policy.accounts.items()]
        declared += [(name, x.labels) for name, x in policy.rules.items()]
        declared += [(name, x.labels) for name, x in policy.facts.items()]
        names = [text for name, labels in declared for text in (name, *labels)]
        return [*names, *(entry.record.identifier for entry in self.result.entries)]

    def knows(self, topic: str) -> bool:
        """Whether there is something to tell of a topic."""
        return topic in self.topics()

    def answer(self, topic: str | None = None) -> str:
        """The answer about a topic: an account, item, requirement, fact or record, or everything."""
        return "\n".join(self.lines(topic))

    def lines(self, topic: str | None) -> Iterator[str]:
        if not self.result.applies:
            yield self.said(_OUTSIDE)
            return
        if topic is None:
            yield from self.everything()
            return
        for name, requirement in self.policy.requirements.items():
            if topic in (name, *requirement.labels):
                yield from self.requirement(name)
                return
        for name, account in self.policy.accounts.items():
            if topic in (name, *account.labels):
                yield from self.account(name, cases=True)
                return
        for name, rule in self.policy.rules.items():
            if topic in (name, *rule.labels):
                found = [x for x in self.result.entries if x.rule == name]
                nothing = f"{self.label(rule)}{self.colon}{self.said(_NO_RECORDS)}{_article(rule.article)}"
                yield from self.entries(found, "") if found else (nothing,)
                return
        for name, fact in self.policy.facts.items():
            if topic in (name, *fact.labels):
                nothing = f"{self.label(fact)}{self.colon}{self.said(NO_VALUE)}{_article(fact.article)}"
                yield from list(self.fact(name, cases=True)) or (nothing,)
                return
        entries = [entry for entry in self.result.entries if entry.record.identifier == topic]
        if entries:
            yield from self.record(entries)
        else:
            yield self.said(_UNKNOWN, topic=topic)

    def everything(self) -> Iterator[str]:
        for name in self.policy.requirements:
            yield from self.requirement(name)
            yield ""
        for name, account in self.policy.accounts.items():
            if account.parent is None and account.sort != "account" and self.matters(name):
                yield from self.account(name)
                yield ""
        for name in self.policy.facts:
            yield from self.fact(name)
        lost = [entry for entry in self.result.entries if not entry.account and entry.state != "live"]
        if lost:
            yield self.said(_ELSEWHERE)
            yield from self.entries(lost, "  ")

    def matters(self, name: str) -> bool:
        """Whether there is anything to tell of an account: entries, or a balance."""
        inside = set(within(self.policy.accounts, name))
        if any(entry.account in inside for entry in self.result.entries):
            return True
        return any(line.amount for line in self.result.accounts if line.account == name)

    # ---- requirements and facts
    def requirement(self, name: str) -> Iterator[str]:
        status = self.result.requirements.get(name, "open")
        requirement = self.policy.requirements[name]
        stands = word(STATUSES, status, self.language)
        yield f"{self.label(requirement)}{self.colon}{stands}{_article(requirement.article)}"
        for line in self.result.parts:
            if line.requirement == name:
                yield from self.part(line, requirement, "  ")

    def part(self, line: PartLine, requirement: Decide, indent: str, period: str = "") -> Iterator[str]:
        """How a part stands, as a whole or in a period; below it each period, or each of several of which so many."""
        parts = [inner for case in requirement.cases for inner in (case, *case.of)]
        own = next(part for part in parts if part.number == line.number)
        by_period = own.each is not None and not period
        told = "" if by_period else self.measure(line, parts)
        if line.status == "does not apply":
            told = self.colon + word(PART_STATUSES, line.status, self.language)
        elif by_period and not line.parts:
            told = self.colon + self.said(_NONE_BEGUN, period=self.period(own.each or ""))
        called = period or self.named(line, parts)
        yield f"{indent}{_MARKS[line.status]} {called}{told}{'' if period else _article(line.article)}"
        for inner in line.parts:
            of = self.days(own.each or "", inner.period) if inner.number == line.number else ""
            yield from self.part(inner, requirement, indent + "  ", of)

    def period(self, kind: str) -> Phrase:
        """What a kind of period is called."""
        declared = self.policy.periods.get(kind)
        return PERIODS[kind] if declared is None else both(lambda language: label(declared, language))

    def days(self, kind: str, key: str) -> str:
        """A period in words: one that is counted from a day of one's own by its days."""
        first, _, last = key.partition("/")
        counted = kind in self.policy.periods and last
        return self.said(_FROM_TO, period=self.period(kind), first=first, last=last) if counted else key

    def named(self, line: PartLine, parts: Iterable[Case]) -> str:
        """A condition with the labels of what it names; a part that has a label is called by it."""
        if any(part.number == line.number and part.labelled for part in parts):
            return self.written.part(line.requirement, line.part)
        accounts = self.policy.accounts
        words = _TEXT_OR_WORD.findall(line.part)
        return " ".join(self.label(accounts[name]) if name in accounts else name for name in words)

    def measure(self, line: PartLine, parts: Iterable[Case]) -> str:
        """What is had, what is needed or allowed, and how far one is from the other."""
        if line.have is None or line.needed is None:
            value = next(part.value for part in parts if part.number == line.number)
            note = "" if line.parts else self.inputs.read_by(value, line.period)
            return self.looked_at(line.window) or (self.said(IN_BRACKETS, note=note) if note else "")
        condition = next(part.comparison for part in parts if part.number == line.number)
        sign = condition.operator if condition is not None else ">="
        measured = condition.left if condition is not None else None
        of_fact = measured.name if isinstance(measured, Value) and measured.sort != "account" else ""
        places = self.policy.scales.get(of_fact, 2)
        have, needed, short = (amount_text(x, places) for x in (line.have, line.needed, line.short))
        told = [self.said(_MEASURES[sign], have=have, needed=needed)]
        if line.short != Decimal(0):
            told.append(self.said(_SHORT if sign in (">=", ">") else OVER, short=short))
        return self.colon + self.comma.join(told) + self.looked_at(line.window)

    def looked_at(self, window: Window | None) -> str:
        """The days and records of a window."""
        if window is None:
            return ""
        told = self.said(_WINDOW, first=window.first, last=window.last, count=window.records)
        return self.said(IN_BRACKETS, note=self.said(_MOST, window=told) if window.of_any else told)

    def fact(self, name: str, cases: bool = False) -> Iterator[str]:
        """What a fact comes to, with the cases that say so where that is asked."""
        fact = self.policy.facts[name]
        ranks = [line for line in self.result.ranks if line.fact == name]
        for rank in ranks:
            period = f" {rank.period}" if rank.period else ""
            yield f"{self.label(fact)}{period}{self.colon}{self.rank(rank)}{_article(fact.article)}"
            if (by := self.ranked_by(fact, rank)) and rank.rank is not None:
                yield f"  {by}"
        for line in () if ranks else self.inputs.facts(name, empty=cases):
            period = f" {self.days(fact.period or '', line.period)}" if line.period else ""
            known = {True: "✓", False: "✗"}
            shown = known[line.value] if isinstance(line.value, bool) else self.inputs.value(name, line.value)
            looked_at = self.looked_at(line.window)
            yield f"{self.label(fact)}{period}{self.colon}{shown}{looked_at}{_article(fact.article)}"
            yield from self.inputs.case(fact, line.period) if cases else ()

    def rank(self, line: RankLine) -> str:
        """Where somebody stands, in which group, and of how many."""
        if line.ranked is None or line.all is None:
            return self.said(_NO_GROUP)
        if high(line.ranked) == UNBOUNDED:
            return self.said(_ALONE if line.rank is not None else _NOT_RANKED)
        told = [amount_text(line.ranked, 0), amount_text(line.all, 0)]
        around = self.said(_AROUND, ranked=told[0], all=told[1])
        group = " · ".join(str(value) for value in line.group or ())
        where = f"{group}{self.comma}{around}" if group else around
        stands = self.said(_NOT_RANKED if line.rank is None else _RANK, rank=amount_text(line.rank, 0))
        return stands + self.said(IN_BRACKETS, note=where)

    def ranked_by(self, fact: Decide, line: RankLine) -> str:
        """What somebody has of that by which they are ranked."""
        told = []
        for criterion in fact.rank.criteria if fact.rank is not None else ():
            value = criterion.value
            if isinstance(value, Value) and value.sort in ("fact", "account"):
                of = self.policy.facts if value.sort == "fact" else self.policy.accounts
                have = [x.value for x in self.result.facts if (x.fact, x.period) == (value.name, line.period)]
                have += [x.amount for x in self.result.accounts if (x.account, x.period) == (value.name, line.period)]
                places = self.policy.scales.get(value.name, 2)
                told += [f"{self.label(of[value.name])} {amount_text(x, places)}" for x in have]
        return self.comma.join(told)

    # ---- accounts
    def account(self, name: str, depth: int = 0, cases: bool = False) -> Iterator[str]:
        """An account with its entries; of a credit also the cases that gave it, where that is asked."""
        account = self.policy.accounts[name]
        pad = "  " * depth
        lines = [line for line in self.result.accounts if line.account == name]
        whole = next((line.amount for line in lines if not line.period), None)
        shown = f" {self.amount(whole, account)}" if whole is not None else ""
        yield f"{pad}{self.label(account)}{shown}{_article(account.article)}"
        decide = account.decide if cases and account.sort == "credit" else None
        for line in lines if account.sort in ("score", "credit") else ():
            if line.period:
                period = self.days(account.period or "", line.period)
                yield f"{pad}  {period}{self.colon}{self.amount(line.amount, account)}"
            yield from (
                self.inputs.case(decide, line.period) if decide and bool(line.period) == bool(account.period) else ()
            )
        own = [entry for entry in self.result.entries if entry.account == name]
        for rule in account.items:
            entries = [entry for entry in own if entry.rule == rule]
            if entries:
                declared = self.policy.rules[rule]
                head = f"{self.label(declared)}{self.colon}{self.amount(self.summed(entries), account)}"
                yield f"{pad}  {head}{_article(declared.article)}"
                yield from self.entries(entries, pad + "    ")
        others = [entry for entry in own if entry.rule not in account.items]
        if others:
            yield from self.entries(others, pad + "  ")
        for child in account.children:
            inside = set(within(self.policy.accounts, child))
            if any(entry.account in inside for entry in self.result.entries) or account.sort == "category":
                yield from self.account(child, depth + 1)

    def amount(self, amount: Decimal | Interval, account: Account) -> str:
        """An amount of an account with its unit."""
        unit = unit_label(account.unit, self.policy.unit_labels, self.language, amount)
        return f"{amount_text(amount)} {unit}".rstrip()

    def summed(self, entries: Iterable[Entry]) -> Decimal | Interval:
        amounts = ((counted_amount(entry), entry.member) for entry in entries)
        kept = (x for x, member in amounts if isinstance(x, Interval) or (isinstance(x, Decimal) and not member))
        return total(kept)

    # ---- records
    def entries(self, entries: list[Entry], pad: str) -> Iterator[str]:
        """Entries, those alike told together."""
        groups: dict[tuple[str, ...], list[Entry]] = {}
        carriers = {id(entry.record) for entry in entries if entry.gathered and entry.state == "live"}
        told = [
            entry
            for entry in entries
            if not (entry.gathered and entry.state == "void") and not (entry.member and id(entry.record) in carriers)
        ]
        for entry in sorted(told, key=lambda entry: (entry.period, entry.record.order)):
            groups.setdefault(self.likeness(entry), []).append(entry)
        for group in groups.values():
            yield pad + self.told(group)

    def likeness(self, entry: Entry) -> tuple[str, ...]:
        steps = tuple(
            f"{step.sort}{step.text}{amount_text(step.after)}" for step in entry.steps if step.sort != "amount"
        )
        amount = amount_text(counted_amount(entry))
        return (self.result.disposition(entry), amount, str(entry.told), entry.article, entry.period, *steps)

    def told(self, group: list[Entry]) -> str:
        """One line for like entries: what became of them, how much, which records, why."""
        entry = group[0]
        became = word(DISPOSITIONS, self.result.disposition(entry), self.language)
        ids = [self.named_record(one) for one in group[:_FEW]]
        more = self.said(_MORE, count=len(group)) if len(group) > _FEW else ""
        amount = "" if entry.member else amount_text(counted_amount(entry))
        each = f" ×{len(group)}" if len(group) > 1 and amount else ""
        was_other = entry.raw is not None and entry.amount != entry.raw and not entry.member
        was = self.said(_WAS, raw=amount_text(signed(entry, entry.raw))) if was_other else ""
        reason = in_language(entry.told, self.language) if entry.told else self.steps_note(entry)
        parts = [f"{became} {amount}{each}{was}".strip(), entry.period, ", ".join(ids) + more]
        text = "  ".join(filter(None, parts))
        return f"{text}{self.colon + reason if reason else ''}{self.differing_article(entry)}"

    def steps_note(self, entry: Entry) -> str:
        """What changed the amount, with its articles."""
        shown = [step for step in entry.steps if step.sort in ("times", "plus", "half", "rounded", "ratio")]
        texts = [
            (in_language(step.note, self.language) if step.note else self.written.line(step.text), step.article)
            for step in shown
        ]
        own = self.policy.rules[entry.rule].article if entry.rule in self.policy.rules else entry.article
        notes = [text if article == own else f"{text}{_article(article)}" for text, article in texts]
        return "; ".join(dict.fromkeys(notes))

    def differing_article(self, entry: Entry) -> str:
        rule = self.policy.rules.get(entry.rule)
        return "" if rule is not None and entry.article == rule.article else _article(entry.article)

    def named_record(self, entry: Entry) -> str:
        on = entry.record.on
        name = entry.record.identifier
        return f"{name}({on.isoformat()})" if on and on.isoformat() != name else name

    def record(self, entries: list[Entry]) -> Iterator[str]:
        """One record, step by step."""
        for entry in entries:
            rule = self.policy.rules.get(entry.rule)
            name = self.label(rule) if rule else entry.account
            became = word(DISPOSITIONS, self.result.disposition(entry), self.language)
            if not name:
                item = self.policy.kinds[entry.record.kind].item_field
                name = str(entry.record.values.get(item or "") or "")
            counted = "" if entry.state != "live" else amount_text(counted_amount(entry))
            if self.result.disposition(entry) == "reduced" and entry.raw is not None:
                counted = f"{amount_text(signed(entry, entry.raw))} → {counted}"
            head = f"{self.named_record(entry)} {name}".rstrip()
            yield f"{head}{self.colon}{became} {counted}".rstrip()
            for step in entry.steps:
                before = f"{amount_text(step.before)} → " if step.before is not None else ""
                line = step.in_words(self.written.line(step.text), self.language)
                yield f"  {before}{amount_text(step.after)}  {line}{_article(step.article)}"
                if looked_at := self.inputs.held(entry, step.fields):
                    yield f"    {looked_at}"
            if entry.state == "unmatched" and (looked_at := self.inputs.held(entry, self.inputs.asked(entry))):
                yield f"  {looked_at}"
            if entry.told and not any(step.note.endswith(entry.told) for step in entry.steps):
                yield f"  {in_language(entry.told, self.language)}{_article(entry.article)}"


_TEXT_OR_WORD = re.compile(r'"[^"]*"|“[^”]*”|＂[^＂]*＂|\S+')


def _article(article: str) -> str:
    return f"  [{article}]" if article else ""
