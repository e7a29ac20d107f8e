"""The records that could be added for a requirement: of which kinds and items, with which values, on which days."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations, islice, product
from random import Random
from typing import Any, Final

from attrs import field, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import around, within
from creditlang.core.dependencies import reads, references
from creditlang.core.parts import inside
from creditlang.ledger import Record
from creditlang.one_student import period_on
from creditlang.values import low, multiply

MOST_VARIANTS: Final = 180
"""So many combinations of values of one item are tried."""
_MOST_OF_TWO: Final = 60
_MOST_TEXTS: Final = 8
_STEPS_UP: Final = (1, 2, 5, 10, 40)


@frozen
class Addition:
    """A record that could be added."""

    kind: str
    item: str
    """Empty for a kind without items."""
    values: Mapping[str, object] = field(hash=False)
    """Of the fields that decide what it gives, beside its item and its day."""
    day: date
    semester: str | None = None
    """The one that it is about, where that is not the semester of its day."""
    like: frozenset[str] = frozenset()
    """The fields that are as in a record that the student has."""

    @property
    def what(self) -> tuple[str, str]:
        """Its kind and item."""
        return self.kind, self.item


@frozen
class Fillable:
    """A kind of record, or an item of it, that may count for a requirement, and what of the policy reads it."""

    kind: str
    item: str
    read_by: tuple[Any, ...]


def sources(policy: o.Policy, cases: tuple[o.Case, ...]) -> tuple[Fillable, ...]:
    """What the parts of a requirement may be filled from, in the order of the policy: the items that post to accounts
    which they read, at any remove, and the kinds of records that they ask about. What only takes away is left out where
    nothing has to stay below a bound.
    """
    below = any(not case.at_least for case in (*cases, *(inner for case in cases for inner in case.of)))
    accounts, asked = _read(policy, cases)
    found: dict[tuple[str, str], Fillable] = {}
    for name, rule in policy.rules.items():
        goes_anywhere = any(isinstance(x, o.Post) and x.field for x in rule.operators)
        if (rule.account in accounts or goes_anywhere) and (below or policy.sign_of(name) >= 0):
            found[rule.kind, name] = _item(policy, name)
    for move in policy.moves:
        if move.target in accounts or (below and set(move.sources) & accounts):
            found.setdefault((move.kind, ""), Fillable(move.kind, "", (move,)))
    for kind in asked:
        queries = asked[kind]
        items = {
            x.right.value
            for query in queries
            for x in references(query, e.Compare)
            if isinstance(x.right, e.Constant) and x.left == e.Read("field", policy.kinds[kind].item_field or "")
        }
        of_kind = [name for name, rule in policy.rules.items() if rule.kind == kind]
        for item in [x for x in policy.rules if x in items] or of_kind or [""]:
            known = found.get((kind, item)) or (_item(policy, item) if item else None)
            found[kind, item] = Fillable(kind, item, (*(known.read_by if known else ()), *queries))
    return tuple(x for x in found.values() if x.kind in policy.given_kinds)


def givers(policy: o.Policy, some: Iterable[Fillable]) -> Iterator[Fillable]:
    """The items from whose accounts requests among some sources take."""
    named = {name for source in some for move in source.read_by if isinstance(move, o.Move) for name in move.sources}
    accounts = {inner for name in named for inner in within(policy.accounts, name)}
    for name, rule in policy.rules.items():
        if rule.account in accounts and policy.sign_of(name) >= 0 and rule.kind in policy.given_kinds:
            yield _item(policy, name)


def _item(policy: o.Policy, name: str) -> Fillable:
    rule = policy.rules[name]
    bodies = [policy.accounts[x].operators for x in (rule.account, *around(policy.accounts, rule.account))]
    return Fillable(rule.kind, name, (rule.where, rule.operators, *bodies))


def _read(policy: o.Policy, cases: tuple[o.Case, ...]) -> tuple[set[str], dict[str, list[e.Query]]]:
    """The accounts that something reads, at any remove, and the questions about records of each kind."""
    accounts: set[str] = set()
    asked: dict[str, list[e.Query]] = {}
    seen: set[tuple[str, str]] = set()
    waiting: list[Any] = [cases]
    while waiting:
        for one in inside(waiting.pop()):
            if isinstance(one, e.Query) and isinstance(one.level, e.CountedIn):
                waiting += _account(policy, one.level.account, accounts)
            if isinstance(one, e.Query) and isinstance(one.source, e.RecordsOf):
                asked.setdefault(one.source.kind, []).append(one)
            if not isinstance(one, e.Value) or (one.sort, one.name) in seen:
                continue
            seen.add((one.sort, one.name))
            match one.sort:
                case "account":
                    waiting += _account(policy, one.name, accounts)
                case "record fact":
                    waiting.append(policy.record_facts[one.name])
                case "requirement":
                    waiting.append(policy.requirements[one.name].cases)
                case _:
                    waiting.append(policy.facts[one.name])
    return accounts, asked


def _account(policy: o.Policy, name: str, accounts: set[str]) -> list[Any]:
    """Note an account, all inside it and what flows over into it; what these are worked out from."""
    new = [x for x in within(policy.accounts, name) if x not in accounts]
    accounts.update(new)
    parts: list[Any] = [(policy.accounts[x].decide, policy.accounts[x].operators) for x in new]
    for other in policy.accounts.values():
        if other.name not in accounts and any(set(part[1:]) & set(new) for part in other.diverts):
            parts += _account(policy, other.name, accounts)
    return parts


def variants(
    policy: o.Policy, source: Fillable, more: int, failed: tuple[Record, ...] = ()
) -> list[Mapping[str, object]]:  # fmt: skip
    """The values that a record of a source may have in the fields that are asked about it: all of a list, a number at
    and around those that it is compared with, the texts of the records that `failed`, for what is done again. Of the
    fields that may be missing, and of the answers that go without saying, `more` are given another value too. Of very
    many combinations some are taken, always the same.
    """
    kind = policy.kinds[source.kind]
    names = fields_asked(policy, (*source.read_by, *kind.guards))
    own = fields_asked(policy, source.read_by)
    certain: list[list[tuple[str, object]]] = []
    others: list[list[tuple[str, object]]] = []
    for column in kind.columns:
        if column.name in _placing(kind) or column.name not in names:
            continue
        domain = list(_domain(policy, column, source, failed))
        told = [(column.name, value) for value in domain if value != column.default]
        if column.needed or column.if_used:
            certain.append([(column.name, value) for value in domain])
        elif column.name in own and told:
            others.append(told)
    found: list[Mapping[str, object]] = [
        dict((*base, *extra))
        for chosen in combinations(others, more)
        for extra in islice(product(*chosen), _MOST_OF_TWO)
        for base in islice(product(*certain), MOST_VARIANTS)
    ]
    return found if len(found) <= MOST_VARIANTS else Random(0).sample(found, MOST_VARIANTS)


def done_again(
    policy: o.Policy, source: Fillable, failed: Iterable[Record], day: date
) -> Iterator[Addition]:  # fmt: skip
    """Records like those that failed, with one of the values that are asked about changed."""
    kind = policy.kinds[source.kind]
    asked = fields_asked(policy, (*source.read_by, *kind.guards))
    for record in failed:
        base = values_like(policy, source, record)
        for column in kind.columns:
            if column.name in asked and column.type.name != "text" and column.name not in _placing(kind):
                for value in _domain(policy, column, source, ()):
                    values = {**base, column.name: value}
                    yield Addition(source.kind, source.item, values, day, None, frozenset(base) - {column.name})


def values_like(policy: o.Policy, source: Fillable, record: Record, anew: bool = False) -> Mapping[str, object]:
    """The values of a record in the fields that are asked about; texts and days `anew`, if they are to be others."""
    kind = policy.kinds[source.kind]
    asked = fields_asked(policy, (*source.read_by, *kind.guards))
    return {
        column.name: ANEW if column.type.name == "date" or (anew and column.type.name == "text") else value
        for column in kind.columns
        if column.name in asked and column.name not in _placing(kind)
        if (value := record.values.get(column.name)) is not None and value != column.default
    }


def _placing(kind: o.RecordKind) -> tuple[str | None, ...]:
    return kind.item_field, kind.date_field, kind.semester_field


def fields_asked(policy: o.Policy, parts: Any) -> set[str]:
    """The fields of a record that something reads, also through facts of the record."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [parts]
    while waiting:
        part = waiting.pop()
        found.update(x.name.partition(".")[0] for x in reads(part, "field", "this", "part"))
        for one in inside(part):
            if isinstance(one, o.Group):
                found.update(one.fields)
            elif isinstance(one, (o.Post, o.Move)):
                own = (getattr(one, name, None) for name in ("field", "source_field", "amount_field"))
                found.update(x for x in own if x)
            elif isinstance(one, e.Value) and one.sort == "record fact" and one.name not in seen:
                seen.add(one.name)
                waiting.append(policy.record_facts[one.name])
    return found


