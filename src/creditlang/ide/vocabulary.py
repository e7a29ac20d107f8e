"""The names of a compiled policy by what they are, for completion and colours.

Also the words that stand for statuses of requirements, and the semesters of the calendar. Nothing here is about a
student.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from creditlang.core import Policy
from creditlang.driver import Compiled
from creditlang.ide.matching import Index
from creditlang.resolve import FieldSymbol, Program
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import half_width
from creditlang.types import BUILTIN_TYPES, Type

Sort = Literal[
    "unit", "enumeration", "let", "kind", "account", "item", "adjust", "table", "fact", "require", "field", "attribute",
    "value", "type", "status", "semester", "article", "given", "period", "part",
]  # fmt: skip
"""What a name is."""

PLAIN = re.compile(r"[^\W\d]\w*")
"""What may be written as a name without quotation marks."""

_GIVEN = {"enrolled": "在籍", "ended": "已结束", "named": "指名"}
"""What every record, and every semester, can be asked."""

_COLOURED: tuple[Sort, ...] = (
    "account", "item", "kind", "fact", "require", "let", "table", "field", "attribute", "adjust", "unit", "enumeration",
    "value", "period", "part",
)  # fmt: skip


PERSON = "@person"
"""What parts of attributes are of."""


@frozen
class Entry:
    """One name: its labels, what it is and of what (the kind of a field or item, a value's scale or choice)."""

    name: str
    labels: tuple[str, ...]
    sort: Sort
    of: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything that it is called: its name, then what may be written without quotation marks, then the rest."""
        return (self.name, *sorted(self.labels, key=lambda label: not PLAIN.fullmatch(label)))


@frozen(eq=False)
class Vocabulary:
    """The names of one policy."""

    entries: tuple[Entry, ...] = ()
    types: Mapping[tuple[str, str], Type] = field(factory=dict)
    """Types of fields, by kind (empty for attributes) and name."""
    value_types: Mapping[str, Type] = field(factory=dict)
    """Types of facts and named values."""
    account_kinds: Mapping[str, str] = field(factory=dict)
    """The kind of record that the items of an account read, where it says so."""
    offset_kinds: Mapping[str, str] = field(factory=dict)
    """The kind of record by which an offset is asked for."""
    person: str = ""
    """What the people are called, where it is not students; it stands where kinds of records do."""
    known: tuple[str, ...] = ()
    """Names that the lexer needs to cut Chinese."""

    @cached_property
    def by_sort(self) -> Mapping[tuple[Sort, str], Index[Entry]]:
        """The names of each sort, all and those of each kind, scale or choice, ready to be searched."""
        groups: dict[tuple[Sort, str], list[Entry]] = {}
        for entry in self.entries:
            for of in dict.fromkeys(("", entry.of)):
                groups.setdefault((entry.sort, of), []).append(entry)
        return {key: Index([(entry.forms, entry) for entry in group]) for key, group in groups.items()}

    @cached_property
    def by_text(self) -> Mapping[str, tuple[Entry, ...]]:
        """What each name or label stands for."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for form in entry.forms:
                found.setdefault(form, []).append(entry)
        return {text: tuple(group) for text, group in found.items()}

    def find(self, text: str, sort: Sort, of: str = "") -> Entry | None:
        """What a name or label stands for among those of a sort, and of a kind, scale or choice if one is given."""
        found = (entry for entry in self.by_text.get(text, ()) if entry.sort == sort and of in ("", entry.of))
        return next(found, None)

    def canonical(self, text: str, sort: Sort, of: str = "") -> str:
        """The name that a name or label stands for; empty if there is none."""
        entry = self.find(text, sort, of)
        return entry.name if entry else ""

    @cached_property
    def people(self) -> tuple[str, ...]:
        """All that the people are called, where it is not students."""
        entry = self.find(self.person, "kind") if self.person else None
        return entry.forms if entry is not None else ()

    @cached_property
    def only_kind(self) -> str:
        """The kind of record that has items, if there is only one; else empty."""
        kinds = {entry.of for entry in self.entries if entry.sort == "item"}
        return kinds.pop() if len(kinds) == 1 else ""

    def colour(self, text: str) -> Sort | None:
        """What a name most likely is where nothing else tells."""
        sorts = {entry.sort for entry in self.by_text.get(text, ())}
        return next((sort for sort in _COLOURED if sort in sorts), None)

    def warm(self) -> None:
        """Make ready what would otherwise be made while somebody types."""
        for index in self.by_sort.values():
            index.warm()


EMPTY = Vocabulary()


def vocabulary(compiled: Compiled | None) -> Vocabulary:
    """The names of a policy; those that every policy has, if there is none."""
    if compiled is None:
        return Vocabulary(tuple(_everywhere()))
    program, policy, scope = compiled.compilation.program, compiled.policy, compiled.compilation.scope
    types = {("", name): symbol.type for name, symbol in program.attributes.items()}
    for kind in program.kinds.values():
        types |= {(kind.name, name): symbol.type for name, symbol in kind.fields.items()}
    known = {name for source in compiled.sources for name in declared_names(half_width(source.text))}
    return Vocabulary(
        entries=(*_declared(program), *_of_calendar(policy), *_everywhere()),
        types=types,
        value_types={**policy.setting_types, **scope.fact_types, **scope.record_fact_types},
        account_kinds={name: program.canonical("kind", x.kind) or "" for name, x in program.accounts.items() if x.kind},
        offset_kinds={
            x.name.text: program.canonical("kind", x.request.text) or "" for x in program.offsets if x.request
        },
        person=next(iter(program.people), ""),
        known=tuple(sorted(name for name in known if not name.isascii() or " " in name)),
    )


def _declared(program: Program) -> Iterator[Entry]:
    tables: tuple[tuple[Sort, Mapping[str, object]], ...] = (
        ("account", program.accounts), ("kind", program.kinds), ("let", program.lets), ("require", program.requires),
        ("fact", program.facts), ("table", program.tables), ("unit", program.units), ("adjust", program.adjusts),
        ("period", program.periods),
    )  # fmt: skip
    for sort, table in tables:
        yield from (Entry(name, tuple(getattr(symbol, "labels", ())), sort) for name, symbol in table.items())
    yield from (Entry(program.people[0], program.people[1:], "kind") for _ in program.people[:1])
    yield from (Entry(name, item.labels, "item", item.kind) for name, item in program.items.items())
    yield from (Entry(name, (label,), "given") for name, label in _GIVEN.items())
    yield from _fields(program.attributes, "attribute", "")
    for kind in program.kinds.values():
        yield from _fields(kind.fields, "field", kind.name)
    for name, enumeration in program.enumerations.items():
        if "@" not in name:
            yield Entry(name, enumeration.labels, "enumeration")
        yield from (Entry(value, labels, "value", name) for value, labels in enumeration.values.items())


def _fields(symbols: Mapping[str, FieldSymbol], sort: Sort, of: str) -> Iterator[Entry]:
    yield from (Entry(name, symbol.labels, sort, of) for name, symbol in symbols.items())
    parts = (part for symbol in symbols.values() for part in symbol.node.parts)
    yield from (Entry(part.name.text, part.labels, "part", of or PERSON) for part in parts)


def _of_calendar(policy: Policy) -> Iterator[Entry]:
    yield from (Entry(semester.name, semester.labels, "semester") for semester in policy.calendar.semesters)
    yield from (Entry(article, (), "article") for article in policy.articles)


def _everywhere() -> Iterator[Entry]:
    """The built-in types, each with the names it has in both languages, and the statuses of requirements."""
    by_type: dict[Type, list[str]] = {}
    for name, found in BUILTIN_TYPES.items():
        if PLAIN.fullmatch(name):
            by_type.setdefault(found, []).append(name)
    yield from (Entry(names[0], tuple(names[1:]), "type") for names in by_type.values())
    for terminal in ("MET", "UNMET", "OPEN"):
        forms = keywords().forms[terminal]
        yield Entry(forms["en"][0], forms["zh"], "status")
