"""One student for people: how the requirements stand, the tree of accounts, facts, and what became of each record.

Beside each stands what it was before, where a result before is given: of another policy, other records or named values.
Why it came out so is asked for one thing at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import frozen

from creditlang.api import Result
from creditlang.comparison import Change, differences
from creditlang.comparison.changes import NEEDED
from creditlang.core.account_trees import within
from creditlang.core.operators import Account
from creditlang.diagnostics import Language, in_language
from creditlang.diagnostics.diagnostic import COLON
from creditlang.diagnostics.person_words import spoken
from creditlang.explain import Explanation
from creditlang.ledger import Entry
from creditlang.page import in_words as w
from creditlang.policy_lines import PolicyLines
from creditlang.results import counted_amount, fact_words
from creditlang.values import Open, amount_text
from creditlang.words import DISPOSITIONS, NONE, PART_STATUSES, first_fit, label, unit_label, word, yes_or_no


def student_overview(now: Result, before: Result | None, language: Language) -> w.StudentOverview:
    """What is shown of a student. Amounts are text; `before` is None where there is nothing to compare with."""
    return _Overview.of(now, before, language).all()


@frozen(eq=False)
class _Overview:
    now: Result
    before: Result | None
    language: Language

    @staticmethod
    def of(now: Result, before: Result | None, language: Language) -> "_Overview":
        return _Overview(now, before, spoken(language, now.policy.core.person))

    def all(self) -> w.StudentOverview:
        return {
            "student": self.now.ledger.student,
            "applies": self.now.ledger.applies,
            "requirements": list(self.requirements()),
            "accounts": list(self.accounts()),
            "facts": list(self.facts()),
            "records": list(self.records()),
            "changes": list(self.changes()) if self.before is not None else None,
        }

    # ---- what there is
    def requirements(self) -> Iterator[w.StandingInWords]:
        was = self.before.ledger.requirements if self.before else {}
        for name in self.shown("require", self.now.policy.core.requirements):
            declared, status = self.now.policy.core.requirements[name], self.now.ledger.requirements.get(name, "open")
            yield {
                "name": name, "label": label(declared, self.language), "article": declared.article, "status": status,
                "word": self.text(status), "before": self.text(was[name]) if was.get(name, status) != status else None,
            }  # fmt: skip

    def accounts(self) -> Iterator[w.AccountInWords]:
        """The accounts that matter, those inside another after it; whole times, and periods where these are kept."""
        told = Explanation(self.now.policy.core, self.now.ledger, self.language)
        tops = (x.name for x in self.now.policy.core.accounts.values() if x.parent is None)
        for name in self.shown("account", tops):
            if told.matters(name) or any(self.was("accounts", name).values()):
                yield from self.tree(name, 0)

    def tree(self, name: str, depth: int) -> Iterator[w.AccountInWords]:
        policy = self.now.policy.core
        account = policy.accounts[name]
        lines = [line for line in self.now.ledger.accounts if line.account == name]
        yield {
            "name": name, "label": label(account, self.language), "depth": depth, "article": account.article,
            "unit": unit_label(account.unit, policy.unit_labels, self.language),
            "amounts": list(self.amounts("accounts", name, account, ((x.period, x.amount) for x in lines))),
        }  # fmt: skip
        for child in account.children:
            inside = set(within(policy.accounts, child))
            if any(entry.account in inside for entry in self.now.ledger.entries) or any(
                self.was("accounts", child).values()
            ):
                yield from self.tree(child, depth + 1)

    def facts(self) -> Iterator[w.FactInWords]:
        policy = self.now.policy.core
        for name in self.shown("fact", policy.facts):
            values = [(x.period, x.value) for x in self.now.ledger.facts if x.fact == name and x.value is not None]
            if values:
                fact = policy.facts[name]
                yield {
                    "name": name, "label": label(fact, self.language), "article": fact.article,
                    "amounts": list(self.amounts("facts", name, None, values)),
                }  # fmt: skip

    def amounts(
        self, sort: str, name: str, account: Account | None, values: Iterable[tuple[str, object]]
    ) -> Iterator[w.AmountInWords]:
        """What something comes to: over the whole time; by period where there is no such, or periods are the point."""
        known = dict(values)
        was = self.was(sort, name)
        by_period = account is not None and account.sort in ("score", "credit")
        for period in dict.fromkeys((*known, *was)):
            if period and not by_period and "" in known:
                continue
            text, earlier = (self.text(values.get(period), name) for values in (known, was))
            yield {
                "period": period, "text": text,
                "before": earlier if self.before is not None and earlier != text else None,
            }  # fmt: skip

    def was(self, sort: str, name: str) -> Mapping[str, object]:
        """What something came to before, by period."""
        if self.before is None:
            return {}
        if sort == "accounts":
            return {x.period: x.amount for x in self.before.ledger.accounts if x.account == name}
        return {x.period: x.value for x in self.before.ledger.facts if x.fact == name and x.value is not None}

    def records(self) -> Iterator[w.RecordInWords]:
        """What became of each record, in the order in which they were given."""
        ledger = self.now.ledger
        entries: dict[tuple[str, str], list[Entry]] = {}
        for entry in ledger.entries:
            entries.setdefault((entry.record.kind, entry.record.identifier), []).append(entry)
        for (kind, _), identifier in zip(self.now.given, self.now.identifiers, strict=True):
            own = entries.get((kind, identifier), [])
            disposition = ledger.records.get(f"{kind} {identifier}", "")
            alike = [x for x in own if x.disposition() == disposition] or own
            counted = [] if any(x.member for x in alike) else [self.counted(x) for x in alike]
            told = next((in_language(x.told, self.language) for x in alike if x.told), "")
            yield {
                "kind": kind, "id": identifier, "disposition": disposition,
                "word": word(DISPOSITIONS, disposition, self.language),
                "counted": " + ".join(filter(None, counted)),
                "reason": told if disposition != "counted" else "",
                "article": next((x.article for x in alike if x.article), ""),
            }  # fmt: skip

    def counted(self, entry: Entry) -> str:
        """What an entry counts, with its unit; empty where that is nothing."""
        if not entry.account or not (amount := counted_amount(entry)):
            return ""
        unit = self.now.policy.core.accounts[entry.account].unit
        shown = unit_label(unit, self.now.policy.core.unit_labels, self.language, amount)
        return f"{self.text(amount, entry.account)} {shown}".strip()

    # ---- what differs
    def changes(self) -> Iterator[w.ChangeInWords]:
        """What differs for people: requirements and what is asked in them, totals, facts; and which rules did it."""
        one, two = self.before, self.now
        assert one is not None
        found = differences(one.ledger, two.ledger, one.policy.core, two.policy.core, one.overrides, two.overrides)
        places = {change.name for change in found.accounts if not change.period}
        accounts = [x for x in found.accounts if not x.period or x.name not in places]
        parts = [x for x in found.parts if x.period == NEEDED or isinstance(x.before, str)]
        for change in (*found.requirements, *parts, *accounts, *found.facts):
            yield {
                "label": self.called(change.name), "period": "" if change.period == NEEDED else change.period,
                "before": self.text(change.before, change.name), "after": self.text(change.after, change.name),
                "way": change.direction,
                "because": list(dict.fromkeys(self.cause(x) for x in found.because.get(change.key, ()))),
            }  # fmt: skip

    def cause(self, change: Change) -> str:
        """A rule, or whatever else did it, with the line that treated its records otherwise."""
        told = self.called(change.name)
        if change.sort == "value":
            return f"{told} {self.text(change.before)} → {self.text(change.after)}"
        return told + (f"{in_language(COLON, self.language)}{self.line(change.line)}" if change.line else "")

    def line(self, text: str) -> str:
        """A line of the policy that differs, as the reader reads it."""
        lines = [PolicyLines(x.policy.core, self.language) for x in (self.now, self.before) if x is not None]
        return lines[0].change(text, lines[-1])

    def called(self, name: str) -> str:
        """What people call an account, item, fact, requirement, part of one, or named value."""
        whole, colon, part = name.partition(": ")
        for result in filter(None, (self.now, self.before)):
            policy = result.policy.core
            for declared in (policy.requirements, policy.accounts, policy.rules, policy.facts):
                if (found := declared.get(whole)) is not None:
                    part = PolicyLines(policy, self.language).part(whole, part)
                    return label(found, self.language) + (f"{in_language(COLON, self.language)}{part}" if colon else "")
            if given := next((x for x, own in policy.setting_labels.items() if own == whole != x), ""):
                return first_fit(whole, [given], self.language)
        return name

    # ---- words
    def shown(self, sort: str, everything: Iterable[str]) -> Iterable[str]:
        """What the policy shows of a sort; all where it does not say."""
        listed = [name for of, name in self.now.policy.core.shown if of == sort]
        return listed if self.now.policy.core.shown else everything

    def text(self, value: object, of: str = "") -> str:
        """A value for people: an amount, yes or no, a status, a date, a value of a scale; `of` is what has it."""
        policy = self.now.policy.core
        match value:
            case Open():
                return word(PART_STATUSES, "open", self.language)
            case None:
                return in_language(NONE, self.language)
            case bool():
                return yes_or_no(value, self.language)
            case date():
                return value.isoformat()
            case str() if of in policy.facts:
                return fact_words(policy, of, self.language).get(value, value)
            case str():
                return word(PART_STATUSES, value, self.language)
            case _:
                return amount_text(value, min(2, policy.scales.get(of, 2)))
