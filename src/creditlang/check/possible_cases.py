"""Every case that the conditions of a body can tell apart, and none that contradicts itself.

The variables are fields, attributes, balances, facts. A number or date is tried below, at, between and above the
constants it is compared with, a value of a scale at every value, a yes or no at both, what is optional also when it is
missing; where a text is asked what it begins with, each beginning stands for all texts that have it. Two things that
are compared with each other are a variable of their own: less, equal or greater; what follows for others is worked out
(`a < b` and `b < c` rule out `c < a`; 30 days after a date lie before 90 days after it). Any other form counts as a yes
or no of its own. Variables that hang together in another way (`n` and `n * 2`) are `tangled`: a case of both may not
exist, so that nothing is claimed of it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal, Inexact
from itertools import combinations, pairwise, product
from typing import Any, Final

from attrs import define, field, frozen

from creditlang.check.tried_values import days_tried, numbers_tried, step_of
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.dependencies import references
from creditlang.values import EXACT

MAXIMUM: Final = 4096
"""The most combinations that are tried; bodies with more are left alone, and that is said (CR347)."""
MISSING: Final = "∅"
AND_MORE: Final = "…"
"""After a text that others begin with, one of these; alone, any text that nothing is said of."""
_MOST_TERMS: Final = 8
Case = Sequence[Any]
_HOLDS: Final = {"=": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_DAYS: Final = {"days": (1, 1), "weeks": (7, 7), "months": (28, 31), "years": (365, 366)}


@frozen
class Condition:
    """A condition over cases: yes, no, or None where a missing value decides; and the variables it reads."""

    test: Callable[[Case], bool | None] = field(eq=False)
    variables: frozenset[int] = frozenset()


@define
class Grid:
    """The variables of a body's conditions, by position, and the cases over them."""

    policy: o.Policy
    columns: Mapping[str, o.Column]
    attributes: Mapping[str, o.Column]
    variables: dict[e.Expression, int] = field(factory=dict)
    cuts: dict[e.Expression, set[Any]] = field(factory=dict)
    beginnings: dict[e.Expression, set[str]] = field(factory=dict)
    """What texts are asked to begin with."""
    ranked: dict[e.Expression, Mapping[str, int]] = field(factory=dict)
    answers: set[e.Expression] = field(factory=set)
    domains: list[tuple[Any, ...]] = field(factory=list)
    tangled: frozenset[frozenset[int]] = frozenset()
    tried: dict[e.Expression, AbstractSet[e.Expression]] = field(factory=dict)
    """The variables of conditions, each once for all bodies of a kind of record."""

    def empty(self) -> "Grid":
        """One for another body of the same kind of record."""
        return Grid(self.policy, self.columns, self.attributes, tried=self.tried)

    # ---- conditions
    def condition(self, x: e.Expression | None) -> Condition:
        """A condition to be tried; its variables are noted."""
        match x:
            case None:
                return Condition(lambda case: True)
            case e.Constant(value=value):
                return Condition(lambda case: bool(value))
            case e.Logical():
                return _joined(x, [self.condition(part) for part in x.parts])
            case e.Not():
                inner = self.condition(x.operand)
                return Condition(lambda case: _opposite(inner.test(case)), inner.variables)
            case e.Present():
                position = self.variable(x.operand)
                return Condition(lambda case: case[position] != MISSING, frozenset({position}))
            case e.Compare() if x.operator in _HOLDS:
                return self.comparison(x)
            case e.Compare(operator="starts with", right=e.Constant(value=str() as beginning)):
                self.beginnings.setdefault(x.left, set()).add(beginning)
                return _valued(self.variable(x.left), lambda value: str(value).startswith(beginning))
        self.answers.add(x)
        return _valued(self.variable(x), lambda value: value is True)

    def comparison(self, x: e.Compare) -> Condition:
        left, right, operator, ranks = self.folded(x.left), self.folded(x.right), x.operator, x.ranks
        if isinstance(left, e.Constant):
            left, right, operator = right, left, _TURNED[operator]
        if isinstance(left, e.Constant) and isinstance(right, e.Constant):
            return self.condition(e.Constant(_order(left.value, right.value, ranks) in _HOLDS[operator]))
        if isinstance(right, e.Constant):
            position, value = self.variable(left), right.value
            if ranks is None:
                self.cuts[left].add(value)
            else:
                self.ranked[left] = ranks
            return _valued(position, lambda own: _order(own, value, ranks) in _HOLDS[operator])
        if repr(left) > repr(right):
            left, right, operator = right, left, _TURNED[operator]
        for side in (left, right):
            column = self.column(side)
            if column is not None and (ends := {column.minimum, column.maximum} - {None}):
                self.variable(side)
                self.cuts[side] |= ends
        optional = [self.variable(side) for side in (left, right) if self.is_optional(side)]
        position, holds = self.variable(e.Compare("<", left, right)), _HOLDS[operator]
        for side in (left, right):
            if ranks is not None and side in self.variables:
                self.ranked[side] = ranks

        def test(case: Case) -> bool | None:
            return None if any(case[index] == MISSING for index in optional) else case[position] in holds

        return Condition(test, frozenset({position, *optional}))

    def read_by(self, x: e.Expression) -> AbstractSet[e.Expression]:
        """The variables that a condition has by itself."""
        if x not in self.tried:
            trial = self.empty()
            trial.condition(x)
            self.tried[x] = trial.variables.keys()
        return self.tried[x]

    def variable(self, x: e.Expression) -> int:
        self.cuts.setdefault(x, set())
        return self.variables.setdefault(x, len(self.variables))

    def folded(self, x: e.Expression) -> e.Expression:
        """A constant where an expression is one: a named value that never changes, arithmetic of constants."""
        match x:
            case e.Read(what="setting", name=name) if (
                len(dated := self.policy.settings.get(name, ())) == 1 and not dated[0].since
            ):
                inner = self.folded(dated[0].value)
                return inner if isinstance(inner, e.Constant) else x
            case e.Arithmetic(operator="+" | "-" | "*" as operator):
                left, right = self.folded(x.left), self.folded(x.right)
                match left, right:
                    case e.Constant(value=Decimal() as one), e.Constant(value=Decimal() as two):
                        work = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}
                        try:
                            return e.Constant(work[operator](one, two))
                        except Inexact:
                            return x
        return x

    # ---- values
    def column(self, x: e.Expression) -> o.Column | None:
        """The column of a field or attribute."""
        match x:
            case e.Read(what="field"):
                return self.columns.get(x.name)
            case e.Read(what="attribute"):
                return self.attributes.get(x.name)
        return None

    def is_optional(self, x: e.Expression) -> bool:
        if isinstance(x, e.Value) and isinstance(x.at, (e.Previous, e.InPeriod)):
            return True
        column = self.column(x)
        return column is not None and column.optional and column.default is None and not column.if_used

    def domain(self, x: e.Expression, limited: bool = True) -> tuple[Any, ...]:
        """The values to try for a variable; `limited` by what its column allows."""
        column, cuts = self.column(x), self.cuts[x]
        values: tuple[Any, ...]
        if _is_order(x):
            return (-1, 0, 1)
        if x in self.ranked:
            values = tuple(self.ranked[x])
        elif x in self.answers or (column is not None and column.type.name == "yes or no"):
            values = (True, False)
        elif column is not None and column.type.enumeration:
            values = tuple(dict.fromkeys((column.values or {}).values()))
        elif x in self.beginnings:
            values = (*cuts, *(beginning + AND_MORE for beginning in sorted(self.beginnings[x])), AND_MORE)
        elif all(isinstance(cut, Decimal) for cut in cuts):
            values = numbers_tried(sorted(cuts), step_of(x, column), column if limited else None)
        elif all(isinstance(cut, date) for cut in cuts):
            values = tuple(days_tried(sorted(cuts)))
        else:
            values = (*cuts, AND_MORE)
        return (*values, MISSING) if self.is_optional(x) else values

    def cases(self, guards: Sequence[Condition], conditions: int) -> list[Case] | None:
        """Every combination that passes the guards, or None when with so many conditions there are too many to try."""
        if 1 << len(self.answers) > MAXIMUM:  # each of them is yes or no
            return None
        relation = _Relation(self)
        if len(relation.terms) > _MOST_TERMS:
            return None
        self.domains = [self.domain(x) for x in self.variables]
        size = 1
        for domain in self.domains:
            size *= max(1, len(domain))
            if size > MAXIMUM or size * conditions > MAXIMUM * 50:
                return None
        self.tangled = frozenset(self._tangled())
        tried = (case for case in product(*self.domains) if all(x.test(case) is True for x in guards))
        return [case for case in tried if relation.possible(case)]

    # ---- what hangs together
    def _tangled(self) -> Iterator[frozenset[int]]:
        """Pairs of variables of which not every combination exists, in a way that is not worked out."""
        terms = {index: [(term, self._leaves(term)) for term in _sides(x)] for x, index in self.variables.items()}
        for one, two in combinations(terms, 2):
            for (left, own), (right, other) in product(terms[one], terms[two]):
                if left != right and own & other and _between(left, right) is None:
                    yield frozenset({one, two})

    def _leaves(self, x: e.Expression, depth: int = 5) -> frozenset[object]:
        """What the value of an expression hangs on."""
        found: set[object] = set()
        for leaf in references(x, e.Expression):
            match leaf:
                case e.Value(sort="record fact", name=name) if depth:
                    found |= self._leaves(self.policy.record_facts[name], depth - 1)
                case e.Value(sort="fact", name=name) if depth and name in self.policy.facts:
                    for case in self.policy.facts[name].cases:
                        for part in (case.condition, case.value):
                            found |= self._leaves(part, depth - 1) if part is not None else set()
                    found.add(leaf)
                case e.Value(sort="account", name=account):
                    found.update(("account", name) for name in within(self.policy.accounts, account))
                case e.Read(what="setting") | e.Shift(which="first" | "last" | "nth"):
                    found.add("time")
                case e.Query(source=source, where=None):
                    found.update((source, leaf))
                case e.Query(source=source):
                    found.update((("some", source), leaf))
                case e.Value():
                    found.add(leaf)
                case e.Read():
                    column = self.column(leaf)
                    found.update((leaf, "time") if column is not None and column.type.name == "date" else (leaf,))
        return frozenset(found)


