"""How many decimals every amount can have at most, known before any student is touched.

Sums keep the larger scale, products add them, a rounding sets it. Walked in the order in which the policy is worked
out, so that the scale of a balance is known where it is read. An engine that computes with scaled integers takes its
scales from here; the interpreter's exact amounts never have more.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import within
from creditlang.values import MOST_DIGITS, plain, quotient

_NOTHING = 0
_STEP = Decimal("0.000001")


def scale_of(value: object) -> int:
    """The decimals of a number, trailing zeros left out."""
    if not isinstance(value, Decimal):
        return _NOTHING
    exponent = plain(value).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else _NOTHING


class Scales:
    """Works out the scales of one policy; `accounts` and `facts` hold them by name."""

    def __init__(self, policy: o.Policy) -> None:
        """Walk the whole policy once."""
        self.policy = policy
        self.accounts: dict[str, int] = dict.fromkeys(policy.accounts, _NOTHING)
        self.facts: dict[str, int] = dict.fromkeys(policy.facts, _NOTHING)
        self.rules: dict[str, int] = {}
        self.named: dict[str, int] = {}
        for kind, name in policy.order:
            self._node(kind, name)

    # ---- nodes
    def _node(self, kind: str, name: str) -> None:
        accounts = self.policy.accounts
        if kind == "items":
            for account in within(accounts, name):
                for rule in accounts[account].items:
                    self.rules[rule] = self._operators(self.policy.rules[rule].operators, rule, _NOTHING)
        elif kind == "recurrence":
            self._recurrence(self.policy.recurrences[int(name)].nodes)
        elif kind == "tree":
            self._tree(name)
        elif kind == "credit":
            self._credit(accounts[name])
        elif kind == "fact":
            self.facts[name] = self._decide(self.policy.facts[name])
        elif kind == "moves":
            for move in self.policy.moves:
                self._move(move)

    def _recurrence(self, nodes: tuple[tuple[str, str], ...]) -> None:
        """What reads its own earlier periods: as many as it has after some of them, unless it has more in each."""
        inside = {name for sort, name in nodes if sort in ("fact", "credit")}
        inside |= {x for sort, name in nodes if sort == "tree" for x in within(self.policy.accounts, name)}
        for _ in range(len(nodes) + 2):
            before = [{name: known.get(name) for name in inside} for known in (self.facts, self.accounts)]
            for kind, name in nodes:
                self._node(kind, name)
            if before == [{name: known.get(name) for name in inside} for known in (self.facts, self.accounts)]:
                return
        for known in (self.facts, self.accounts):
            known.update({name: MOST_DIGITS for name in inside & known.keys()})

    def _tree(self, name: str) -> int:
        account = self.policy.accounts[name]
        children = [self._tree(child) for child in account.children]
        rules = [rule for inner in within(self.policy.accounts, name) for rule in self.policy.accounts[inner].items]
        for rule in rules:
            self.rules[rule] = self._operators(account.operators, rule, self.rules.get(rule, _NOTHING))
        levels = [self._decide(account.decide)] if account.decide else []
        own = [self.rules[rule] for rule in account.items]
        self.accounts[name] = max([*children, *levels, *own, self.accounts[name]], default=_NOTHING)
        for rule in rules:
            operators = (*self.policy.rules[rule].operators, *account.operators)
            if any(isinstance(operator, o.Post) and operator.field for operator in operators):
                self._raise_all(self.rules[rule])
        return self.accounts[name]

    def _raise_all(self, scale: int) -> None:
        """What is posted to an account named in a record may reach any category."""
        for name, account in self.policy.accounts.items():
            if account.sort == "category":
                self.accounts[name] = max(self.accounts[name], scale)

    def _credit(self, account: o.Account) -> None:
        assert account.decide is not None
        scale = self._decide(account.decide)
        for limit, target, _ in account.diverts:
            scale = max(scale, self.of(limit))
            self.accounts[target] = max(self.accounts[target], scale)
        self.accounts[account.name] = max(scale, self.accounts[account.name])

    def _move(self, move: o.Move) -> None:
        step = scale_of(move.rounding[1]) if move.rounding else 6
        limit = self.of(move.limit) if move.limit is not None else _NOTHING
        given = max(step, limit, self.accounts[move.target])
        self.accounts[move.target] = given
        taken = max(
            [given + scale_of(quotient(ratio.taken, ratio.given, "up", _STEP)) for ratio in move.ratios], default=given
        )
        for source in move.sources:
            for name in self._around(source):
                self.accounts[name] = max(self.accounts[name], min(taken, given + 6))

    def _around(self, name: str) -> Iterable[str]:
        yield from within(self.policy.accounts, name)
        parent = self.policy.accounts[name].parent
        while parent:
            yield parent
            parent = self.policy.accounts[parent].parent

    # ---- operators
    def _operators(self, operators: Iterable[o.Operator], rule: str, scale: int) -> int:
        for operator in operators:
            match operator:
                case o.Amount():
                    values = [x for case in operator.cases for x in (case.value, *(case.between or ()))]
                    scale = max([self.of(x, rule) for x in values], default=_NOTHING)
                    scale = max(scale, self._fallback(operator.fallback, rule))
                case o.Rescale(operation="times"):
                    scale += max(self.of(operator.value, rule), self._fallback(operator.fallback, rule))
                case o.Rescale(operation="plus"):
                    scale = max(scale, self.of(operator.value, rule), self._fallback(operator.fallback, rule))
                case o.Rescale():
                    scale = min(scale, self.of(operator.value))
                case o.Limit(of="amount"):
                    scale = max(scale, self.of(operator.room, rule))
        return scale

    def _fallback(self, fallback: o.Fallback | None, rule: str) -> int:
        if fallback is None:
            return _NOTHING
        return max([self.of(x, rule) for x in (fallback.low, fallback.high) if x is not None], default=_NOTHING)

    def _decide(self, decide: o.Decide) -> int:
        bounds = [x for x in (decide.least, decide.most) if x is not None]
        return max([self.of(x) for x in (*(case.value for case in decide.cases), *bounds)], default=_NOTHING)

    # ---- expressions
    def _once(self, name: str, values: list[e.Expression], rule: str | None) -> int:
        """The scale of what has a name, found once and kept within bounds."""
        if name not in self.named:
            self.named[name] = _NOTHING
            self.named[name] = min(MOST_DIGITS, max([self.of(value, rule) for value in values], default=_NOTHING))
        return self.named[name]

    def _column(self, columns: Iterable[o.Column], name: str) -> int:
        return next((column.type.decimals for column in columns if column.name == name), _NOTHING)

    def of(self, x: e.Expression, rule: str | None = None) -> int:
        """The scale of an expression, read by a rule's records or by a student."""
        match x:
            case e.Constant():
                return scale_of(x.value)
            case e.Read(what="field"):
                kinds = [self.policy.rules[rule].kind] if rule else list(self.policy.kinds)
                return max([self._column(self.policy.kinds[kind].columns, x.name) for kind in kinds], default=_NOTHING)
            case e.Read(what="attribute"):
                return self._column(self.policy.attributes, x.name)
            case e.Read(what="setting"):
                return self._once(f"let {x.name}", [dated.value for dated in self.policy.settings[x.name]], None)
            case e.Read(what="this"):
                return self.of(e.Read("field", x.name))
            case e.Read(what="amount"):
                return max(self.accounts.values(), default=_NOTHING)
            case e.Value(sort="record fact"):
                return self._once(f"fact {x.name}", [self.policy.record_facts[x.name]], rule)
            case e.Value(sort="account"):
                return self.accounts[x.name]
            case e.Value(sort="fact"):
                return self.facts[x.name]
            case e.Lookup():
                return max([scale_of(cell) for cell in x.table.cells.values()], default=_NOTHING)
            case e.Arithmetic(operator="*"):
                return self.of(x.left, rule) + self.of(x.right, rule)
            case e.Arithmetic():
                return max(self.of(x.left, rule), self.of(x.right, rule))
            case e.Rounded():
                return scale_of(x.step)
            case e.Cases():
                values = [value for _, value in x.branches] + ([x.otherwise] if x.otherwise else [])
                return max([self.of(value, rule) for value in values], default=_NOTHING)
            case e.Call():
                return x.function.decimals
            case e.Query(function="total" | "highest" | "lowest" | "first" | "latest", value=e.Expression() as value):
                rules = [name for name, declared in self.policy.rules.items() if _about(x, declared.kind)]
                return self.of(value, rules[0] if rules else None)
        return _NOTHING


def _about(x: e.Query, kind: str) -> bool:
    return isinstance(x.source, e.RecordsOf) and x.source.kind == kind


def scales(policy: o.Policy) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The scales of a policy's accounts and facts."""
    found = Scales(policy)
    return found.accounts, found.facts
