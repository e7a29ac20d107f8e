"""What accounts can surely not exceed: bounds that follow from constant limits alone."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditlang.check.reachable_limits import most_of_one
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import around, within
from creditlang.core.moved_accounts import touched
from creditlang.core.parts import inside
from creditlang.ledger import StudentResult
from creditlang.need.addition import sources
from creditlang.one_student import period_on
from creditlang.values import ZERO, add, high, low, multiply, total


class Bounds:
    """The most that records from one day to another can add, where constants say so."""

    def __init__(
        self, policy: o.Policy, after: date, until: date, semesters: Sequence[str] | None, base: StudentResult
    ) -> None:  # fmt: skip
        """`after` is the last day on which nothing is added any more, `until` the last on which something is; in these
        `semesters` the student is enrolled by then, where people are; `base` is what there is when nothing is added.
        """
        self.policy, self.after, self.until, self.semesters = policy, after, until, semesters
        self._have = {(x.account, x.period): x.amount for x in base.accounts}
        self._moved = touched(policy.accounts, policy.rules, policy.moves)
        self._periods: dict[str, int | None] = {}

    def most(self, value: e.Expression, have: Decimal) -> Decimal | None:
        """The most that a sum can be, of which there is so much; None where that is not known."""
        match value:
            case e.Query(function="total", source=e.Periods(), where=None, value=e.Value(sort="account") as inner):
                return self.most(inner, have)
            case e.Value(sort="account", name=name, at=e.Whole() | e.Here()) if self._credits(name) is not None:
                return self._credits(name)
        more = self.still(value)
        return low(add(have, more)) if more is not None else None

    def is_fixed(self, cases: tuple[o.Case, ...]) -> bool:
        """Whether records surely bring a part no nearer: it reads attributes alone, or counts records of enrolment, of
        which more only take it further.
        """
        if not looks_around(cases):
            return True
        have = cases[0].have if len(cases) == 1 and not cases[0].at_least else None
        return (
            isinstance(have, e.Query)
            and have.function == "count"
            and isinstance(have.source, e.RecordsOf)
            and self.policy.kinds[have.source.kind].enrolment
            and not looks_around(self.policy.kinds[have.source.kind].guards)
            and have.where is None
        )

    def _credits(self, name: str) -> Decimal | None:
        """The most that an account can have whose value is decided in each semester: what it has in those that are
        over, unless a request or a decision may be about them, and in the others the highest case, with what moves
        give: they give nothing in a semester in which a case applies under whose condition they are barred.
        """
        account = self.policy.accounts[name]
        if account.sort != "credit" or account.period != "semester" or self.semesters is None:
            return None
        most = self._most_of_semester(account)
        if most is None:
            return None
        ends = {x.name: date.fromisoformat(x.end) for x in self.policy.calendar.semesters}
        own = o.Case(0, None, False, e.Value("account", name), "", None)
        may_reopen = any(self.policy.kinds[x.kind].item_field is None for x in sources(self.policy, (own,)))
        over = [x for x in self.semesters if not may_reopen and ends[x] <= self.after + timedelta(1)]
        have = [high(self._have.get((name, x), ZERO)) for x in over]
        return low(total([*have, multiply(most, Decimal(len(self.semesters) - len(over)))]))

    def _most_of_semester(self, account: o.Account) -> Decimal | None:
        """The most that it can have in one."""
        given: list[tuple[o.Move, Decimal]] = []
        for move in (x for x in self.policy.moves if x.target == account.name):
            limit = _most_value(move.limit) if move.limit is not None else None
            if limit is None:
                return None
            given.append((move, limit))
        ended = all(
            date.fromisoformat(x.teaching_until) < self.until
            for x in self.policy.calendar.semesters
            if date.fromisoformat(x.start) <= self.until
        )
        kept = [_most_value(x) for x, *_ in account.diverts]
        found: list[Decimal] = []
        for case in account.decide.cases if account.decide is not None else ():
            known = [x for x in (_most_value(case.value), *kept) if x is not None]
            if not known:
                return None
            more = [limit for move, limit in given if not (ended and barred(move, case))]
            found.append(low(total([min(known), *more])))
        return max(found, default=None)

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
                found = [self.one(rule) for rule in self._rules(name)]
                known = [x for x in found if x is not None]
                return max(known, default=Decimal(0)) if len(known) == len(found) else None
            case e.Arithmetic(operator="+", left=left, right=right):
                one, two = self.most_of_one(left), self.most_of_one(right)
                return None if one is None or two is None else low(add(one, two))
        return None

    def one(self, rule: o.Rule) -> Decimal | None:
        """The most that one record can bring to a rule, where constants say so."""
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
            one = self.one(rule)
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


def _most_value(value: e.Expression) -> Decimal | None:
    """The most that a value can be, where constants say so."""
    match value:
        case e.Constant(value=Decimal() as constant):
            return constant
        case e.Cases(branches=branches, otherwise=otherwise) if otherwise is not None:
            found = [_most_value(x) for x in (*(branch for _, branch in branches), otherwise)]
            known = [x for x in found if x is not None]
            return max(known) if len(known) == len(found) else None
        case e.Arithmetic(operator="lower", left=left, right=right):
            return min((x for x in (_most_value(left), _most_value(right)) if x is not None), default=None)
    return None


def barred(move: o.Move, case: o.Case) -> bool:
    """Whether a guard surely keeps a move out where a case applies, once the semester has ended."""
    ended = e.Read("ended")
    for guard in move.guards:
        match guard.condition:
            case e.Not(operand=e.Logical(operator="and", parts=parts)):
                if case.condition is not None and set(parts) <= {ended, case.condition}:
                    return True
            case e.Not(operand=operand) if operand == case.condition:
                return True
    return False


def looks_around(part: object) -> bool:
    """Whether a part reads anything that is worked out, or other records."""
    return any(isinstance(x, (e.Value, e.Query)) for x in inside(part))
