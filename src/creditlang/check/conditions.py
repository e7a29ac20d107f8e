"""Do lines overlap, leave gaps, or never match? Decided by trying every case that the conditions can tell apart.

The variables of a body's conditions are its fields, balances and facts. A number is tried below, at, between and above
the constants it is compared with, a value of a scale at every value, a yes or no at both, an optional field also when
it is missing; conditions of other forms count as a yes or no of their own. Guards before the body rule cases out.
Bodies with more than `MAXIMUM` combinations are left alone: nothing is claimed about them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

from attrs import define, field, fields_dict, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Phrase, either, report
from creditlang.source import Span
from creditlang.words import ANSWERS, label

MAXIMUM = 4096
_MISSING = "∅"


@frozen
class Alternative:
    """A line that competes with others: its condition and its place."""

    condition: e.Expression | None
    otherwise: bool
    span: Span | None
    dates: tuple[str | None, str | None] = (None, None)


@define
class _Variables:
    """What the conditions of a body depend on, and the values to try."""

    columns: Mapping[str, o.Column]
    attributes: Mapping[str, o.Column]
    cuts: dict[e.Expression, set[Any]] = field(factory=dict)
    values: dict[e.Expression, tuple[Any, ...]] = field(factory=dict)

    def read(self, x: e.Expression | None) -> None:
        """Collect the variables of a condition."""
        match x:
            case e.Logical():
                self.read(x.left)
                self.read(x.right)
            case e.Not():
                self.read(x.operand)
            case e.Compare(ranks=ranks, left=left, right=e.Constant(value=value)) if not isinstance(left, e.Constant):
                self.compared(left, value, ranks)
            case e.OneOf(operand=operand) if all(isinstance(option, e.Constant) for option in x.options):
                for option in x.options:
                    self.compared(operand, option.value, None)  # type: ignore[attr-defined]
            case e.Present(operand=operand):
                self.values.setdefault(operand, ())
                self.cuts.setdefault(operand, set())
            case None | e.Constant():
                pass
            case _:
                self.values[x] = (True, False)

    def compared(self, left: e.Expression, value: Any, ranks: Mapping[str, int] | None) -> None:
        if ranks is not None:
            self.values[left] = tuple(ranks)
        else:
            self.cuts.setdefault(left, set()).add(value)
            self.values.setdefault(left, ())

    def column(self, x: e.Expression) -> o.Column | None:
        if isinstance(x, e.Field):
            return self.columns.get(x.name)
        return self.attributes.get(x.name) if isinstance(x, e.Attribute) else None

    def domain(self, x: e.Expression) -> tuple[Any, ...]:
        """The values to try for a variable."""
        column = self.column(x)
        values = self.values.get(x) or ()
        if not values:
            cuts = self.cuts.get(x, set())
            if column is not None and column.type.enumeration:
                values = tuple(dict.fromkeys((column.values or {}).values()))
            elif column is not None and column.type.name == "yes or no":
                values = (True, False)
            elif all(isinstance(cut, Decimal) for cut in cuts):
                values = _numbers(sorted(cuts), _step(x, column), column)
            else:
                values = (*cuts, "…")
        optional = column is not None and column.optional and column.default is None and not column.if_used
        return (*values, _MISSING) if optional else values


def _step(x: e.Expression, column: o.Column | None) -> Decimal:
    """How far apart two values of a variable are at least."""
    if isinstance(x, (e.CountRecords, e.WeekOf)):
        return Decimal(1)
    return Decimal(1).scaleb(-column.type.decimals) if column is not None else Decimal("0.01")


def _numbers(cuts: Sequence[Decimal], step: Decimal, column: o.Column | None) -> tuple[Decimal, ...]:
    """Below, at, between and above the constants; nothing between two neighbours of a whole number."""
    if not cuts:
        return (Decimal(0),)
    tried = [cuts[0] - step]
    for cut, following in zip(cuts, [*cuts[1:], None], strict=True):
        tried.append(cut)
        if following is None or following - cut > step:
            tried.append(cut + step)
    low = column.minimum if column is not None else None
    high = column.maximum if column is not None else None
    return tuple(x for x in tried if (low is None or x >= low) and (high is None or x <= high))


def holds(x: e.Expression | None, chosen: Mapping[e.Expression, Any]) -> bool:
    """Whether a condition holds for chosen values; one that hangs on a missing value does not."""
    return truth(x, chosen) is True


def truth(x: e.Expression | None, chosen: Mapping[e.Expression, Any]) -> bool | None:
    """Yes, no, or None where a missing value decides."""
    match x:
        case None:
            return True
        case e.Constant():
            return bool(x.value)
        case e.Logical():
            decisive = x.operator == "or"
            left, right = truth(x.left, chosen), truth(x.right, chosen)
            if decisive in (left, right):
                return decisive
            return None if None in (left, right) else not decisive
        case e.Not():
            inner = truth(x.operand, chosen)
            return None if inner is None else not inner
        case e.Present():
            return chosen.get(x.operand) != _MISSING
        case e.Compare(left=left, right=e.Constant(value=value)) if left in chosen:
            return None if chosen[left] == _MISSING else _compared(x.operator, chosen[left], value, x.ranks)
        case e.OneOf() if x.operand in chosen:
            if chosen[x.operand] == _MISSING:
                return None
            return any(chosen[x.operand] == option.value for option in x.options if isinstance(option, e.Constant))
        case _:
            found = chosen.get(x)
            return None if found == _MISSING else found is True


def _compared(operator: str, one: Any, two: Any, ranks: Mapping[str, int] | None) -> bool:
    if ranks is not None:
        one, two = ranks[one], ranks[two]
    if operator in ("=", "!="):
        return bool(one == two) == (operator == "=")
    if type(one) is not type(two):
        return False
    less, equal = bool(one < two), bool(one == two)
    return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[operator]


class Body:
    """The alternatives of one body, and what can be said of them."""

    def __init__(
        self, alternatives: Sequence[Alternative], mode: str, closed: bool, guards: Iterable[tuple[e.Expression, bool]],
        columns: Mapping[str, o.Column], attributes: Mapping[str, o.Column],
    ) -> None:  # fmt: skip
        """`closed` bodies say what happens otherwise; a guard is its condition and what it must be to pass."""
        self.alternatives, self.mode, self.closed = alternatives, mode, closed
        self.variables = _Variables(columns, attributes)
        self.guards = []
        for alternative in alternatives:
            self.variables.read(alternative.condition)
        known = set(self.variables.values)
        for condition, passes in guards:
            trial = _Variables(columns, attributes)
            trial.read(condition)
            if trial.values.keys() <= known:
                self.variables.read(condition)
                self.guards.append((condition, passes))

    def cases(self) -> list[dict[e.Expression, Any]] | None:
        """Every combination to try, or None when there are too many."""
        names = list(self.variables.values)
        domains = [self.variables.domain(name) for name in names]
        size = 1
        for domain in domains:
            size *= max(1, len(domain))
        if size > MAXIMUM:
            return None
        chosen = (dict(zip(names, values, strict=True)) for values in product(*domains))
        return [case for case in chosen if all(holds(condition, case) == passes for condition, passes in self.guards)]

    def findings(self) -> Iterator[Diagnostic]:
        """What is wrong with the body."""
        conditions = [x for x in self.alternatives if not x.otherwise]
        cases = self.cases()
        if cases is None or not conditions or any(_has_unknown(x.condition) for x in self.alternatives):
            return
        matched = [[x for x in conditions if holds(x.condition, case)] for case in cases]
        yield from self._overlaps(cases, matched)
        yield from self._unreachable(conditions, matched)
        yield from self._gaps(cases, matched)

    def _overlaps(
        self, cases: Sequence[Mapping[e.Expression, Any]], matched: Sequence[Sequence[Alternative]]
    ) -> Iterator[Diagnostic]:
        if self.mode != "one":
            return
        told: set[tuple[int, int]] = set()
        for case, lines in zip(cases, matched, strict=True):
            for position, one in enumerate(lines):
                for two in lines[position + 1 :]:
                    pair = (id(one), id(two))
                    if pair not in told and not _apart(one.dates, two.dates):
                        told.add(pair)
                        place = [_label(one.span)] if one.span else []
                        yield report("CR311", two.span, *place, witness=self.witness(case))

    def _unreachable(
        self, conditions: Sequence[Alternative], matched: Sequence[Sequence[Alternative]]
    ) -> Iterator[Diagnostic]:
        reached = {id(x) for lines in matched for x in (lines[:1] if self.mode == "first" else lines)}
        for line in conditions:
            if id(line) not in reached:
                yield report("CR314", line.span)

    def _gaps(
        self, cases: Sequence[Mapping[e.Expression, Any]], matched: Sequence[Sequence[Alternative]]
    ) -> Iterator[Diagnostic]:
        """Cases that no line speaks of: values of a scale are a note, a hole between numbers is a warning.

        Where `otherwise` answers, only the hole is told, since what remains at the ends is what it is for.
        """
        where = self.alternatives[0].span
        unmatched = [case for case, lines in zip(cases, matched, strict=True) if not lines]
        if not unmatched or len(unmatched) == len(cases):
            return
        for name in self.variables.values:
            domain = self.variables.domain(name)
            spoken = {case[name] for case, lines in zip(cases, matched, strict=True) if lines}
            unspoken = [value for value in domain if value not in spoken and value != _MISSING]
            if not unspoken:
                continue
            column = self.variables.column(name)
            if column is not None and column.type.name == "text":
                continue
            if not self.closed and all(isinstance(value, str) for value in domain if value != _MISSING):
                yield report("CR313", where, values=either([self.value(name, value) for value in unspoken]))
                return
            for value in unspoken:
                between = isinstance(value, Decimal) and any(x < value for x in spoken if isinstance(x, Decimal))
                if between and any(x > value for x in spoken if isinstance(x, Decimal)):
                    yield report("CR317" if self.closed else "CR312", where, witness=self.witness({name: value}))
                    return

    # ---- in words
    def witness(self, case: Mapping[e.Expression, Any]) -> Phrase:
        """A case in words."""
        parts = [self.told(name, value) for name, value in case.items()]
        return Phrase(
            ", ".join(str(part) for part in parts) or "always", "，".join(part.zh for part in parts) or "总是"
        )

    def told(self, name: e.Expression, value: Any) -> Phrase:
        column = self.variables.column(name)
        written = next((text for key in _NAMES if (text := getattr(name, key, None))), None)
        called = label(column) if column and column.labels else str(written or "条件")
        written = str(written or "a condition")
        if value == _MISSING:
            return Phrase(f"{written} is missing", f"{called}缺失")
        if isinstance(value, bool):
            answer = ANSWERS["yes" if value else "no"]
            return Phrase(f"{written} is {answer}", f"{called}为{answer.zh}")
        shown = self.value(name, value)
        return Phrase(f"{written} is {shown}", f"{called}为{shown.zh}")

    def value(self, name: e.Expression, value: Any) -> Phrase:
        column = self.variables.column(name)
        texts = (
            [text for text, own in (column.values or {}).items() if own == value and text != value] if column else []
        )
        return Phrase(str(value), texts[0] if texts else str(value))


def _has_unknown(x: object) -> bool:
    """Whether a condition holds something that is in error already."""
    if isinstance(x, e.Unknown):
        return True
    if isinstance(x, tuple):
        return any(map(_has_unknown, x))
    return isinstance(x, e.Expression) and any(_has_unknown(getattr(x, name)) for name in fields_dict(type(x)))


_NAMES = ("name", "account", "what", "kind", "field")


def _label(span: Span) -> Any:
    from creditlang.diagnostics import Label

    return Label(span)


def _apart(one: tuple[str | None, str | None], two: tuple[str | None, str | None]) -> bool:
    """Whether two lines are in force at different times."""
    return bool((one[1] and two[0] and one[1] < two[0]) or (two[1] and one[0] and two[1] < one[0]))


def check_conditions(policy: o.Policy) -> Iterator[Diagnostic]:
    """Overlaps, gaps and lines that never match, in all bodies of a policy."""
    attributes = {column.name: column for column in policy.attributes}
    for rule in policy.rules.values():
        columns = {column.name: column for column in policy.kinds[rule.kind].columns}
        guards: list[tuple[e.Expression, bool]] = []
        for operator in rule.operators:
            if isinstance(operator, o.Guard) and operator.disposition != "pending":
                guards.append((operator.condition, operator.keeps))
            elif isinstance(operator, o.Amount):
                branches = [x for x in operator.branches if x.gather is None]
                lines = [Alternative(x.condition, x.otherwise, x.span, (x.since, x.until)) for x in branches]
                closed = operator.fallback is not None or any(line.otherwise for line in lines)
                yield from Body(lines, operator.mode, closed, guards, columns, attributes).findings()
    decisions = [account.cases for account in policy.accounts.values() if account.cases]
    for decision in (*decisions, *(fact.decision for fact in policy.facts.values())):
        lines = [Alternative(x.condition, x.otherwise, x.span) for x in decision.cases]
        closed = any(line.otherwise for line in lines)
        yield from Body(lines, decision.mode, closed, (), {}, attributes).findings()