@define
class _Relation:
    """What is before what among things that are compared with each other, and whether a case agrees with it."""

    grid: Grid
    terms: dict[e.Expression, int] = field(init=False)
    orders: list[tuple[int, int, int]] = field(init=False)
    valued: list[tuple[int, int, Sequence[Any], Mapping[str, int] | None]] = field(init=False, factory=list)
    always: dict[tuple[int, int], bool] = field(init=False, factory=dict)
    known: dict[tuple[Any, ...], bool] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        variables = self.grid.variables
        orders = [
            (x.left, x.right, index) for x, index in variables.items() if isinstance(x, e.Compare) and _is_order(x)
        ]
        sides = dict.fromkeys(side for left, right, _ in orders for side in (left, right))
        for x in variables:
            if not _is_order(x) and any(_between(x, side) is not None for side in (*sides, *variables) if side != x):
                sides[x] = None
        self.terms = {x: number for number, x in enumerate(sides)}
        self.orders = [(self.terms[left], self.terms[right], index) for left, right, index in orders]
        for (one, first), (two, second) in product(self.terms.items(), repeat=2):
            if one != two and (strict := _between(one, two)) is not None and strict >= 0:
                self.always[first, second] = strict > 0
        self._share_cuts([x for x in self.terms if x in variables])

    def _share_cuts(self, own: list[e.Expression]) -> None:
        """Things that are compared with each other are tried at the constants of all of them."""
        cuts, ranked = self.grid.cuts, self.grid.ranked
        for sort in (Decimal, date):
            alike = [x for x in own if cuts[x] and all(isinstance(cut, sort) for cut in cuts[x])]
            together = set().union(*(cuts[x] for x in alike))
            if sort is Decimal and together:
                together |= self._only_numbers(alike, together)
            cuts.update({x: together for x in alike})
            places = sorted(together)
            self.valued += [(self.terms[x], self.grid.variables[x], places, None) for x in alike]
        self.valued += [(self.terms[x], self.grid.variables[x], (), ranked[x]) for x in own if x in ranked]

    def _only_numbers(self, alike: list[e.Expression], cuts: set[Decimal]) -> set[Decimal]:
        """The numbers that stand alone between two cuts."""
        step = min(step_of(x, self.grid.column(x)) for x in alike)
        middle = ((EXACT.add(one, step), EXACT.subtract(two, step)) for one, two in pairwise(sorted(cuts)))
        return {one for one, two in middle if one == two}

    def possible(self, case: Case) -> bool:
        """Whether the case contradicts nothing."""
        if not self.terms or (len(self.orders) + len(self.always) < 2 and not self.valued):
            return True
        positions = [(term, _position(case[index], cuts, ranks)) for term, index, cuts, ranks in self.valued]
        key = (*(case[index] for _, _, index in self.orders), *(place for _, place in positions))
        if key not in self.known:
            before = dict(self.always)
            for one, two, index in self.orders:
                _note(before, one, two, case[index])
            for (one, here), (two, there) in combinations(positions, 2):
                if here is not None and there is not None and (here != there or here % 2):
                    _note(before, one, two, (here > there) - (here < there))
            self.known[key] = self._agrees(before)
        return self.known[key]

    def _agrees(self, before: dict[tuple[int, int], bool]) -> bool:
        """Whether nothing comes before itself."""
        for middle, one, two in product(range(len(self.terms)), repeat=3):
            if (one, middle) in before and (middle, two) in before:
                strict = before[one, middle] or before[middle, two]
                before[one, two] = strict or before.get((one, two), False)
        return not any(strict for (one, two), strict in before.items() if one == two)


