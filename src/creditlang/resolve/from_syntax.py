"""The arrow from trees to a program: every declared name finds its place.

One pass over the declarations in written order, used files first. A name that is taken is reported and the first
declaration kept. Types of fields and units are looked up once all declarations are known, so order does not matter.
Nothing is evaluated, no expression is read.
"""

from collections.abc import Iterable, Iterator, Mapping

from attrs import fields_dict

from creditlang.diagnostics import Diagnostic, Label, Meant, Phrase, either, report
from creditlang.diagnostics.nearest import NearestNames
from creditlang.nodes import changed
from creditlang.resolve.program import AccountSymbol, Enumeration, FieldSymbol, ItemSymbol, Kind, Program
from creditlang.syntax import tree as t
from creditlang.types import BUILTIN_TYPES, NUMBER, UNKNOWN, Type
from creditlang.words import SORTS


def resolve(modules: Iterable[t.Module]) -> tuple[Program, list[Diagnostic]]:
    """The program that `modules` declare, the policy's own module last, and what is wrong with its names."""
    resolver = _Resolver()
    declarations = [declaration for module in modules for declaration in module.declarations]
    for declaration in declarations:
        resolver.declare(declaration)
    resolver.fill_types(declarations)
    resolver.find_people(declarations)
    resolver.find_periods()
    resolver.fill_items()
    resolver.find_shown()
    return resolver.program, resolver.diagnostics


_NAMED: Mapping[type, tuple[str, str]] = {
    t.Unit: ("unit", "units"), t.Let: ("let", "lets"), t.Adjust: ("adjust", "adjusts"), t.Table: ("table", "tables"),
    t.Fact: ("fact", "facts"), t.Require: ("require", "requires"), t.Period: ("period", "periods"),
    t.Ranking: ("fact", "facts"), t.CleanRecord: ("kind", "clean_records"),
}  # fmt: skip
"""Declarations that have a name: the namespace of it, and where the program keeps them."""
_LISTED: Mapping[type, str] = {
    t.Offset: "offsets", t.Treat: "treats", t.Unique: "uniques", t.Articles: "articles", t.Calendar: "calendars",
    t.Show: "shows",
}  # fmt: skip


_GROUPS = ("attribute", "fact")
"""What people are put in groups by."""


