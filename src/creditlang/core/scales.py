"""How many digits every number can have at most, before the point and after it, known before any student is touched.

Sums keep the larger scale and grow by the digits of how many are added, products add both, a rounding sets the scale.
Walked in the order in which the policy is worked out, so that the size of a balance is known where it is read. An
engine that computes with scaled integers takes its scales from here; the interpreter's exact amounts never have more.
A line whose numbers are too long for `values` is found here, so that no sum or product fails for a student.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache, partial

from attrs import define, evolve

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import around, within
from creditlang.core.parts import expressions
from creditlang.core.recurrent_sums import multiplies
from creditlang.source import Span
from creditlang.values import MOST_DIGITS, plain, quotient

_READ = 12
"""The most digits of a number that is read, from data, from a policy or for a named value, or given by a function."""
_SUMMED = 12
"""The digits that a sum over records, entries or periods gains: no student has a million million of them."""
_STEP = Decimal("0.000001")


def scale_of(value: object) -> int:
    """The decimals of a number, trailing zeros left out."""
    return _size_of(value).decimals


def _size_of(value: object) -> "Size":
    return _size_of_number(value) if isinstance(value, Decimal) else _NOTHING


@lru_cache(1024)
def _size_of_number(value: Decimal) -> "Size":
    number = plain(value)
    exponent = number.as_tuple().exponent
    return Size(max(1, number.adjusted() + 1), max(0, -exponent) if isinstance(exponent, int) else 0)


@define(unsafe_hash=True)  # nobody changes one; a frozen class takes three times as long to make
class Size:
    """The most digits that a number can have, before the point and after it."""

    whole: int = 1
    decimals: int = 0

    @property
    def digits(self) -> int:
        """Before and after the point together."""
        return self.whole + self.decimals

    def __mul__(self, other: "Size") -> "Size":
        return Size(self.whole + other.whole, self.decimals + other.decimals)

    def grown(self, digits: int = 1) -> "Size":
        """That of a sum: of two, or of as many as a number of so many digits says."""
        return Size(self.whole + digits, self.decimals)


_NOTHING = Size()


def _widest(sizes: Iterable[Size]) -> Size:
    whole = decimals = 0
    for size in sizes:
        whole = max(whole, size.whole)
        decimals = max(decimals, size.decimals)
    return Size(whole, decimals)


class Scales:
    """Works out the sizes of one policy: `accounts` and `facts` hold them by name.

    `too_long` has what `values` cannot hold: a line, or the name of what is declared, with its digits.
    """

    def __init__(self, policy: o.Policy) -> None:
        """Walk the whole policy once."""
        self.policy = policy
        self.accounts: dict[str, Size] = dict.fromkeys(policy.accounts, _NOTHING)
        self.facts: dict[str, Size] = dict.fromkeys(policy.facts, _NOTHING)
        self.rules: dict[str, Size] = {}
        self.named: dict[str, Size] = {}
        self.too_long: dict[Span | str, int] = {}
        self.longest = 0
        """Of the numbers met in the line at hand."""
        for kind, name in policy.order:
            self._node(kind, name)
        for name in policy.settings:
            self.of(e.Read("setting", name))
        for name in policy.record_facts:
            self.of(e.Value("record fact", name))
        for guard in (guard for kept in policy.kinds.values() for guard in kept.guards):
            self._line(guard.span, Size, guard)

    def _met(self, size: Size) -> Size:
        if (digits := size.whole + size.decimals) > self.longest:
            self.longest = digits
        return size

    def _line(
        self, place: Span | str | None, find: Callable[[], Size], part: object = (), rule: str | None = None
    ) -> Size:
        """The size of a line, found with all that it is made of, `part` too; nothing where a number is too long, so
        that it is found once.
        """
        before, self.longest = self.longest, 0
        for x in expressions((part,)):
            self.of(x, rule)
        size = self._met(find())
        longest, self.longest = self.longest, before
        if longest <= MOST_DIGITS:
            return size
        if place is not None:
            self.too_long.setdefault(place, longest)
        return _NOTHING

    # ---- nodes
    def _node(self, kind: str, name: str) -> None:
        policy = self.policy
        if kind == "items":
            for account in within(policy.accounts, name):
                for item in policy.accounts[account].items:
                    rule = policy.rules[item]
                    self._line(rule.span, Size, rule.where, item)
                    self.rules[item] = _NOTHING
                    self._operators(rule.operators, [item])
        elif kind == "tree":
            self._tree(name)
        elif kind == "credit":
            self._credit(policy.accounts[name])
        elif kind == "fact":
            self.facts[name] = self._decide(policy.facts[name])
        elif kind == "recurrence":
            self._recurrence(policy.recurrences[int(name)].nodes)
        elif kind == "moves":
            for taker in policy.accounts.values():
                self._takes(taker)
            for move in policy.moves:
                self._line(move.span, partial(self._move, move), (move.limit, move.ratios, move.guards))
        elif kind == "require":
            for part in policy.requirements[name].cases:
                self._line(part.span, partial(self._short, part), (part.condition, part.value))

    def _recurrence(self, nodes: tuple[tuple[str, str], ...]) -> None:
        """What reads its own earlier periods: the size that it settles at.

        Adding up period by period gains the digits of a sum; what gains decimals or factors in each has no size.
        """
        inside = {name for sort, name in nodes if sort in ("fact", "credit")}
        inside |= {x for sort, name in nodes if sort == "tree" for x in within(self.policy.accounts, name)}
        before: list[tuple[dict[str, Size], str, Size]] = []
        for _ in range(len(nodes) + 2):
            before = [(known, name, known[name]) for known in (self.facts, self.accounts) for name in inside & {*known}]
            for kind, name in nodes:
                self._node(kind, name)
        for known, name, earlier in before:
            size = known[name]
            if size.decimals != earlier.decimals or (size != earlier and multiplies(self.policy, inside)):
                known[name] = Size(MOST_DIGITS + 1, MOST_DIGITS + 1)
            elif size != earlier:
                known[name] = size.grown(_SUMMED)
        for kind, name in nodes:
            self._node(kind, name)

    def _short(self, part: o.Case) -> Size:
        return _widest(self.of(x) for x in (part.have, part.needed) if x is not None).grown()

    def _tree(self, name: str) -> Size:
        account = self.policy.accounts[name]
        children = [self._tree(child) for child in account.children]
        rules = [rule for inner in within(self.policy.accounts, name) for rule in self.policy.accounts[inner].items]
        self._operators(account.operators, rules)
        levels = self._line(name, partial(self._levels, account, _widest(self.rules[rule] for rule in rules)))
        self.accounts[name] = _widest([*children, levels, self.accounts[name]])
        for rule in rules:
            operators = (*self.policy.rules[rule].operators, *account.operators)
            if any(isinstance(operator, o.Post) and operator.field for operator in operators):
                self._raise_all(("category",), self.rules[rule].grown(_SUMMED))
        return self.accounts[name]

    def _levels(self, account: o.Account, entries: Size) -> Size:
        levels = [self._decide(account.decide)] if account.decide is not None else []
        return _widest((entries.grown(_SUMMED), *levels)).grown()

    def _raise_all(self, sorts: Iterable[str], size: Size) -> None:
        """What is posted to an account named in a record, or taken from one, may reach any."""
        for name, account in self.policy.accounts.items():
            if account.sort in sorts:
                self.accounts[name] = _widest((self.accounts[name], size))

    def _credit(self, account: o.Account) -> None:
        assert account.decide is not None
        size = self._decide(account.decide)
        for limit, target, _ in account.diverts:
            size = _widest((size, self._line(account.name, partial(self.of, limit)))).grown()
            self.accounts[target] = _widest((self.accounts[target], size.grown(_SUMMED)))
        self.accounts[account.name] = _widest((size.grown(_SUMMED), self.accounts[account.name]))

    def _takes(self, account: o.Account) -> None:
        """What a category takes has the digits of its own entries."""
        taken = self.accounts[account.name].grown()
        for operator in account.operators:
            if isinstance(operator, o.Move):
                if operator.source_field is not None:
                    self._raise_all(("category", "account"), taken)
                for source in operator.sources:
                    self._take(source, taken)

    def _take(self, source: str, taken: Size) -> None:
        for name in (*within(self.policy.accounts, source), *around(self.policy.accounts, source)):
            self.accounts[name] = _widest((self.accounts[name].grown(), taken))

    def _move(self, move: o.Move) -> Size:
        ratio = _widest(_size_of(end) for ratio in move.ratios for end in (ratio.taken, ratio.given))
        step = _size_of(move.rounding[1] if move.rounding else _STEP)
        wanted = self._column(self.policy.kinds[move.kind].columns, move.amount_field)
        held = _widest((wanted, *(self.accounts[source] for source in move.sources)))
        limit = self.of(move.limit) if move.limit is not None else _NOTHING
        offered = self._quotient(held * ratio, ratio, step)
        given = _widest((step, limit, self.accounts[move.target]))
        given = evolve(given, whole=max(given.whole, offered.whole) + _SUMMED)
        self._quotient(given * ratio, ratio, _size_of(_STEP))
        self.accounts[move.target] = given
        rates = [scale_of(quotient(ratio.taken, ratio.given, "up", _STEP)) for ratio in move.ratios]
        decimals = given.decimals + min(scale_of(_STEP), max(rates, default=0))
        for source in move.sources:
            self._take(source, Size(1, decimals))
        return given

    # ---- operators
    def _operators(self, operators: Iterable[o.Operator], rules: list[str]) -> None:
        for operator in operators:
            together = _widest(self.rules[rule] for rule in rules)
            for rule in rules:
                if isinstance(operator, o.Amount):
                    size = self._line(operator.span, partial(self._amount, operator, rule), operator.fallback, rule)
                else:
                    size = self._line(operator.span, partial(self._after, operator, rule, together), operator, rule)
                self.rules[rule] = size

    def _after(self, operator: o.Operator, rule: str, together: Size) -> Size:
        """The size of an entry after a line, which may add up all those together with which it is done."""
        self._met(together.grown(_SUMMED))
        size = self.rules[rule]
        match operator:
            case o.Rescale(operation="times"):
                size *= _widest((self.of(operator.value, rule), self._fallback(operator.fallback, rule)))
            case o.Rescale(operation="plus"):
                added = (self.of(operator.value, rule), self._fallback(operator.fallback, rule))
                size = _widest((size, *added)).grown()
            case o.Rescale():
                size = self._quotient(size, _NOTHING, self.of(operator.value, rule))
            case o.Limit(of="amount"):
                limits = (self.of(operator.room, rule), self._fallback(operator.fallback, rule))
                size = evolve(size, decimals=_widest((together, *limits)).decimals)
        self._met(size.grown(_SUMMED))
        return size

    def _quotient(self, size: Size, divisor: Size, step: Size) -> Size:
        """A quotient rounded to a step: no smaller divisor than one in the last of its decimals."""
        unit = divisor * step
        whole = size.whole + unit.digits
        self._met(Size(whole + 1, max(size.decimals, unit.decimals)))
        return Size(max(size.whole + divisor.digits, step.whole) + 1, step.decimals)

    def _amount(self, operator: o.Amount, rule: str) -> Size:
        worth = [self._line(x.span, partial(self._case, x, rule), x.condition, rule) for x in operator.cases]
        size = _widest((*worth, self._fallback(operator.fallback, rule)))
        return size.grown(len(worth).bit_length()) if operator.mode == "all" else size

    def _case(self, case: o.Case, rule: str) -> Size:
        size = _widest(self.of(x, rule) for x in (case.value, *(case.between or ())))
        if case.full is None:
            return size
        measured = self._met(_widest((self.of(case.full.measure, rule), _size_of(case.full.size))).grown(_SUMMED))
        return size * Size(measured.whole + _size_of(case.full.size).digits)

    def _fallback(self, fallback: o.Fallback | None, rule: str) -> Size:
        ends = (fallback.low, fallback.high) if fallback is not None else ()
        return _widest(self.of(x, rule) for x in ends if x is not None)

    def _decide(self, decide: o.Decide) -> Size:
        values = [self._line(x.span or decide.name, partial(self.of, x.value), x.condition) for x in decide.cases]
        bounds = [self.of(x) for x in (decide.least, decide.most) if x is not None]
        if decide.rank is not None:
            self._line(decide.rank.span or decide.name, Size, decide.rank)
            values.append(Size(_SUMMED))
        return _widest((*values, *bounds)).grown(len(values).bit_length() if decide.mode == "all" else 0)

    # ---- expressions
    def _once(self, name: str, place: str, values: Iterable[e.Expression], rule: str | None) -> Size:
        """The size of what has a name, found once."""
        if name not in self.named:
            self.named[name] = _NOTHING
            self.named[name] = self._line(place, lambda: _widest(self.of(x, rule) for x in values))
        return self.named[name]

    def _column(self, columns: Iterable[o.Column], name: str) -> Size:
        return next((Size(_READ, column.type.decimals) for column in columns if column.name == name), _NOTHING)

    def of(self, x: e.Expression, rule: str | None = None) -> Size:
        """The size of an expression, read by a rule's records or by a student; of no number, that of nothing."""
        return self._met(self._of(x, rule))

    def _of(self, x: e.Expression, rule: str | None) -> Size:
        match x:
            case e.Constant():
                return _size_of(x.value)
            case e.Compare() | e.Logical() | e.Not() | e.Present():  # most of them
                self._parts(x, rule)
                return _NOTHING
            case e.Read(what="field" | "this"):
                kinds = [self.policy.rules[rule].kind] if rule and x.what == "field" else list(self.policy.kinds)
                return _widest(self._column(self.policy.kinds[kind].columns, x.name) for kind in kinds)
            case e.Read(what="amount"):
                return _widest(self.accounts.values())
            case e.Read(what="attribute"):
                return self._column(self.policy.attributes, x.name)
            case e.Read(what="setting"):
                written = (dated.value for dated in self.policy.settings[x.name])
                size = self._once(f"let {x.name}", x.name, written, None)
                return evolve(size, whole=max(size.whole, _READ))
            case e.Value(sort="record fact"):
                return self._once(f"fact {x.name}", x.name, [self.policy.record_facts[x.name]], rule)
            case e.Value(sort="account"):
                self._parts(x.at, rule)
                return self.accounts[x.name]
            case e.Value(sort="fact"):
                self._parts(x.at, rule)
                return self.facts[x.name]
            case e.Value(sort="ranking"):
                return Size(_SUMMED)
            case e.Lookup():
                self._parts(x, rule)
                return _widest(map(_size_of, x.table.cells.values()))
            case e.Arithmetic(operator="*"):
                return self.of(x.left, rule) * self.of(x.right, rule)
            case e.Arithmetic():
                widest = _widest((self.of(x.left, rule), self.of(x.right, rule)))
                return widest.grown() if x.operator in ("+", "-") else widest
            case e.Rounded():
                divisor = self.of(x.divisor, rule) if x.divisor is not None else _NOTHING
                return self._quotient(self.of(x.operand, rule), divisor, _size_of(x.step))
            case e.Cases():
                self._parts(tuple(condition for condition, _ in x.branches), rule)
                values = [value for _, value in x.branches] + ([x.otherwise] if x.otherwise else [])
                return _widest(self.of(value, rule) for value in values)
            case e.Call():
                self._parts(x, rule)
                return Size(_READ, x.function.decimals)
            case e.Query():
                return self._query(x, rule)
            case e.Distance():
                self._parts(x, rule)
                return Size(_READ)
        self._parts(x, rule)
        return _NOTHING

    def _query(self, x: e.Query, rule: str | None) -> Size:
        """A sum has the digits of as many as there may be; an average is a sum that is compared or rounded."""
        own = x.source.kind if isinstance(x.source, e.RecordsOf) else None
        found = next((name for name, declared in self.policy.rules.items() if declared.kind == own), None)
        self._parts(x, found if own else rule)
        value, weight = (self.of(y, found if own else rule) if y is not None else _NOTHING for y in (x.value, x.weight))
        if x.function in ("total", "average"):
            return (value * weight if x.weight is not None else value).grown(_SUMMED)
        return value if x.function in ("highest", "lowest", "first", "latest") else Size(_SUMMED)

    def _parts(self, x: object, rule: str | None) -> None:
        """Meet the numbers inside what is no number itself."""
        for inner in expressions(x):
            self.of(inner, rule)
