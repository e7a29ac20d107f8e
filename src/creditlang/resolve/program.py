"""What the names of a policy stand for.

A `Program` gathers the declarations of a policy and of the files it uses, by canonical name; labels lead to the same
declarations. The tree itself is left alone: facts about it live here, beside it.
"""

from collections.abc import Mapping

from attrs import define, field, frozen

from creditlang.nodes import changed
from creditlang.syntax import tree as t
from creditlang.types import Type


@frozen
class FieldSymbol:
    """A column: its type, and whether a rule may meet it without a value."""

    name: str
    labels: tuple[str, ...]
    type: Type
    node: t.Field

    def part(self, name: str | None) -> t.FieldPart | None:
        """The part of its code that has a name."""
        return next((part for part in self.node.parts if part.name.text == name), None)

    @property
    def may_be_missing(self) -> bool:
        """Optional, and without a default."""
        return (self.node.optional or self.node.if_used) and self.node.default is None


@frozen
class Kind:
    """A kind of record."""

    name: str
    labels: tuple[str, ...]
    fields: Mapping[str, FieldSymbol]
    node: t.Record

    def first(self, type_name: str) -> FieldSymbol | None:
        """The first field of a type, in written order."""
        return next((symbol for symbol in self.fields.values() if symbol.type.name == type_name), None)


@define
class AccountSymbol:
    """A category, score, credit or plain account; `parent` is the category around it."""

    name: str
    labels: tuple[str, ...]
    unit: str | None
    period: str | None
    node: t.Category | t.Credit | t.Account
    parent: str | None = None
    kind: str | None = None
    children: list[str] = field(factory=list)
    items: list[str] = field(factory=list)


@frozen
class ItemSymbol:
    """An item: the account it posts to and the records it reads."""

    name: str
    labels: tuple[str, ...]
    account: str
    kind: str
    node: t.Item


@frozen
class Enumeration:
    """A scale, highest first, or a choice."""

    name: str
    labels: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    ordered: bool
    cites: t.Cites = ()

    def value(self, text: str) -> str | None:
        """The canonical value for a name or label."""
        if text in self.values:
            return text
        return next((name for name, labels in self.values.items() if text in labels), None)


@define
class Program:
    """A policy and the files it uses, by name."""

    policy: t.Policy | None = None
    units: dict[str, t.Unit] = field(factory=dict)
    enumerations: dict[str, Enumeration] = field(factory=dict)
    lets: dict[str, t.Let] = field(factory=dict)
    student_labels: tuple[str, ...] = ()
    person: t.Student | None = None
    """What the people are called, where it is not students."""
    numbers: tuple[str, ...] = ()
    """What the numbers of the people are called."""
    attributes: dict[str, FieldSymbol] = field(factory=dict)
    kinds: dict[str, Kind] = field(factory=dict)
    accounts: dict[str, AccountSymbol] = field(factory=dict)
    items: dict[str, ItemSymbol] = field(factory=dict)
    adjusts: dict[str, t.Adjust] = field(factory=dict)
    tables: dict[str, t.Table] = field(factory=dict)
    facts: dict[str, t.Fact] = field(factory=dict)
    periods: dict[str, t.Period] = field(factory=dict)
    clean_records: dict[str, t.CleanRecord] = field(factory=dict)
    offsets: list[t.Offset] = field(factory=list)
    requires: dict[str, t.Require] = field(factory=dict)
    treats: list[t.Treat] = field(factory=list)
    uniques: list[t.Unique] = field(factory=list)
    readings: list[t.Reading] = field(factory=list)
    references: list[t.Reference] = field(factory=list)
    articles: list[t.Articles] = field(factory=list)
    calendars: list[t.Calendar] = field(factory=list)
    shows: list[t.Show] = field(factory=list)
    shown: tuple[tuple[str, str], ...] = ()
    """What the lines of `shows` name: the namespace (`require`, `account`, `fact`) and the name of each."""
    examples: list[t.Example | t.ExampleTable] = field(factory=list)
    every_example: list[t.Example] = field(factory=list)
    labels: dict[tuple[str, str], str] = field(factory=dict)
    """Canonical names by (namespace, name or label)."""

    @property
    def people(self) -> tuple[str, ...]:
        """What the people are called by name or label, where it is not students."""
        return (self.person.word.text, *self.person.labels) if self.person and self.person.word else ()

    def query_of_people(self, query: t.Query) -> t.Query | None:
        """A query as one over people, if it is one: 驾驶人 的 记分 may name them first."""
        source, value = query.source, query.value
        if source.sort == "student" or (source.sort == "name" and source.name.text in self.people):
            return query
        if source.sort == "name" and isinstance(value, t.Name) and value.text in self.people:
            people = changed(source, name=t.Identifier(value.text, span=value.span), span=value.span)
            return changed(query, source=people, value=t.Name(source.name.text, span=source.name.span))
        return None

    def canonical(self, namespace: str, text: str) -> str | None:
        """The canonical name for a name or label in a namespace."""
        return self.labels.get((namespace, text))

    def account(self, text: str) -> AccountSymbol | None:
        """The account of a name or label."""
        return self.accounts.get(self.canonical("account", text) or "")

    def item(self, text: str) -> ItemSymbol | None:
        """The item of a name or label."""
        return self.items.get(self.canonical("item", text) or "")

    def within(self, account: str) -> tuple[str, ...]:
        """An account and all accounts inside it, in written order."""
        return (account, *(name for child in self.accounts[account].children for name in self.within(child)))