class _Resolver:
    def __init__(self) -> None:
        self.program = Program()
        self.diagnostics: list[Diagnostic] = []
        self.nearest_names = NearestNames()
        self.places: dict[tuple[str, str], t.Identifier] = {}
        self.pending_items: list[tuple[t.Item, str]] = []

    def name(self, namespace: str, name: t.Identifier, labels: Iterable[str] = ()) -> bool:
        """Take `name` and its labels in a namespace; False, with a report, when the name is taken."""
        known = self.places.get((namespace, name.text))
        if known is not None and self.program.labels[namespace, name.text] == known.text:
            self.diagnostics.append(report("CR102", name.span, Label(known.span), name=name.text))
            return False
        for text in (name.text, *labels):
            if (namespace, text) not in self.places or text == name.text:
                self.places[namespace, text] = name
                self.program.labels[namespace, text] = name.text
        return True

    def declare(self, node: t.Line) -> None:
        program = self.program
        if isinstance(node, t.Named) and type(node) in _NAMED:
            space, table = _NAMED[type(node)]
            if self.name(space, node.name, node.labels):
                getattr(program, table)[node.name.text] = node
                program.readings.extend(getattr(node, "readings", ()))
                program.references.extend(getattr(node, "references", ()))
        elif type(node) in _LISTED:
            getattr(program, _LISTED[type(node)]).append(node)
        match node:
            case t.Policy():
                if program.policy is not None:
                    self.diagnostics.append(report("CR112", node.span, Label(program.policy.span)))
                program.policy = node
                program.readings.extend(node.readings)
            case t.Enumeration() if self.name("enumeration", node.name, node.labels):
                program.enumerations[node.name.text] = self.enumeration(node, node.values)
            case t.Category() | t.Credit() | t.Account():
                self.account(node, None, None, None)
            case t.Example(title=None):
                program.every_example.append(node)
            case t.Example() | t.ExampleTable():
                program.examples.append(node)
            case t.Student():
                own = (node.word.text,) if node.word and not node.labels else ()
                program.student_labels = node.labels or own or program.student_labels
                program.numbers = node.numbers or program.numbers
                program.readings.extend(node.readings)
                program.person = program.person or (node if node.word else None)
            case t.Reading():
                program.readings.append(node)
        for line in _remarks(node):
            (program.readings if isinstance(line, t.Reading) else program.references).append(line)  # type: ignore[arg-type]

    def enumeration(self, node: t.Named, values: tuple[t.Value, ...]) -> Enumeration:
        table: dict[str, tuple[str, ...]] = {}
        for value in values:
            if value.name.text in table:
                self.diagnostics.append(report("CR102", value.span, name=value.name.text))
            else:
                table[value.name.text] = value.labels
        ordered = isinstance(node, t.Enumeration) and node.ordered
        return Enumeration(node.name.text, node.labels, table, ordered, node.cites)

    def account(
        self, node: t.Category | t.Credit | t.Account, parent: str | None, unit: str | None, kind: str | None
    ) -> None:
        if not self.name("account", node.name, node.labels):
            return
        unit = node.unit.text if node.unit else unit
        named = getattr(node, "kind", None)
        kind = named.text if named else kind
        name = node.name.text
        named_period: t.PeriodName | None = getattr(node, "period", None)
        inherited = self.program.accounts[parent].period if parent else None
        period = named_period.text if named_period else inherited
        self.program.accounts[name] = AccountSymbol(
            name=name, labels=node.labels, unit=unit, period=period, node=node, parent=parent, kind=kind,
        )  # fmt: skip
        if parent:
            self.program.accounts[parent].children.append(name)
        for line in getattr(node, "lines", ()):
            if isinstance(line, t.Category):
                self.account(line, name, unit, kind)
            elif isinstance(line, t.Item):
                self.pending_items.append((line, name))

    # ---- once every declaration is known
    def find_people(self, declarations: Iterable[t.Line]) -> None:
        """Where a policy has a word of its own for its people, report that it speaks of students all the same; in
        examples its word begins what is said of the person.
        """
        program = self.program
        head, people = program.policy, program.people
        if head is not None and head.applies_to is not None and head.applies_to.text not in people:
            self.unknown("name", head.applies_to, people or ("student",))
        if program.person is None or program.person.word is None:
            return
        examples = (*program.every_example, *program.examples)
        wrong: list[t.Node | None] = [x for x in declarations if isinstance(x, t.Student) and x.word is None]
        wrong += [head.applies] if head is not None and head.applies_to is None else []
        wrong += [example.student and example.student.kind for example in examples if isinstance(example, t.Example)]
        for node in filter(None, wrong):
            word = Meant(people[0], node.span.text.isidentifier())
            self.diagnostics.append(report("CR364", node.span, Label(program.person.word.span), word=word))
        for period in (period for declaration in declarations for period in _years(declaration)):
            self.diagnostics.append(report("CR114", period.span, written=period.span.text, forms=_YEARS))
        others = [x for x in declarations if isinstance(x, t.Student) and x.word and x.word.text != people[0]]
        for other in others:
            self.diagnostics.append(report("CR112", other.span, Label(program.person.word.span)))
        program.every_example = [self.of_person(example) for example in program.every_example]
        program.examples = [self.of_person(x) if isinstance(x, t.Example) else x for x in program.examples]

    def of_person(self, example: t.Example) -> t.Example:
        """An example in which the records of the person are those of the person."""
        own = [record for record in example.records if record.kind.text in self.program.people]
        for again in own[1:]:
            self.diagnostics.append(report("CR112", again.span, Label(own[0].span)))
        records = tuple(record for record in example.records if record not in own)
        return changed(example, student=own[0] if own else None, records=records)

    def find_periods(self) -> None:
        """Report names of periods that are not declared; of what a fact is per, tell periods from attributes."""
        program = self.program
        for name, fact in program.facts.items():
            periods = [group for group in fact.groups if program.canonical("period", group.text)]
            for group in periods[0 if fact.period else 1 :]:
                self.diagnostics.append(report("CR112", group.span))
            for group in fact.groups:
                if group not in periods and not any(program.canonical(space, group.text) for space in _GROUPS):
                    self.unknown("period", group, [x for space in ("period", *_GROUPS) for x in self.names_of(space)])
            if periods:
                groups = tuple(group for group in fact.groups if group not in periods)
                program.facts[name] = changed(fact, period=self.declared(periods[0]), groups=groups)
        nodes = (account.node for account in program.accounts.values())
        written = [getattr(node, "period", None) for node in (*nodes, *program.requires.values(), *program.offsets)]
        parts = [part for node in program.requires.values() for part in node.parts]
        inner = [x for part in parts for x in (part.parts if isinstance(part, t.EnoughParts) else (part,))]
        for period in (*written, *(part.in_each for part in inner)):
            if period is not None and not period.builtin and not program.canonical("period", period.text):
                self.unknown("period", t.Identifier(period.text, span=period.span))
        for account in program.accounts.values():
            account.period = program.canonical("period", account.period or "") or account.period

    def find_shown(self) -> None:
        """What the lines of results name; report what is unknown, or the name of two, or comes twice."""
        program, places = self.program, dict[tuple[str, str], t.Identifier]()
        for written in (name for line in program.shows for name in line.names):
            found = [(space, program.canonical(space, written.text) or "") for space in _SHOWN]
            meant = [(space, name) for space, name in found if name and not self.of_records(space, name)]
            if not meant:
                known = (text for space, text in program.labels if space in _SHOWN)
                near = self.nearest_names.of(written.text, known)
                self.diagnostics.append(report("CR101", written.span, kind=_RESULT, name=written.text, nearest=near))
            elif len(meant) > 1:
                first, second, *_ = sorted((self.places[each].span for each in meant), key=lambda span: span.start)
                self.diagnostics.append(report("CR102", second, Label(first), name=written.text))
            elif meant[0] in places:
                self.diagnostics.append(report("CR112", written.span, Label(places[meant[0]].span)))
            else:
                places[meant[0]] = written
        program.shown = tuple(places)

    def of_records(self, space: str, name: str) -> bool:
        """Whether it is a fact of each record: no result of the person."""
        return space == "fact" and self.program.facts[name].kind is not None

    def declared(self, name: t.Identifier) -> t.PeriodName:
        """A declared period by its name."""
        return t.PeriodName(self.program.canonical("period", name.text) or name.text, False, span=name.span)

    def names_of(self, space: str) -> list[str]:
        """All names and labels of a sort."""
        return [text for known, text in self.program.labels if known == space]

    def fill_types(self, declarations: list[t.Line]) -> None:
        for node in declarations:
            if isinstance(node, t.Student):
                self.program.attributes.update(self.fields(node.fields, "attribute"))
            elif isinstance(node, t.Record) and self.name("kind", node.name, node.labels):
                fields = self.fields(node.fields, f"field of {node.name.text}")
                self.program.kinds[node.name.text] = Kind(node.name.text, node.labels, fields, node)
        for clean in self.program.clean_records.values():
            made = _of_clean_stretches(clean)
            fields = self.fields(made.fields, f"field of {made.name.text}")
            self.program.kinds[made.name.text] = Kind(made.name.text, made.labels, fields, made)
        for account in self.program.accounts.values():
            account.unit = self.unit(account.unit, account.node)

    def unit(self, text: str | None, node: t.Node) -> str | None:
        if text is None:
            return None
        found = self.program.canonical("unit", text)
        if found is None:
            self.unknown("unit", t.Identifier(text, span=(getattr(node, "unit", None) or node).span))
        return found

    def fields(self, nodes: Iterable[t.Field], namespace: str) -> Mapping[str, FieldSymbol]:
        found: dict[str, FieldSymbol] = {}
        for node in nodes:
            if self.name(namespace, node.name, node.labels):
                found[node.name.text] = FieldSymbol(node.name.text, node.labels, self.field_type(node), node)
        for part in (part for symbol in found.values() for part in symbol.node.parts):
            taken = self.places.get((namespace, part.name.text))
            if taken is not None:
                self.diagnostics.append(report("CR102", part.name.span, Label(taken.span), name=part.name.text))
            self.name(f"part of {namespace}", part.name, part.labels)
        return found

    def field_type(self, node: t.Field) -> Type:
        if node.choices:
            name = f"{node.name.text}@{node.span.start}"
            named = t.Named(node.name, node.labels, span=node.span)
            self.program.enumerations[name] = self.enumeration(named, node.choices)
            return Type("value", enumeration=name)
        assert node.type is not None
        builtin = BUILTIN_TYPES.get(node.type.text)
        if builtin is not None:
            return (
                Type("number", decimals=node.decimals) if builtin == NUMBER and node.decimals is not None else builtin
            )
        enumeration = self.program.canonical("enumeration", node.type.text)
        if enumeration:
            return Type("value", enumeration=enumeration)
        self.unknown("type", node.type, (*BUILTIN_TYPES, *self.program.enumerations))
        return UNKNOWN

    def unknown(self, sort: str, name: t.Identifier, candidates: Iterable[str] | None = None) -> None:
        known = candidates or (text for known, text in self.program.labels if known == sort)
        near = self.nearest_names.of(name.text, known)
        self.diagnostics.append(report("CR101", name.span, kind=SORTS[sort], name=name.text, nearest=near))

    def fill_items(self) -> None:
        """Give each item its kind of record: its own, its category's, or the only one that has items."""
        kinds = [name for name, kind in self.program.kinds.items() if kind.first("item")]
        for node, account in self.pending_items:
            named = node.kind.text if node.kind else self.program.accounts[account].kind
            kind = self.program.canonical("kind", named) if named else kinds[0] if len(kinds) == 1 else None
            if kind is None and named:
                place = node.kind or t.Identifier(named, span=node.name.span)
                self.unknown("kind", place)
            elif kind is None:
                self.diagnostics.append(report("CR106", node.name.span, choices=", ".join(kinds or self.program.kinds)))
            elif self.name("item", node.name, node.labels):
                self.program.items[node.name.text] = ItemSymbol(node.name.text, node.labels, account, kind, node)
                self.program.accounts[account].items.append(node.name.text)


