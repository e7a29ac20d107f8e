"""Why: an answer in words, from the totals down to records, steps and articles.

The answer says what counted, what was cut and by which article, what did not count and why, and what is missing. Like
records are told together. It holds nothing that the ledger does not.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from creditlang.core.dependencies import within
from creditlang.core.expressions import Compare
from creditlang.core.operators import Part, Policy
from creditlang.diagnostics import Language, in_language
from creditlang.ledger import Entry, PartLine, StudentResult
from creditlang.results import counted_amount, disposition_word, signed
from creditlang.values import OPEN, UNBOUNDED, Interval, Open, plain, total

_FEW = 4
_WORDS = {
    "zh": {
        "met": "达到",
        "unmet": "未达到",
        "open": "尚未确定",
        "have": "已有",
        ">=": "需要",
        ">": "需要超过",
        "<=": "至多",
        "<": "须低于",
        "too many": "超出",
        "short": "还差",
        "total": "合计",
        "missing": "缺什么",
        "records": "条",
        "as": "原为",
        "none": "没有记录",
        "no value": "没有值",
        "not applied": "本办法不适用于该学生",
        "and": "等",
        "on": "",
        "other": "未进入任何账户的记录",
        "points": "分",
        "unknown": "没有找到“{topic}”：可以问账户、项目、要求或记录编号",
        "at": "至",
        "base": "基础分",
        "in": "，",
        "least": "不低于",
        "together": "合并计算",
    },
    "en": {
        "met": "met",
        "unmet": "not met",
        "open": "still open",
        "have": "have",
        ">=": "need",
        ">": "need more than",
        "<=": "at most",
        "<": "must be below",
        "too many": "over by",
        "short": "short",
        "total": "total",
        "missing": "what is missing",
        "records": "records",
        "as": "was",
        "none": "no records",
        "no value": "no value",
        "not applied": "the policy does not apply to this student",
        "and": "and others",
        "on": "",
        "points": "points",
        "other": "records that reached no account",
        "at": "to",
        "base": "starts at",
        "in": ", ",
        "least": "at least",
        "unknown": "there is no “{topic}”: ask for an account, an item, a requirement or a record",
        "together": "together",
    },
}


def amount_text(value: object) -> str:
    """An amount for people: two decimals, more only where they are needed."""
    if isinstance(value, Interval):
        top = "" if value.high == UNBOUNDED else amount_text(value.high)
        return f"{amount_text(value.low)} … {top}".strip()
    if not isinstance(value, Decimal):
        return "" if value is None else str(value)
    whole, _, decimals = f"{plain(value):f}".partition(".")
    return f"{whole}.{decimals:0<2}"


class Explanation:
    """The answers about one student."""

    def __init__(self, policy: Policy, result: StudentResult, language: Language = "zh") -> None:
        """`result` is the student's; the words are in `language`, the labels those of the policy."""
        self.policy, self.result, self.language = policy, result, language
        self.words = _WORDS[language]
        self.colon, self.comma = (": ", ", ") if language == "en" else ("：", "，")

    def label(self, name: str, labels: tuple[str, ...]) -> str:
        """What to call a thing."""
        return labels[0] if labels else name

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
            yield self.words["not applied"]
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
                yield from self.account(name)
                return
        for name, rule in self.policy.rules.items():
            if topic in (name, *rule.labels):
                found = [x for x in self.result.entries if x.rule == name]
                nothing = f"{self.label(name, rule.labels)}{self.colon}{self.words['none']}{_article(rule.article)}"
                yield from self.entries(found, "") if found else (nothing,)
                return
        for name, fact in self.policy.facts.items():
            if topic in (name, *fact.labels):
                nothing = f"{self.label(name, fact.labels)}{self.colon}{self.words['no value']}{_article(fact.article)}"
                yield from list(self.fact(name)) or (nothing,)
                return
        entries = [entry for entry in self.result.entries if entry.record.identifier == topic]
        if entries:
            yield from self.record(entries)
        else:
            yield self.words["unknown"].format(topic=topic)

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
            yield self.words["other"]
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
        yield f"{self.label(name, requirement.labels)}{self.colon}{self.words[status]}{_article(requirement.article)}"
        for line in self.result.parts:
            if line.requirement == name:
                mark = {"met": "✓", "unmet": "✗", "open": "?"}[line.status]
                measure = self.measure(line, requirement.parts)
                yield f"  {mark} {self.named(line, requirement.parts)}{measure}{_article(line.article)}"

    def named(self, line: PartLine, parts: Iterable[Part]) -> str:
        """A condition with the labels of what it names; a part that has a label is called by it, as it is written."""
        if any(part.number == line.number and part.span and part.span.text[:1] in _QUOTES for part in parts):
            return line.part
        accounts = self.policy.accounts
        words = _TEXT_OR_WORD.findall(line.part)
        return " ".join(self.label(word, accounts[word].labels) if word in accounts else word for word in words)

    def measure(self, line: PartLine, parts: Iterable[Part]) -> str:
        """What is had, what is needed or allowed, and how far one is from the other."""
        if line.have is None or line.needed is None:
            return ""
        words, condition = self.words, next(part.condition for part in parts if part.number == line.number)
        sign = condition.operator if isinstance(condition, Compare) else ">="
        told = [f"{words['have']} {amount_text(line.have)}", f"{words[sign]} {amount_text(line.needed)}"]
        if line.short != Decimal(0):
            told.append(f"{words['short' if sign in ('>=', '>') else 'too many']} {amount_text(line.short)}")
        return self.colon + self.comma.join(told)

    def fact(self, name: str) -> Iterator[str]:
        fact = self.policy.facts[name]
        for line in self.result.facts:
            if line.fact == name and line.value is not None:
                period = f" {line.period}" if line.period else ""
                known = {True: "✓", False: "✗", OPEN: self.words["open"]}
                shown = known[line.value] if isinstance(line.value, (bool, Open)) else amount_text(line.value)
                yield f"{self.label(name, fact.labels)}{period}{self.colon}{shown}{_article(fact.article)}"

    # ---- accounts
    def account(self, name: str, depth: int = 0) -> Iterator[str]:
        account = self.policy.accounts[name]
        pad = "  " * depth
        unit = f" {self.unit(account.unit)}" if account.unit else ""
        lines = [line for line in self.result.accounts if line.account == name]
        whole = next((line.amount for line in lines if not line.period), None)
        shown = f" {amount_text(whole)}{unit}" if whole is not None else ""
        yield f"{pad}{self.label(name, account.labels)}{shown}{_article(account.article)}"
        if account.sort in ("score", "credit"):
            for line in lines:
                if line.period:
                    yield f"{pad}  {line.period}{self.colon}{amount_text(line.amount)}{unit}"
        own = [entry for entry in self.result.entries if entry.account == name]
        for rule in account.items:
            entries = [entry for entry in own if entry.rule == rule]
            if entries:
                declared = self.policy.rules[rule]
                head = f"{self.label(rule, declared.labels)}{self.colon}{self.summed(entries)}{unit}"
                yield f"{pad}  {head}{_article(declared.article)}"
                yield from self.entries(entries, pad + "    ")
        others = [entry for entry in own if entry.rule not in account.items]
        if others:
            yield from self.entries(others, pad + "  ")
        for child in account.children:
            inside = set(within(self.policy.accounts, child))
            if any(entry.account in inside for entry in self.result.entries) or account.sort == "category":
                yield from self.account(child, depth + 1)

    def unit(self, unit: str | None) -> str:
        return self.policy.unit_labels.get(unit or "", unit or "") if self.language == "zh" else (unit or "")

    def summed(self, entries: Iterable[Entry]) -> str:
        amounts = ((counted_amount(entry), entry.member) for entry in entries)
        kept = (x for x, member in amounts if isinstance(x, Interval) or (isinstance(x, Decimal) and not member))
        return amount_text(total(kept))

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
        return (entry.disposition(), amount, str(entry.told), entry.article, entry.period, *steps)

    def told(self, group: list[Entry]) -> str:
        """One line for like entries: what became of them, how much, which records, why."""
        entry = group[0]
        word = disposition_word(entry.disposition(), self.language)
        ids = [self.named_record(one) for one in group[:_FEW]]
        more = f" … ({len(group)} {self.words['records']})" if len(group) > _FEW else ""
        amount = "" if entry.member else amount_text(counted_amount(entry))
        each = f" ×{len(group)}" if len(group) > 1 and amount else ""
        was = ""
        if entry.raw is not None and entry.amount != entry.raw and not entry.member:
            was = f" ({self.words['as']} {amount_text(signed(entry, entry.raw))})"
        reason = in_language(entry.told, self.language) if entry.told else self.steps_note(entry)
        parts = [f"{word} {amount}{each}{was}".strip(), entry.period, ", ".join(ids) + more]
        text = "  ".join(part for part in parts if part)
        return f"{text}{self.colon + reason if reason else ''}{self.differing_article(entry)}"

    def steps_note(self, entry: Entry) -> str:
        """What changed the amount, with its articles."""
        shown = [step for step in entry.steps if step.sort in ("times", "plus", "half", "rounded", "ratio")]
        texts = [(in_language(step.note, self.language) if step.note else step.text, step.article) for step in shown]
        own = self.policy.rules[entry.rule].article if entry.rule in self.policy.rules else entry.article
        notes = [text if article == own else f"{text}{_article(article)}" for text, article in texts]
        return "; ".join(dict.fromkeys(notes))

    def differing_article(self, entry: Entry) -> str:
        rule = self.policy.rules.get(entry.rule)
        return "" if rule is not None and entry.article == rule.article else _article(entry.article)

    def named_record(self, entry: Entry) -> str:
        on = entry.record.on
        return f"{entry.record.identifier}({on.isoformat()})" if on else entry.record.identifier

    def record(self, entries: list[Entry]) -> Iterator[str]:
        """One record, step by step."""
        for entry in entries:
            rule = self.policy.rules.get(entry.rule)
            name = self.label(entry.rule, rule.labels) if rule else entry.account
            word = disposition_word(entry.disposition(), self.language)
            if not name:
                item = self.policy.kinds[entry.record.kind].item_field
                name = str(entry.record.values.get(item or "") or "")
            counted = "" if entry.state != "live" else amount_text(counted_amount(entry))
            if entry.disposition() == "reduced" and entry.raw is not None:
                counted = f"{amount_text(signed(entry, entry.raw))} → {counted}"
            head = f"{self.named_record(entry)} {name}".rstrip()
            yield f"{head}{self.colon}{word} {counted}".rstrip()
            for step in entry.steps:
                before = f"{amount_text(step.before)} → " if step.before is not None else ""
                note = f" ({in_language(step.note, self.language)})" if step.note else ""
                yield f"  {before}{amount_text(step.after)}  {step.text}{note}{_article(step.article)}"
            if entry.told and entry.told not in [step.note for step in entry.steps]:
                yield f"  {in_language(entry.told, self.language)}{_article(entry.article)}"


_QUOTES = ('"', "“", "＂")
_TEXT_OR_WORD = re.compile(r'"[^"]*"|“[^”]*”|＂[^＂]*＂|\S+')


def _article(article: str) -> str:
    return f"  [{article}]" if article else ""