def _domain(
    policy: o.Policy, column: o.Column, source: Fillable, failed: tuple[Record, ...]
) -> Iterator[object]:  # fmt: skip
    parts = (*source.read_by, *policy.kinds[source.kind].guards)
    match column.type.name:
        case "account" if any(isinstance(part, o.Move) for part in source.read_by):
            for move in (part for part in source.read_by if isinstance(part, o.Move)):
                yield from move.sources
        case "value" | "account" | "item":
            yield from dict.fromkeys((column.values or {}).values())
        case "yes or no":
            yield from (column.default, not column.default) if column.default is not None else (True, False)
        case "number":
            yield from _numbers(policy, column, parts)
        case "text":
            own = [x.values[column.name] for x in failed if x.values.get(column.name) is not None]
            yield from list(dict.fromkeys(own))[:_MOST_TEXTS]
            yield any_value(column)
        case _:
            yield any_value(column)


def _numbers(policy: o.Policy, column: o.Column, parts: Any) -> Iterator[Decimal]:
    """Numbers at the bounds that a field is compared with, also in facts of the record, and above."""
    own = e.Read("field", column.name)
    found = {column.minimum or Decimal(0), Decimal(1)}
    facts = {x.name for x in inside(parts) if isinstance(x, e.Value) and x.sort == "record fact"}
    for one in inside((*parts, *(policy.record_facts[name] for name in facts))):
        match one:
            case e.Compare(left=left, right=right) if own in (left, right):
                found.update(_constants(policy, right if left == own else left))
            case o.Full(size=size, measure=measure) if own in inside(measure):
                found.add(size)
            case o.Move(amount_field=name, limit=limit) if name == column.name:
                found.update(_constants(policy, limit))
            case e.Lookup(table=table, keys=keys) if own in keys:
                bands = table.bands.get(table.dimensions[keys.index(own)], {})
                found.update(x for band in bands.values() for x in (band.low, band.high) if x.is_finite())
    top = max(found)
    found.update(low(multiply(top, Decimal(factor))) for factor in _STEPS_UP)
    least = column.minimum or Decimal(0)
    yield from sorted(x for x in found if x >= least and (column.maximum is None or x <= column.maximum))