def _note(before: dict[tuple[int, int], bool], one: int, two: int, sign: int) -> None:
    for here, there in ((one, two),) if sign < 0 else ((two, one),) if sign > 0 else ((one, two), (two, one)):
        before[here, there] = bool(sign) or before.get((here, there), False)


def _position(value: Any, cuts: Sequence[Any], ranks: Mapping[str, int] | None) -> int | None:
    """Where a value lies among the cuts: an odd number at one, an even number between two. None when unknown."""
    if ranks is not None:
        return 2 * ranks[value] + 1 if value in ranks else None
    if value == MISSING or not cuts or type(value) is not type(cuts[0]) or not isinstance(value, (Decimal, date)):
        return None
    place = bisect_left(cuts, value)
    return 2 * place + (place < len(cuts) and cuts[place] == value)


def _between(one: e.Expression, two: e.Expression) -> int | None:
    """1 where a date lies before another on every day, 0 where they are the same, -1 after; None when that differs."""
    if one == two:
        return 0
    (start, low, high), (other, least, most) = _days_after(one), _days_after(two)
    if start != other or not (isinstance(one, e.Shift) or isinstance(two, e.Shift)):
        return None
    if high < least or most < low:
        return 1 if high < least else -1
    return 0 if low == high == least == most else None


def _days_after(x: e.Expression) -> tuple[e.Expression, int, int]:
    match x:
        case e.Shift(which="after", start=e.Expression() as start, count=e.Constant(value=Decimal() as count)) if (
            length := _DAYS.get(x.unit)
        ):
            least, most = (length[0] * int(count), length[1] * int(count))
            return start, min(least, most), max(least, most)
    return x, 0, 0


