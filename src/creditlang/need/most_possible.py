"""What accounts can surely not exceed: bounds that follow from constant limits alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from creditlang.check.reachable_limits import most_of_one
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import around, touched, within
from creditlang.one_student import period_on
from creditlang.values import add, low, multiply, total


class Bounds:
    """The most that records from one day to another can add, where constants say so."""

    def __init__(self, policy: o.Policy, after: date, until: date) -> None:
        """`after` is the last day on which nothing is added any more, `until` the last on which something is."""
        self.policy, self.after, self.until = policy, after, until
        self._moved = touched(policy.accounts, policy.moves)
        self._periods: dict[str, int | None] = {}

    def still(self, value: e.Expression | None) -> Decimal | None:
        """The most that a sum of balances can grow by; None where that is not known."""
        match value:
            case e.Constant():
                return Decimal(0)
            case e.Value(sort="account", name=name, at=e.Here() | e.Whole()):
                return self._account(name)
            case e.Arithmetic(operator="+", left=left, right=right):
                one, two = self.still(left), self.still(right)
                return None if one is None or two is None else low(add(one, two))
        return None

    def most_of_one(self, value: e.Expression | None) -> Decimal | None:
        """The most that one record can bring to a sum of balances."""
        match value:
            case e.Constant():
                return Decimal(0)
            case e.Value(sort="account", name=name) if not self._flows(name):
                found = [self._one(rule) for rule in self._rules(name)]
                known = [x for x in found if x is not None]
                return max(known, default=Decimal(0)) if len(known) == len(found) else None
            case e.Arithmetic(operator="+", left=left, right=right):
                one, two = self.most_of_one(left), self.most_of_one(right)
                return None if one is None or two is None else low(add(one, two))
        return None

    def _one(self, rule: o.Rule) -> Decimal | None:
        amounts = [x for x in rule.operators if isinstance(x, o.Amount)]
        accounts = self.policy.accounts
        outer = [x for name in (rule.account, *around(accounts, rule.account)) for x in accounts[name].operators]
        if any(isinstance(x, (o.Rescale, o.Move, o.Amount)) for x in (*rule.operators, *outer) if x not in amounts):
            return None
        return most_of_one(amounts[0]) if len(amounts) == 1 else None

    def _rules(self, name: str) -> Iterator[o.Rule]:
        inner = set(within(self.policy.accounts, name))
        return (rule for rule in self.policy.rules.values() if rule.account in inner)

    def _flows(self, name: str) -> bool:
        """Whether something may come into an account by other ways than its items, or start there."""
        accounts = self.policy.accounts
        inner = set(within(accounts, name))
        posted = any(isinstance(x, o.Post) and x.field for rule in self.policy.rules.values() for x in rule.operators)
        diverted = any(set(part[1:]) & inner for other in accounts.values() for part in other.diverts)
        return posted or diverted or bool(inner & self._moved) or any(accounts[x].decide for x in inner)

    def _account(self, name: str) -> Decimal | None:
        if self._flows(name):
            return None
        account = self.policy.accounts[name]
        parts = [self._account(child) for child in account.children]
        for rule in (rule for rule in self.policy.rules.values() if rule.account == name):
            one = self._one(rule)
            parts.append(self._limited(rule.operators, {rule.name}, None, one))
        known = [part for part in parts if part is not None]
        most = low(total(known)) if len(known) == len(parts) else None
        return self._limited(account.operators, {rule.name for rule in self._rules(name)}, most, None)

    def _limited(
        self, operators: tuple[o.Operator, ...], rules: set[str], most: Decimal | None, one: Decimal | None
    ) -> Decimal | None:  # fmt: skip
        for operator in operators:
            match operator:
                case o.Rescale() | o.Move():
                    most = one = None
                case o.Limit(
                    condition=None, dropped=False, void=False, room=e.Constant(value=Decimal() as room),
                    group=o.Group(periods=periods, fields=(), over=over, window=None),
                ) if over is None or over >= rules:  # fmt: skip
                    often = self._often(periods)
                    limit = room if operator.of == "amount" else low(multiply(room, one)) if one is not None else None
                    if limit is not None and often is not None:
                        bound = low(multiply(limit, Decimal(often)))
                        most = bound if most is None else min(most, bound)
        return most

    def _often(self, periods: tuple[str, ...]) -> int | None:
        """In how many periods records may lie."""
        if not periods:
            return 1
        (period, *others) = periods
        if others or (period in self.policy.periods):
            return None
        if period not in self._periods:
            days = ((self.until - self.after).days + 1) if self.until >= self.after else 0
            keys = {period_on(self.policy, period, self.after + timedelta(n)) for n in range(1, days)}
            self._periods[period] = len(keys - {None})
        return self._periods[period]