def _constants(policy: o.Policy, part: Any) -> Iterator[Decimal]:
    """The numbers that an expression names, those that the policy has given a name included."""
    for one in inside(part):
        if isinstance(one, e.Constant) and isinstance(one.value, Decimal):
            yield one.value
        elif isinstance(one, e.Read) and one.what == "setting":
            for value in policy.settings.get(one.name, ()):
                yield from _constants(policy, value.value)


def any_value(column: o.Column) -> object:
    """What stands in a field on which nothing depends; a text and a day are made when the record is."""
    match column.type.name:
        case "number":
            return column.minimum or Decimal(0 if column.maximum is not None and column.maximum < 1 else 1)
        case "yes or no":
            return True
        case "value" | "account" | "item":
            return next(iter((column.values or {"": ""}).values()))
        case name:
            return ANEW if name in ("text", "date", "semester") else ""


ANEW: Final = "*"
"""Stands for a text that no other record has, or for the day or semester of the record."""


def values_of(policy: o.Policy, one: Addition, text: str) -> dict[str, object]:
    """All fields of the record; `text` stands where a text has to that no other record has."""
    kind = policy.kinds[one.kind]
    values: dict[str, object] = {}
    for column in kind.columns:
        value: object = one.values.get(column.name, any_value(column) if column.needed else None)
        if column.name == kind.item_field:
            value = one.item
        elif column.name == kind.semester_field and (one.semester or kind.date_field is None or value == ANEW):
            value = one.semester or period_on(policy, "semester", one.day)
        elif column.type.name == "date" and (column.name == kind.date_field or value == ANEW or one.semester):
            value = one.day  # what is about a semester that is over is filed on its day, not left open
        elif value == ANEW:
            value = text
        if value is not None:
            values[column.name] = value
    return values