def _is_order(x: e.Expression) -> bool:
    return isinstance(x, e.Compare) and x.operator in _HOLDS


def _sides(x: e.Expression) -> tuple[e.Expression, ...]:
    return (x.left, x.right) if isinstance(x, e.Compare) else (x,)


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _joined(x: e.Logical, parts: Sequence[Condition]) -> Condition:
    needed = x.least if x.operator == "at least" else 1 if x.operator == "or" else len(parts)

    def test(case: Case) -> bool | None:
        answers = [part.test(case) for part in parts]
        if answers.count(True) >= needed:
            return True
        return None if answers.count(True) + answers.count(None) >= needed else False

    return Condition(test, frozenset().union(*(part.variables for part in parts)))


def _valued(position: int, holds: Callable[[Any], bool]) -> Condition:
    return Condition(lambda case: None if case[position] == MISSING else holds(case[position]), frozenset({position}))


def _order(one: Any, two: Any, ranks: Mapping[str, int] | None) -> int | None:
    """-1, 0 or 1; None for values that cannot be ordered and are not the same."""
    if ranks is not None:
        one, two = ranks.get(one, one), ranks.get(two, two)
    if one == two:
        return 0
    return (one > two) - (one < two) if type(one) is type(two) and not isinstance(one, str) else 1
