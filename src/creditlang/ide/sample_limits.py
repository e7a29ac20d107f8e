"""Where the limits of a policy bind in sample data: which records each line cut, of how many people, and by how much.

The policy is worked out for everybody in the data, and the steps of their entries are counted by line.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain

from attrs import define, field, frozen

from creditlang.cohort import Settings, run_cohort
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.ledger import StudentResult
from creditlang.plugin import PluginManager
from creditlang.schema import RawTable
from creditlang.values import add, low, subtract, total

_CUTS = frozenset({"cap", "once"})


@define
class Cut:
    """What one line took from records: from how many, of whom, and how much in all, where that is known."""

    records: int = 0
    people: set[str] = field(factory=set)
    amount: Decimal = Decimal()


@frozen
class SampleLimits:
    """For a sample of so many people, what the limits of each rule cut, by rule and line."""

    people: int
    cuts: Mapping[tuple[str, str], Cut]

    @classmethod
    def of(cls, policy: o.Policy, address: str) -> "SampleLimits":
        """Worked out over the data at an address. Raises `PluginError` and `DataError` as a run does."""
        cuts: dict[tuple[str, str], Cut] = {}

        def keep(result: StudentResult) -> None:
            for entry in result.entries:
                for step in entry.steps:
                    if step.sort in _CUTS:
                        cut = cuts.setdefault((entry.rule, step.text), Cut())
                        cut.records += 1
                        cut.people.add(result.student)
                        if isinstance(step.before, Decimal) and isinstance(step.after, Decimal):
                            cut.amount = low(add(cut.amount, subtract(step.before, step.after)))

        def tables() -> Iterator[RawTable]:
            return (table for source in sources for table in source.tables())

        with PluginManager().opened([address]) as sources:
            problems = chain.from_iterable(source.problems for source in sources)
            cohort = run_cohort(policy, tables(), Settings(), lambda: problems, {}, keep=keep)
        return cls(len(cohort.results.tables["students"]), cuts)

    def binding(self, policy: o.Policy, name: str) -> Iterator[tuple[o.Limit, Cut]]:
        """The limits of an item or account, each with what it cut in the sample."""
        if (rule := policy.rules.get(name)) is not None:
            rules: Iterable[str] = [name]
            operators = rule.operators
        elif (account := policy.accounts.get(name)) is not None:
            rules = [each for own in within(policy.accounts, name) for each in policy.accounts[own].items]
            operators = account.operators
        else:
            return
        for operator in operators:
            if isinstance(operator, o.Limit):
                found = [self.cuts[each, operator.text] for each in rules if (each, operator.text) in self.cuts]
                people = set().union(*(each.people for each in found))
                yield operator, Cut(sum(x.records for x in found), people, low(total([x.amount for x in found])))
