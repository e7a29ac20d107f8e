"""What elaboration knows of the whole program: types of named values, facts and tables, found once and kept.

Named values and facts may refer to each other in any order; each is elaborated when first asked for, and one that asks
for itself is a circle. Diagnostics are collected here.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from attrs import define, field

from creditlang.core import expressions as e
from creditlang.diagnostics import Diagnostic, Label, Phrase, report
from creditlang.diagnostics.nearest import NearestNames
from creditlang.extensions import Extensions
from creditlang.resolve import FieldSymbol, Kind, Program
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.types import ITEM, UNKNOWN, WEEKDAY, Type
from creditlang.words import EXPECTED, SORTS, WEEKDAYS

_EARLIER = ""
"""Stands among the names that are asked for where what follows is read of an earlier period."""
LONGEST_CHAIN = 32
"""How many named values or facts may refer to each other in a row."""


def described(kind: Type) -> Phrase:
    """A type in words."""
    if kind.enumeration:
        name = kind.enumeration.split("@")[0]
        return Phrase(f"a value of “{name}”", f"“{name}”的取值")
    return EXPECTED[kind.name]


def unify(one: Type, two: Type) -> Type | None:
    """The type of a sum: the same unit, a plain number going with any; None when the units differ."""
    if one.unit and two.unit and one.unit != two.unit:
        return None
    return Type("number", one.unit or two.unit, max(one.decimals, two.decimals))


@define
class Scope:
    """The program, and what has been found out about it."""

    program: Program
    diagnostics: list[Diagnostic] = field(factory=list)
    used: set[tuple[str, str]] = field(factory=set)
    nearest_names: NearestNames = field(factory=NearestNames)
    reads: set[tuple[str, str]] = field(factory=set)
    posted: dict[tuple[str, str], set[str | None]] = field(factory=dict)
    """By kind and field that names an account: the units of what is posted there."""
    tables: dict[str, e.Table] = field(factory=dict)
    dimension_types: dict[str, tuple[Type, ...]] = field(factory=dict)
    setting_types: dict[str, Type] = field(factory=dict)
    fact_types: dict[str, Type] = field(factory=dict)
    elaborate_setting: Callable[[str], Type] = lambda name: UNKNOWN
    elaborate_fact: Callable[[str], Type] = lambda name: UNKNOWN
    record_fact_types: dict[str, Type] = field(factory=dict)
    elaborate_record_fact: Callable[[str], Type] = lambda name: UNKNOWN
    group_names: Callable[[str], frozenset[str] | None] = lambda name: None
    """What the groups are made by that a fact is of; None for one of people."""
    asking: list[str] = field(factory=list)
    extensions: Callable[[], Extensions] = Extensions
    recurring: set[str] = field(factory=set)
    """The facts that read their own earlier periods."""
    unscoped: set[str] = field(factory=set)
    """The named values in which a query does not say where it looks."""
    circles: set[frozenset[str]] = field(factory=set)
    silent: int = 0

    def report(self, code: str, where: Span | None, /, *labels: Label, **arguments: object) -> None:
        """Collect a diagnostic."""
        if not self.silent:
            self.diagnostics.append(report(code, where, *labels, **arguments))

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Nothing is reported inside."""
        self.silent += 1
        try:
            yield
        finally:
            self.silent -= 1

    def unknown(
        self, sort: str, name: t.Identifier, candidates: Iterable[str] | None = None, labels: Iterable[Label] = (),
        otherwise: str = "",
    ) -> None:  # fmt: skip
        """Report a name that is not known, with the nearest that is, or what else may have been meant."""
        if not self.silent:
            known = candidates if candidates is not None else (x for space, x in self.program.labels if space == sort)
            close = self.nearest_names.of(name.text, known) or otherwise
            self.report("CR101", name.span, *labels, kind=SORTS[sort], name=name.text, nearest=close)

    def period(self, name: t.PeriodName | None) -> str | None:
        """The kind of period that a name stands for: the code of a built-in one, or the name of a declared one."""
        if name is None or name.builtin:
            return name.text if name is not None else None
        return self.program.canonical("period", name.text) or name.text

    @property
    def people(self) -> Phrase:
        """What the people are called, as a query asks for them."""
        own = self.program.people
        return Phrase(own[0], own[0]) if own else Phrase("student", "学生")

    def date(self, text: str, node: t.Node) -> date | None:
        """A date of the policy; one that no calendar has is reported."""
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.report("CR110", node.span, value=text, expected=EXPECTED["day"])
            return None

    def field_of(self, kind: Kind | None, text: str) -> FieldSymbol | None:
        """A field by name or label."""
        if kind is None:
            return None
        name = self.program.canonical(f"field of {kind.name}", text)
        return kind.fields.get(name or "")

    def value_of(self, kind: Type, text: str) -> str | None:
        """The canonical value for a name or label of a scale, choice, item or account."""
        if kind.name == "item":
            return self.program.canonical("item", text)
        if kind.name == "account":
            return self.program.canonical("account", text)
        if kind == WEEKDAY:
            return next((name for name, words in WEEKDAYS.items() if text.lower() in (name, *words)), None)
        if kind.enumeration:
            return self.program.enumerations[kind.enumeration].value(text)
        return None

    def is_value(self, text: str) -> bool:
        """Whether something can have a value that is called so."""
        kinds = (ITEM, WEEKDAY, *(Type("value", enumeration=name) for name in self.program.enumerations))
        return any(self.value_of(kind, text) is not None for kind in kinds)

    def texts_of(self, kind: Type) -> list[str]:
        """Every name and label of the values of a scale or choice, or of the days of the week."""
        if not kind.enumeration:
            return []
        values = WEEKDAYS if kind == WEEKDAY else self.program.enumerations[kind.enumeration].values
        return [text for name, labels in values.items() for text in (name, *labels)]

    def sums_up(self, account: str) -> bool:
        """Whether an account has a balance over the whole time: all but scores and what is inside them, and credits."""
        symbol = self.program.accounts[account]
        if symbol.parent:
            return self.sums_up(symbol.parent)
        return not isinstance(symbol.node, (t.Score, t.Credit))

    def setting_type(self, name: str) -> Type:
        """The type of a named value."""
        return self._once(name, self.setting_types, self.elaborate_setting, self.program.lets[name])

    def setting(self, name: str) -> tuple[e.Expression, Type]:
        """A named value, and its type."""
        return self._read(e.Read("setting", name), self.setting_type(name))

    def fact_type(self, name: str) -> Type:
        """The type of a fact."""
        return self._once(name, self.fact_types, self.elaborate_fact, self.program.facts[name])

    def record_fact(self, name: str) -> tuple[e.Expression, Type]:
        """A fact of a record, and its type."""
        kind = self._once(name, self.record_fact_types, self.elaborate_record_fact, self.program.facts[name])
        return self._read(e.Value("record fact", name), kind)

    def _read(self, x: e.Expression, kind: Type) -> tuple[e.Expression, Type]:
        """What reads a name. It is not followed where what it stands for is not known: so the core has no circles of
        names, though the policy has, and what walks through what names stand for comes to an end.
        """
        return (x if kind != UNKNOWN else e.Unknown()), kind

    def _once(self, name: str, known: dict[str, Type], find: Callable[[str], Type], node: t.Node) -> Type:
        if name in known:
            return known[name]
        if name in self.asking:
            if _EARLIER in self.asking[self.asking.index(name) :]:
                self.recurring.add(name)
            else:
                self._circle(name, node)
            return UNKNOWN
        if len(self.asking) >= LONGEST_CHAIN:
            self.diagnostics.append(report("CR002", node.span, limit=LONGEST_CHAIN))
            return UNKNOWN  # and found once it is not asked for at the end of so long a chain
        self.asking.append(name)
        silent, self.silent = self.silent, 0
        before, said = set(known), len(self.diagnostics)
        try:
            known[name] = find(name)
            if name in self.recurring:  # it reads its own earlier periods, whose type is known only now
                for other in known.keys() - before - {name}:
                    del known[other]
                del self.diagnostics[said:]
                known[name] = find(name)
                if known[name] == UNKNOWN:
                    self._circle(name, node)
        finally:
            self.asking.pop()
            self.silent = silent
        return known[name]

    def earlier_fact_type(self, name: str) -> Type:
        """The type of a fact of which an earlier period is read; in what asks for it by itself, not known yet."""
        self.asking.append(_EARLIER)
        try:
            return self.fact_type(name)
        finally:
            self.asking.pop()

    def _circle(self, name: str, node: t.Node) -> None:
        start = self.asking.index(name)
        if frozenset(self.asking[start:]) in self.circles:
            return
        if not self.silent:
            self.circles.add(frozenset(self.asking[start:]))
        place = node.name.span if isinstance(node, t.Named) else node.span
        self.report("CR321", place, circle=" → ".join([*filter(None, self.asking[start:]), name]))

    def table(self, name: t.Identifier) -> e.Table | None:
        """A table by name or label."""
        canonical = self.program.canonical("table", name.text)
        if canonical is None:
            self.unknown("table", name)
            return None
        self.used.add(("table", canonical))
        return self.tables.get(canonical)

    def table_type(self, table: e.Table) -> Type:
        """The type of a table's cells."""
        exponents = [cell.as_tuple().exponent for cell in table.cells.values()]
        decimals = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
        return Type("number", None, max(0, decimals))
