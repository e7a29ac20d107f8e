"""What a condition or a value looked at, in words: each input by its label with its own value.

Accounts, facts and requirements are told as the result has them in the period that is meant, fields as the record does.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from attrs import frozen

from creditlang.core.dependencies import outside_queries
from creditlang.core.expressions import Here, InPeriod, Read, Value, Whole
from creditlang.core.operators import Account, Amount, Column, Decide, Policy, Rule
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COMMA
from creditlang.ledger import Entry, FactLine, StudentResult
from creditlang.policy_lines import PolicyLines
from creditlang.results import fact_value, fact_words
from creditlang.values import Interval, amount_text
from creditlang.words import IN_BRACKETS, STATUSES, first_fit, label, said, word, yes_or_no

NO_VALUE: Final = Phrase("no value", "没有值")
_EMPTY: Final = Phrase("empty", "未填")


@frozen(eq=False)
class Inputs:
    """The inputs of one student's results, in a language."""

    policy: Policy
    result: StudentResult
    language: Language
    lines: PolicyLines

    def case(self, decide: Decide, period: str) -> Iterator[str]:
        """The cases that gave a value, each with what it looked at; where a fact has none, all, as they gave none."""
        applied = self.result.applied.get((decide.name, period), ())
        none = any(x.fact == decide.name and x.period == period and x.value is None for x in self.result.facts)
        failed = [case.condition for case in decide.cases if case.condition is not None and not case.otherwise]
        for case in decide.cases:
            if case.number in applied or none:
                looked_at = self.read_by((failed if case.otherwise else case.condition, case.value), period)
                written = self.lines.line(" ".join(case.span.text.split())) if case.span else ""
                note = said(IN_BRACKETS, self.language, note=looked_at) if looked_at else ""
                article = "" if case.article in ("", decide.article) else f"  [{case.article}]"
                yield f"  {'✗ ' if none else ''}{written}{note}{article}"

    def read_by(self, part: object, period: str) -> str:
        """What a condition or value reads, each with its own value: accounts, facts, what is known of the person."""
        told: dict[str, None] = {}
        for x in outside_queries(part, Value):
            told |= dict.fromkeys(self.input(x, period))
        for read in (x for x in outside_queries(part, Read) if x.what == "attribute"):
            column = next(column for column in self.policy.attributes if column.name == read.name)
            told[f"{label(column, self.language)} {self.cell(column, self.result.attributes.get(read.name))}"] = None
        return in_language(COMMA, self.language).join(told)

    def input(self, value: Value, period: str) -> Iterator[str]:
        """An account, fact or requirement with what it comes to in the period that is meant; else nothing."""
        name, result = value.name, self.result
        if isinstance(value.at, InPeriod):
            period = value.at.name
        elif not isinstance(value.at, (Here, Whole)):
            return
        if value.sort == "requirement" and not period:
            status = word(STATUSES, result.requirements.get(name, "open"), self.language)
            yield f"{label(self.policy.requirements[name], self.language)} {status}"
        elif value.sort == "account":
            amounts = {line.period: line.amount for line in result.accounts if line.account == name}
            if (found := amounts.get(period, amounts.get(""))) is not None:
                yield f"{label(self.policy.accounts[name], self.language)} {amount_text(found)}"
        elif name in self.policy.facts:
            values = {line.period: self.value(name, line.value) for line in result.facts if line.fact == name}
            told = values.get(period, values.get(""))
            yield from (f"{label(self.policy.facts[name], self.language)} {told}",) if told is not None else ()

    def facts(self, name: str, empty: bool) -> Iterable[FactLine]:
        """What a fact comes to, by period; if nowhere to anything, the last of it where `empty` ones are wanted."""
        lines = [line for line in self.result.facts if line.fact == name]
        return [line for line in lines if line.value is not None] or (lines[-1:] if empty else ())

    def value(self, fact: str, value: object) -> str:
        """The value of a fact in words."""
        if isinstance(value, (Decimal, Interval)):
            return amount_text(value, self.policy.scales.get(fact, 2))
        shown = str(fact_value(value)) if value is not None else said(NO_VALUE, self.language)
        return fact_words(self.policy, fact, self.language).get(shown, shown)

    def cell(self, column: Column, value: object) -> str:
        """A cell of the data in words; an empty one says so."""
        if value is None:
            return said(_EMPTY, self.language)
        if isinstance(value, bool):
            return yes_or_no(value, self.language)
        named: Mapping[str, Mapping[str, Account | Rule]]
        named = {"account": self.policy.accounts, "item": self.policy.rules}
        if (thing := named.get(column.type.name, {}).get(str(value))) is not None:
            return label(thing, self.language)
        labels = self.policy.choices.get(column.type.enumeration or "", {}).get(str(value), ())
        return amount_text(value, 0) if isinstance(value, Decimal) else first_fit(str(value), labels, self.language)

    def asked(self, entry: Entry) -> Iterator[str]:
        """The fields by which an item tells its cases apart."""
        amounts = (x for x in self.policy.rules[entry.rule].operators if isinstance(x, Amount)) if entry.rule else ()
        conditions = [case.condition for amount in amounts for case in amount.cases]
        return (read.name for read in outside_queries(tuple(conditions), Read) if read.what == "field")

    def held(self, entry: Entry, fields: Iterable[str]) -> str:
        """What a record holds in some of its fields."""
        columns = {column.name: column for column in self.policy.kinds[entry.record.kind].columns}
        asked = [columns[name] for name in dict.fromkeys(fields)]
        told = (f"{label(x, self.language)} {self.cell(x, entry.record.values.get(x.name))}" for x in asked)
        return in_language(COMMA, self.language).join(told)