_SHOWN = ("require", "account", "fact")
_RESULT = Phrase("requirement, account, fact of a person or ranking", "要求、账户、事实（逐条记录的除外）或排名")
_YEARS = either([Phrase("`calendar year`", "“自然年”"), Phrase("`academic year`", "“学年”")])
"""What a year may be where it is not students that a policy speaks of."""


def _years(part: object) -> Iterator[t.PeriodName]:
    """Every year that does not say which one it is, at any depth."""
    if isinstance(part, tuple):
        for inner in part:
            yield from _years(inner)
    elif isinstance(part, t.PeriodName):
        yield from (part,) if part.builtin and part.span.text.lower() == "year" else ()
    elif isinstance(part, t.Node):
        for name in fields_dict(type(part)):
            yield from _years(getattr(part, name)) if name != "span" else ()


def _of_clean_stretches(node: t.CleanRecord) -> t.Record:
    """The kind of the records that are made for clean stretches: each has the day on which it is made."""
    name, day = t.Identifier("on", span=node.name.span), t.Identifier("date", span=node.name.span)
    on = t.Field(name, ("日期",), day, span=node.span)
    return t.Record(node.name, node.labels, fields=(on,), cites=node.cites, span=node.span)


def _remarks(node: t.Line) -> Iterable[t.Reading | t.Reference]:
    """The readings and references in a body and in the bodies inside it, in written order."""
    for line in getattr(node, "lines", ()):
        if isinstance(line, (t.Reading, t.Reference)):
            yield line
        elif isinstance(line, t.AmountTable):
            yield from line.readings
        else:
            yield from _remarks(line)
