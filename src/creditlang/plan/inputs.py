"""What a line reads of one record and of its person, and what keeps it from being decided by these alone.

A line is *local* when it asks for nothing but fields, the record's day and semester, attributes, named values and
constants. Two records that agree in all that a local line reads have the same from it, so it is worked out once for
each combination of values that occurs. Where a comparison reads what has many values, such as two days, its answer
stands in for them. A line that asks about records of other kinds is local for whoever has none of these, or none with
the same in a field, where it asks for that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from attrs import field, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.parts import expressions
from creditlang.diagnostics import Phrase
from creditlang.interpreter.searches import way_of


@frozen
class Input:
    """Something that is known of a record before any line is done to it."""

    what: Literal["field", "attribute", "on", "semester", "enrolled", "named", "account"]
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.what


class NotLocal(Exception):
    """A line asks for more than a record and its person; `args[0]` is the reason, in both languages."""


@frozen
class Ask:
    """Records of another kind that a line asks about, and which of their fields has to be the same as one of its own
    record for any to be found, if it says so.
    """

    kind: str
    field: str = ""
    same_as: str = ""


@frozen
class Reads:
    """What a line reads: inputs, each by itself, and questions of which only the answer matters."""

    inputs: frozenset[Input] = frozenset()
    answers: tuple[e.Compare | e.Present, ...] = ()
    asks: frozenset[Ask] = frozenset()
    """Records that it asks about; it is local for whoever has none of them."""


@frozen
class Own:
    """What an expression reads by itself, the expressions that it is made of, and the records that it asks about."""

    inputs: tuple[Input, ...] = ()
    parts: tuple[e.Expression, ...] = ()
    asks: tuple[Ask, ...] = ()


def _parts(x: e.Expression, policy: o.Policy) -> Own:
    return Own((), tuple(expressions(x)))


def _read(x: e.Read, policy: o.Policy) -> Own:
    match x.what:
        case "field" | "attribute":
            return Own((Input(x.what, x.name),))
        case "part" | "part of person":
            return Own((Input("field" if x.what == "part" else "attribute", x.name.partition(".")[0]),))
        case "setting":
            dated = policy.settings[x.name]
            return Own(_DAY if len(dated) > 1 else (), tuple(each.value for each in dated))
        case "enrolled":
            return Own((Input("enrolled"), Input("semester")))
        case "ended":
            return Own((Input("semester"),))
        case "named":
            return Own((Input("named"),))
        case "as of":
            return Own()
    raise NotLocal(_OTHERS)


def _value(x: e.Value, policy: o.Policy) -> Own:
    """The balance of an account in the semester or year of the record is a number like any other."""
    if (
        x.sort == "account"
        and isinstance(x.at, e.Here)
        and policy.accounts[x.name].period in (None, "semester", "year")
    ):
        return Own((Input("account", x.name), Input("semester")))
    if x.sort != "record fact":
        raise NotLocal(Phrase(f"it asks for {x.name}, which is worked out before", f"要用到先算出的“{x.name}”"))
    return Own((), (policy.record_facts[x.name],))


def _query(x: e.Query, policy: o.Policy) -> Own:
    """Of whoever has no such records nothing is asked but the time that is looked at."""
    if not isinstance(x.source, e.RecordsOf):
        raise NotLocal(Phrase("it asks about periods or people", "要看各时段或其他人"))
    in_time = any(not isinstance(scope, e.Whole) for scope in x.scopes)
    same = way_of(x).same
    ask = Ask(x.source.kind, *(pair for pairs in same[:1] for pair in pairs))
    there = tuple(e.Present(e.Read("field", asking)) for _, asking in same)  # without it no time is looked at
    return Own(_DAY if in_time else (), (*expressions(x.scopes), *(there if in_time else ())), (ask,))


def _shift(x: e.Shift, policy: o.Policy) -> Own:
    if x.unit in policy.periods:
        raise NotLocal(Phrase(f"it asks for the student's own {x.unit}", f"要用到本人的“{x.unit}”"))
    return Own(_DAY if x.start is None else (), tuple(expressions(x)))


_DAY = (Input("on"), Input("semester"))
_OTHERS = Phrase("it asks about other records of its kind", "要看同类的其他记录")
_OWN: Mapping[type, Callable[[Any, o.Policy], Own]] = {
    e.Constant: _parts, e.Read: _read, e.Value: _value, e.Query: _query, e.Lookup: _parts, e.Call: _parts,
    e.Compare: _parts, e.Present: _parts, e.Logical: _parts, e.Not: _parts, e.Arithmetic: _parts, e.Rounded: _parts,
    e.Cases: _parts, e.Shift: _shift, e.Distance: _parts,
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in e.Expression.__subclasses__()} - {kind.__name__ for kind in _OWN} - {"Unknown"}
assert not _ABSENT, f"expressions of which nothing says what they read: {_ABSENT}"


@frozen
class Reader:
    """Finds what lines about the records of one kind read."""

    policy: o.Policy
    kind: o.RecordKind
    narrow: frozenset[Input] = field(init=False)
    """Inputs of few values: those of lists, yes or no, semesters."""
    _inputs: dict[Any, frozenset[Input]] = field(init=False, factory=dict, eq=False, repr=False)

    @narrow.default
    def _few(self) -> frozenset[Input]:
        few = [Input("semester"), Input("enrolled"), Input("named")]
        few += (Input("field", x.name) for x in self.kind.columns if _has_few(x))
        few += (Input("attribute", x.name) for x in self.policy.attributes if _has_few(x))
        return frozenset(few)

    def reads(self, *parts: Any) -> Reads:
        """What some parts of a line read together. Raises `NotLocal`."""
        found: dict[Input, None] = {}
        answers: dict[e.Compare | e.Present, None] = {}
        asks: dict[Ask, None] = {}
        for part in _expressions(parts):
            self._collect(part, found, answers, asks)
        return Reads(frozenset(found), tuple(x for x in answers if not self.inputs(x) <= found.keys()), frozenset(asks))

    def inputs(self, part: Any) -> frozenset[Input]:
        """All inputs of a part, at any depth. Raises `NotLocal`."""
        if part not in self._inputs:
            found = (each for x in self._all(part) for each in _OWN[type(x)](x, self.policy).inputs)
            self._inputs[part] = frozenset(found)
        return self._inputs[part]

    def parts(self, x: e.Expression) -> tuple[e.Expression, ...]:
        """What an expression is made of, if the values of these alone decide its own; else nothing."""
        own = _OWN[type(x)](x, self.policy)
        return () if own.inputs or own.asks else own.parts

    def _all(self, part: Any) -> Iterator[e.Expression]:
        for x in _expressions(part):
            yield x
            for inner in _OWN[type(x)](x, self.policy).parts:
                yield from self._all(inner)

    def _collect(
        self, x: e.Expression, found: dict[Input, None], answers: dict[e.Compare | e.Present, None],
        asks: dict[Ask, None],
    ) -> None:  # fmt: skip
        own = _OWN[type(x)](x, self.policy)
        if any(ask.kind == self.kind.name for ask in own.asks):
            raise NotLocal(_OTHERS)
        asks.update(dict.fromkeys(own.asks))
        if isinstance(x, (e.Compare, e.Present)) and not self.inputs(x) <= self.narrow:
            answers[x] = None
            found, answers = {}, {}
        found.update(dict.fromkeys(own.inputs))
        for part in own.parts:
            self._collect(part, found, answers, asks)


def _has_few(column: o.Column) -> bool:
    return column.type.enumeration is not None or column.type.name in ("yes or no", "semester", "item", "account")


def _expressions(part: Any) -> Iterable[e.Expression]:
    return (part,) if isinstance(part, e.Expression) else expressions(part)
