"""From a policy to its plan: each line of each body, how it is done, and what it reads.

A line is done to *each* entry by itself, to a *group* of entries, or it is *handed over*: only the interpreter does it.
Of a line of a group, what it says of one record (its condition, its room, what ranks an entry) is read like a line of
its own. Nothing here depends on data; the plan of a policy is made once and never changes.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

from attrs import field, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.scales import Scales
from creditlang.diagnostics import Phrase
from creditlang.frozen_mapping import freezing
from creditlang.plan.inputs import NotLocal, Reader, Reads

_NOTHING: Final = Reads()
How = Literal["each", "group", "handed over"]


@frozen
class PlannedLine:
    """A line of a body, how it is done to entries of records of one kind, and what it reads of each of them."""

    operator: o.Operator
    how: How
    reads: Reads = _NOTHING
    why: Phrase | None = None
    """Why it is handed over."""


@frozen(field_transformer=freezing)
class PlannedBody:
    """The lines of a rule, of the guards of a kind, or of an account for records of one kind."""

    lines: tuple[PlannedLine, ...]
    where: Reads | None = _NOTHING
    """What the condition reads by which a rule takes a record; None where that is handed over."""

    @property
    def handed_over(self) -> tuple[Phrase, ...]:
        """Why some of it is handed over."""
        return tuple(line.why for line in self.lines if line.why is not None)


@frozen(field_transformer=freezing)
class Plan:
    """A policy, its bodies line by line, and the decimals that the integers of its entries have."""

    policy: o.Policy
    kinds: Mapping[str, PlannedBody]
    rules: Mapping[str, PlannedBody]
    accounts: Mapping[str, Mapping[str, PlannedBody]]
    """By account, and the kind of the records."""
    decimals: int
    """Of every amount: no entry or balance of the policy has more."""
    readers: Mapping[str, Reader] = field(eq=False)

    @property
    def counts(self) -> tuple[int, int]:
        """How many rules are done without handing over, and how many there are."""
        return sum(not body.handed_over and body.where is not None for body in self.rules.values()), len(self.rules)


def lower(policy: o.Policy) -> Plan:
    """The plan of a policy."""
    readers = {name: Reader(policy, kind) for name, kind in policy.kinds.items()}
    kinds = {name: PlannedBody(_lines(kind.guards, readers[name])) for name, kind in policy.kinds.items()}
    rules = {name: _rule(rule, readers[rule.kind]) for name, rule in policy.rules.items()}
    accounts = {
        name: {kind: PlannedBody(_lines(account.operators, readers[kind])) for kind in _kinds_in(policy, name)}
        for name, account in policy.accounts.items()
    }
    scales = Scales(policy)
    sizes = (*scales.accounts.values(), *scales.facts.values(), *scales.rules.values())
    return Plan(policy, kinds, rules, accounts, max((size.decimals for size in sizes), default=0), readers)


def _kinds_in(policy: o.Policy, account: str) -> Iterable[str]:
    inside = (policy.accounts[name] for name in within(policy.accounts, account))
    return dict.fromkeys(policy.rules[item].kind for x in inside for item in x.items)


def _rule(rule: o.Rule, reader: Reader) -> PlannedBody:
    try:
        where: Reads | None = reader.reads(rule.where) if rule.where is not None else _NOTHING
    except NotLocal:
        where = None
    return PlannedBody(_lines(rule.operators, reader), where)


def _lines(operators: Iterable[o.Operator], reader: Reader) -> tuple[PlannedLine, ...]:
    return tuple(_line(operator, reader) for operator in operators)


def _line(operator: o.Operator, reader: Reader) -> PlannedLine:
    if operator.sequential:
        return PlannedLine(operator, "handed over", why=_ONE_BY_ONE)
    how, parts = HOW[type(operator)](operator)
    if isinstance(how, Phrase):
        return PlannedLine(operator, "handed over", why=how)
    try:
        return PlannedLine(operator, how, reader.reads(*(part for part in parts if part is not None)))
    except NotLocal as why:
        return PlannedLine(operator, "handed over", why=why.args[0])


# ---- how each operator is done, and which of its parts speak of one record
def _keep(operator: o.Keep) -> tuple[How | Phrase, tuple[Any, ...]]:
    if operator.sides is not None:
        return "group", ()
    return "each", (operator.condition, *(value for _, value in operator.values))


def _amount(operator: o.Amount) -> tuple[How | Phrase, tuple[Any, ...]]:
    if any(case.full is not None for case in operator.cases):
        return Phrase("a rate for each full so many is added up along the records", "每满若干的标准要逐条累计"), ()
    if any(case.together is not None for case in operator.cases):
        return "group", (operator.cases, operator.fallback)
    dated = any(case.since or case.until for case in operator.cases)
    return "each", (operator.cases, operator.fallback, *([_RECORD_DAY] if dated else []))


def _rescale(operator: o.Rescale) -> tuple[How | Phrase, tuple[Any, ...]]:
    parts = (operator.condition, operator.value, operator.fallback)
    return "each" if operator.ordinal is None else "group", parts


def _limit(operator: o.Limit) -> tuple[How | Phrase, tuple[Any, ...]]:
    if operator.group.window is not None:
        return Phrase("a limit of a window is filled record by record", "滚动时段的上限要逐条计算"), ()
    return "group", (operator.condition, operator.room, operator.by, operator.fallback)


def _post(operator: o.Post) -> tuple[How | Phrase, tuple[Any, ...]]:
    if operator.until is not None:
        return Phrase("entries that run out are followed one by one", "会到期的分值要逐笔跟踪"), ()
    field_read = (e.Read("field", operator.field),) if operator.field is not None else ()
    return "each", (operator.condition, operator.day, *field_read)


def _move(operator: o.Move) -> tuple[How | Phrase, tuple[Any, ...]]:
    return Phrase("what is taken stands in one queue", "抵扣要排在同一队列中处理"), ()


_RECORD_DAY: Final = e.Shift("after", None, e.Constant(Decimal(0)), "days")
"""Reads the day of the record, by which the dates of a case go."""
_ONE_BY_ONE: Final = Phrase("it is done to one record after the other", "要逐条处理")
HOW: Final[Mapping[type, Callable[[Any], tuple[How | Phrase, tuple[Any, ...]]]]] = {
    o.Keep: _keep, o.Amount: _amount, o.Rescale: _rescale, o.Limit: _limit, o.Post: _post, o.Move: _move,
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in o.Operator.__subclasses__()} - {kind.__name__ for kind in HOW}
assert not _ABSENT, f"operators of which the plan knows nothing: {_ABSENT}"
