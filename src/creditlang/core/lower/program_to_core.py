"""The arrow from a program to the core: a compiled policy, or what is wrong with it.

Sugar goes here and nowhere else. Declarations are elaborated one by one; an error in one leaves the others alone. The
result is immutable, holds no tree, and can be evaluated only when there was no error.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain, pairwise, takewhile

from attrs import evolve, fields_dict

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.articles import article_range
from creditlang.core.dependencies import Node, Order, reads, references, references_of, searched, worked_out
from creditlang.core.later_records import untouched_by_later
from creditlang.core.lower.adjustment_lines import ONE
from creditlang.core.lower.among_people import AmongPeople
from creditlang.core.lower.body_lines import Bodies
from creditlang.core.lower.calendar_periods import build_calendar, build_period
from creditlang.core.lower.elaborate import Context, Elaborator
from creditlang.core.lower.line_parts import as_written, asks_missing, asks_presence
from creditlang.core.lower.line_places import CONTAINERS
from creditlang.core.lower.period_kinds import lies_in
from creditlang.core.lower.printed_tables import ONE_OR_TWO, build_table, dimension_type
from creditlang.core.lower.scope import Scope
from creditlang.core.people_passes import later_read, needs, stages
from creditlang.core.period_uses import goes_by_calendar
from creditlang.core.scales import Scales
from creditlang.diagnostics import Diagnostic, Label, Phrase
from creditlang.diagnostics.person_words import PersonWord, plural
from creditlang.extensions import Extensions
from creditlang.frozen_mapping import FrozenMapping
from creditlang.nodes import changed
from creditlang.resolve import AccountSymbol, FieldSymbol, ItemSymbol, Kind, Program
from creditlang.source import Span
from creditlang.syntax import tree as t
from creditlang.types import UNKNOWN, WHOLE, Type
from creditlang.values import MOST_DIGITS
from creditlang.words import PERIODS

MOST_PASSES = 3
"""How often all people may be gone through, so that what they are together can be read."""
MOST_DEPTH = 250
"""The deepest that a named value may be, with what it refers to."""


def compile_program(
    program: Program, texts: Iterable[str] = (), extensions: Callable[[], Extensions] = Extensions
) -> tuple[o.Policy, "Compilation"]:
    """The core of `program`; the compilation keeps the diagnostics and what the checker asks for.

    `texts` are the sources, in order, from which the policy's fingerprint is made. `extensions` is asked only when the
    policy names a function or a calendar.
    """
    compilation = Compilation(program, extensions)
    policy = compilation.policy("".join(texts))
    found = Scales(policy)
    for place, digits in found.too_long.items():
        where = compilation.place_of(((place, place),)) if isinstance(place, str) else place
        compilation.scope.report("CR213", where, digits=digits, limit=MOST_DIGITS)
    sizes = {**found.facts, **found.accounts}
    scales = {name: size.decimals for name, size in sizes.items()}
    policy = evolve(policy, scales=scales, searched=searched(policy), by_calendar=goes_by_calendar(policy))
    return policy, compilation


class Compilation:
    """One run of the arrow."""

    def __init__(self, program: Program, extensions: Callable[[], Extensions] = Extensions) -> None:
        self.program = program
        self.scope = Scope(program, extensions=extensions)
        self.elaborator = Elaborator(self.scope)
        self.bodies = Bodies(self.scope, self.elaborator)
        self.among = AmongPeople(self.scope, self.elaborator, self.bodies)
        self.rules: dict[str, o.Rule] = {}
        self.facts: dict[str, o.Decide] = {}
        self.record_facts: dict[str, e.Expression] = {}
        self.settings: dict[str, tuple[o.DatedValue, ...]] = {}
        self.guards: dict[str, tuple[o.Keep, ...]] = {}
        self.scope.elaborate_setting = self.setting
        self.scope.elaborate_fact = self.fact
        self.scope.elaborate_record_fact = self.record_fact

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was found, in the order of the stages."""
        return self.scope.diagnostics

    def policy(self, text: str) -> o.Policy:
        """Elaborate everything."""
        program = self.program
        self.bodies.articles = self.article_names()
        for table in program.tables.values():
            self.table(table)
        for name in program.lets:
            self.scope.setting_type(name)
        head = program.policy
        applies = self.elaborator.condition(head.applies, Context()) if head and head.applies else None
        calendars, enumerations = program.calendars, program.enumerations.values()
        for cites in (head.cites if head else (), *(x.cites for x in calendars), *(x.cites for x in enumerations)):
            self.bodies.article(cites)
        self.check_depth()
        self.kind_guards()
        for item in program.items.values():
            self.rules[item.name] = self.rule(item)
        for name, declared in program.facts.items():
            if declared.kind is None:
                self.scope.fact_type(name)
            else:
                self.scope.record_fact(name)
        periods = {
            name: build_period(self.scope, self.elaborator, node, self.bodies.article(node.cites))
            for name, node in program.periods.items()
        }
        self.check_early()
        self.check_references()
        accounts = self.guards_first({name: self.account(symbol) for name, symbol in program.accounts.items()})
        moves = tuple(move for move in map(self.move, program.offsets) if move is not None)
        requirements = {name: self.requirement(node) for name, node in program.requires.items()}
        uniques = tuple(self.unique(node) for node in program.uniques)
        kinds = {name: self.kind(kind) for name, kind in program.kinds.items()}
        found = Order(
            kinds=kinds,
            accounts=accounts,
            rules=self.rules,
            facts=self.facts,
            record_facts=self.record_facts,
            moves=moves,
            requirements=requirements,
            uniques=uniques,
            periods=periods,
        )
        order, circle = found.find()
        recurrences = tuple(self.recurrence(nodes, accounts, requirements) for nodes in found.recurrences)
        if circle:
            self.scope.report("CR321", self.place_of(circle), circle=_told(circle))
        for name, kind in kinds.items():
            for guard in kind.guards:
                if ("kind", name) in found.reads(guard.condition):
                    self.scope.report("CR322", guard.span, kind=name)
        lines = [line for rule in self.rules.values() for line in rule.operators]
        for line in dict.fromkeys((*lines, *(line for account in accounts.values() for line in account.operators))):
            if isinstance(line, o.Keep) and line.otherwise == "invalid" and found.looks_around(line.condition):
                self.scope.report("CR323", line.span)
        in_pass = stages(found, order)
        together = [name for name, fact in self.facts.items() if in_pass and fact.among_others]
        self.check_passes(found, in_pass, together)
        policy = o.Policy(
            identifier=head.identifier if head else "policy",
            title=(head.title or "") if head else "",
            issuer=(head.issuer or "") if head else "",
            applies=applies,
            since=head.since if head else None,
            until=head.until if head else None,
            student_labels=program.student_labels,
            person=PersonWord.declared(program.people, program.numbers),
            unit_labels={
                name: others[0]
                for name, node in program.units.items()
                if (others := [text for text in node.labels if text != plural(name)])
            },
            attributes=tuple(map(self.column, program.attributes.values())),
            kinds=kinds,
            periods=periods,
            settings=self.settings,
            setting_types=self.scope.setting_types,
            setting_labels={text: name for (space, text), name in program.labels.items() if space == "let"},
            record_fact_labels={
                text: name
                for (space, text), name in program.labels.items()
                if space == "fact" and name in self.record_facts
            },
            table_labels={text: name for (space, text), name in program.labels.items() if space == "table"},
            choices={name: FrozenMapping(x.values) for name, x in program.enumerations.items()},
            accounts=accounts,
            rules=self.rules,
            facts=self.facts,
            record_facts=self.record_facts,
            moves=moves,
            requirements=requirements,
            treats=self.treats(),
            uniques=uniques,
            calendar=build_calendar(self.scope),
            readings=self.readings(),
            objections=tuple(
                o.Objections(x.texts, self.bodies.article(x.cites)) for x in (head.objections if head else ())
            ),
            articles=self.bodies.articles,
            without_rule=self.without_rule(),
            order=order,
            shown=program.shown,
            recurrences=recurrences,
            stages=in_pass,
            needs={name: needs(found, name) for name in together},
            tables=(*self.scope.tables.values(), *self.bodies.printed),
            article_of=self.articles_of_the_rest(),
            fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        )
        earlier = {x.name for x in references_of(policy, e.Value) if e.of_another_run(x.at)}
        if not earlier:
            return policy
        untouched = frozenset(name for name in earlier if untouched_by_later(policy, name))
        return evolve(policy, behind={name: found.behind(name, order) for name in sorted(earlier)}, untouched=untouched)

    def check_passes(self, found: Order, in_pass: Mapping[tuple[str, str], int], together: Iterable[str]) -> None:
        """Report what reads a rank before there is one, and rankings that stand on more others than may be."""
        for (sort, name), stage in in_pass.items():
            if stage > 1 and sort not in ("fact", "credit", "require", "recurrence"):
                reader, read = later_read(found, (sort, name), in_pass)
                self.scope.report("CR361", self.place_of(((reader, read),)), reader=reader, read=read)
        for name in together:
            if in_pass["fact", name] >= MOST_PASSES:
                passes = in_pass["fact", name] + 1
                span = self.program.facts[name].name.span
                self.scope.report("CR362", span, name=name, passes=str(passes), most=str(MOST_PASSES))

    def place_of(self, circle: tuple[tuple[str, str], ...]) -> "Span | None":
        """Where a name of a circle is declared."""
        program = self.program
        for name, _ in circle:
            symbol = program.items.get(name) or program.accounts.get(name) or program.kinds.get(name)
            node: t.Named | None = symbol.node if symbol else program.facts.get(name) or program.lets.get(name)
            if node is not None:
                return node.name.span
        return None

    # ---- values
    def setting(self, name: str) -> Type:
        node = self.program.lets[name]
        values, kind, of_days = [], UNKNOWN, dict[str | None, t.DatedValue]()
        for position, dated in enumerate(node.values):
            context = Context(placed=False)
            value, found = self.elaborator.expression(dated.value, context, None if not position else kind)
            if position:
                self.elaborator.same(found, kind, dated.value)
            else:
                kind = found
            self.bodies.article(dated.cites)
            if (same_day := of_days.setdefault(dated.since, dated)) is not dated:
                self.scope.report("CR112", dated.span, Label(same_day.span))
            values.append(o.DatedValue(dated.since, value))
        values.sort(key=lambda dated: dated.since or "")
        for other in node.printed:
            _, found = self.elaborator.expression(other.value, Context(placed=False), kind)
            self.elaborator.same(found, kind, other.value)
            self.bodies.article(other.cites)
        self.bodies.article(node.cites)
        self.settings[name] = tuple(values)
        return kind

    def check_early(self) -> None:
        """Report what is asked before anything is worked out: which rule takes a record, who is enrolled."""
        where = Phrase("a condition that is asked before anything is worked out", "计算之前就要判断的条件")
        asked: list[tuple[Span | None, Iterable[e.Expression]]]
        asked = [(rule.span, worked_out(rule.where)) for rule in self.rules.values()]
        for name, guards in self.guards.items():
            if self.program.kinds[name].node.enrolment:
                for x in guards:
                    early = (worked_out(x.condition), references(x.condition, e.Query), reads(x.condition, "enrolled"))
                    asked.append((x.span, chain(*early)))
        for span, found in asked:
            if any(not isinstance(x, e.Value) or x.sort != "record fact" for x in found):
                self.scope.report("CR103", span, container=where)

    def guards_first(self, accounts: dict[str, o.Account]) -> dict[str, o.Account]:
        """The guards at the head of a category or score, put before the lines of all its items."""
        found = dict(accounts)
        for name in reversed(accounts):
            operators = accounts[name].operators
            head = tuple(takewhile(_is_guard, operators))
            for inner in self.program.within(name) if head else ():
                for item in accounts[inner].items:
                    self.rules[item] = changed(self.rules[item], operators=(*head, *self.rules[item].operators))
            found[name] = changed(accounts[name], operators=operators[len(head) :])
        return found

    def recurrence(
        self, nodes: tuple[Node, ...], accounts: Mapping[str, o.Account], requirements: Mapping[str, o.Decide]
    ) -> o.Recurrence:
        """What is worked out period by period; what cannot be is reported."""
        decided = {**{("fact", name): x.period for name, x in self.facts.items()}}
        decided |= {("require", name): x.period for name, x in requirements.items()}
        decided |= {(sort, name): x.period for name, x in accounts.items() for sort in ("credit", "items", "tree")}
        period = next((decided[node] for node in nodes if decided.get(node)), "") or ""
        first = next((name for sort, name in nodes if sort in ("fact", "credit", "require")), nodes[0][1])
        for sort, name in nodes:
            fits = decided.get((sort, name)) == period and not (sort == "fact" and self.facts[name].among_others)
            if sort in ("items", "tree") and fits:
                fits = all(self.stays_inside(inner, period, accounts) for inner in self.program.within(name))
            if not fits:
                called = PERIODS.get(period, Phrase(period, period))
                where = self.place_of(((first, ""),))
                self.scope.report("CR327", where, name=first, period=called, other=name or sort)
                break
        return o.Recurrence(period, nodes)

    def stays_inside(self, name: str, period: str, accounts: Mapping[str, o.Account]) -> bool:
        """Whether everything that is done to the entries of an account keeps within each period of a kind."""
        account = accounts[name]
        operators = [*account.operators, *(x for item in account.items for x in self.rules[item].operators)]
        groups = [x.group for x in operators if isinstance(x, o.Limit) or (isinstance(x, o.Keep) and x.sides)]
        groups += [x.group for x in operators if isinstance(x, o.Rescale) and x.ordinal is not None]
        cases = [case for x in operators if isinstance(x, o.Amount) for case in x.cases]
        groups += [case.full.group for case in cases if case.full is not None]
        groups += [o.Group(case.together[:1]) for case in cases if case.together is not None]
        leaves = any(isinstance(x, o.Move) or (isinstance(x, o.Post) and (x.field or x.day)) for x in operators)
        inside = all(group is None or any(lies_in(self.program, x, period) for x in group.periods) for group in groups)
        return account.period == period and inside and not leaves

    def check_depth(self) -> None:
        """Refuse named values that are deeper, through the names they refer to, than a walk can go.

        They were elaborated inner ones first, so each finds what it refers to.
        """
        deep: dict[str, int] = {}
        for name, values in self.settings.items():
            deep[name] = max((depth_of(dated.value, deep) for dated in values), default=0)
            if deep[name] > MOST_DEPTH:
                self.scope.report("CR002", self.program.lets[name].span, limit=MOST_DEPTH)

    def table(self, node: t.Table) -> None:
        name = node.name.text
        rows, count = node.rows, len(node.dimensions)
        first = [row.cells[0] for row in (rows if count == 1 else rows[1:]) if row.cells]
        labels = [first, list(rows[0].cells)] if count == 2 and rows else [first]
        kinds = [
            dimension_type(self.scope, dimension.text, cells)
            for dimension, cells in zip(node.dimensions, labels, strict=False)
        ]
        names = [dimension.text for dimension in node.dimensions]
        if len(kinds) != count:
            self.scope.report("CR206", node.span, table=name, needed=ONE_OR_TWO, given=count)
            return
        self.scope.tables[name] = build_table(self.scope, name, kinds, names, rows, node.span)
        self.scope.dimension_types[name] = tuple(kinds)
        self.bodies.article(node.cites)

    # ---- data
    def column(self, symbol: FieldSymbol) -> o.Column:
        node, kind = symbol.node, symbol.type
        default: object = None
        self.bodies.article(node.cites)
        if any(bound is not None for bound in (node.minimum, node.maximum, node.decimals)):
            self.elaborator.need(kind, "number", node.type or node)
        if node.parts:
            self.elaborator.need(kind, "text", node.type or node)
        if node.default is not None:
            value, found = self.elaborator.expression(node.default, Context(), kind)
            self.elaborator.same(found, kind, node.default)
            if isinstance(value, e.Constant):
                default = value.value
                self.check_default(default, node)
            elif not isinstance(value, e.Unknown):
                wanted = Phrase("a plain value", "具体的值")
                self.scope.report("CR110", node.default.span, value=node.default.span.text, expected=wanted)
        if node.minimum is not None and node.maximum is not None:
            self.bodies.check_range(e.Constant(node.minimum), e.Constant(node.maximum), node.span)
        return o.Column(
            name=symbol.name, labels=symbol.labels, type=kind, optional=node.optional or node.default is not None,
            if_used=node.if_used, default=default, minimum=node.minimum, maximum=node.maximum,
            values=self.values_of(kind), parts=tuple((x.name.text, x.type.text == "whole number") for x in node.parts),
        )  # fmt: skip

    def check_default(self, default: object, node: t.Field) -> None:
        """What fills an empty cell has to be what a cell may hold."""
        low, high = node.minimum, node.maximum
        if isinstance(default, Decimal) and (
            (low is not None and default < low) or (high is not None and default > high)
        ):
            assert node.default is not None
            wanted = Phrase("a value within the bounds of the column", "在该列上下限之内的值")
            self.scope.report("CR110", node.default.span, value=node.default.span.text, expected=wanted)

    def values_of(self, kind: Type) -> Mapping[str, str] | None:
        """Canonical values by name and label, for what is chosen from a list."""
        if kind.enumeration:
            values = self.program.enumerations[kind.enumeration].values
            return {text: name for name, labels in reversed(list(values.items())) for text in (*labels, name)}
        if kind.name in ("item", "account"):
            return {text: name for (space, text), name in self.program.labels.items() if space == kind.name}
        return None

    def kind(self, kind: Kind) -> o.RecordKind:
        first = {sort: kind.first(sort) for sort in ("item", "date", "semester")}
        names = {sort: symbol.name if symbol else None for sort, symbol in first.items()}
        group, membership = self.group_of(kind)
        clean = self.program.clean_records.get(kind.name)
        return o.RecordKind(
            name=kind.name, labels=kind.labels, columns=tuple(self.columns(kind)), group=group,
            enrolment=kind.node.enrolment, membership=membership, guards=self.guards[kind.name],
            item_field=names["item"], date_field=names["date"], semester_field=names["semester"],
            clean=self.clean_stretch(clean) if clean is not None else None,
        )  # fmt: skip

    def columns(self, kind: Kind) -> Iterator[o.Column]:
        """Those of a kind. What names the account that entries are posted to names one that adds up its entries, in
        their unit: in a credit, or in an account that others go to, they would be lost.
        """
        accounts = self.program.accounts
        for symbol in kind.fields.values():
            column = self.column(symbol)
            if units := self.scope.posted.get((kind.name, symbol.name)):
                named = (column.values or {}).items()
                may = {x.name for x in accounts.values() if isinstance(x.node, t.Category) and {x.unit} == units}
                column = changed(column, values={text: name for text, name in named if name in may})
            yield column

    def group_of(self, kind: Kind) -> tuple[str | None, str | None]:
        """The field or attribute of the group that a kind's records fall on, and the kind that tells who belongs."""
        node = kind.node
        if node.group is None:
            return None, None
        if node.membership is None:
            found = self.program.canonical("attribute", node.group.text)
            if found is None:
                self.scope.unknown("field", node.group, self.program.attributes)
            return found, None
        members = self.program.canonical("kind", node.membership.text)
        own = self.scope.field_of(kind, node.group.text)
        if members is None:
            self.scope.unknown("kind", node.membership)
            return None, None
        theirs = self.scope.field_of(self.program.kinds[members], node.group.text)
        if own is None or theirs is None or own.name != theirs.name:
            self.scope.unknown("field", node.group, kind.fields)
            return None, None
        self.scope.used.update({(kind.name, own.name), (members, theirs.name)})
        return own.name, members

    def kind_guards(self) -> None:
        for name, kind in self.program.kinds.items():
            context = Context(kind=kind)
            self.bodies.check_place(kind.node.lines, "record")
            around = self.bodies.article(kind.node.cites)
            operators = self.bodies.operators(kind.node.lines, context, around, None, None)
            self.guards[name] = tuple(operator for operator in operators if isinstance(operator, o.Keep))

    def check_period(self, period: t.PeriodName | None) -> None:
        """Report a period of which nothing tells since when there are any."""
        if period is not None and period.text not in ("semester", "year"):
            self.elaborator.check_begins(period, Phrase("per {period}", "每{period}"))

    def clean_stretch(self, node: t.CleanRecord) -> o.CleanStretch | None:
        """The stretches for which records of a kind are made; None, with a report, where nothing says without what."""
        kind, account = self.program.canonical("kind", node.without.text), self.program.account(node.without.text)
        length = self.elaborator.queries.length(node.length)
        if kind is not None and account is not None:
            choices = f"{kind}, {account.name}"
            self.scope.report("CR109", node.without.span, name=node.without.text, choices=choices)
        if kind is None and account is None:
            known = [text for space, text in self.program.labels if space in ("kind", "account")]
            self.scope.unknown("kind", node.without, known)
        if account is not None and not isinstance(account.node, t.Category):
            found = Phrase("a credit or a plain account", "学分项或普通账户")
            self.scope.report("CR201", node.without.span, found=found, expected=CONTAINERS["category"])
        if length is None or (kind is None and account is None):
            return None
        inside = self.program.within(account.name) if account is not None else ()
        rules = [rule for name in inside for rule in self.program.accounts[name].items]
        breach = Context(kind=self.program.kinds[kind]) if kind is not None else self.context_within(rules)
        self.bodies.article(node.cites)
        return o.CleanStretch(
            *length, start=self.elaborator.a_date(node.start, Context(tolerant=True)), kind=kind,
            account=account.name if account is not None else None,
            where=self.elaborator.condition(node.where, breach) if node.where is not None else None,
        )  # fmt: skip

    # ---- rules and accounts
    def rule(self, item: ItemSymbol) -> o.Rule:
        node = item.node
        account = self.program.accounts[item.account]
        kind = self.program.kinds[item.kind]
        self.bodies.check_place(node.lines, "item")
        around = self.bodies.article(node.cites, self.article_of(account))
        context = Context(kind=kind)
        lines = [line for line in node.lines if not self.names_group(line, kind)]
        own = self.bodies.operators(lines, context, around, frozenset({item.name}), account.unit)
        where: e.Expression | None = None
        if node.where is not None:
            where = self.elaborator.condition(node.where, context)
        elif kind.first("item") is None:
            where = e.Constant(True)
        return o.Rule(
            name=item.name, labels=item.labels, account=item.account, kind=item.kind, where=where,
            falls_on_group=len(lines) < len(node.lines), operators=tuple(own), article=around,
            number=self.bodies.number(), span=node.name.span,
        )  # fmt: skip

    def names_group(self, line: t.Line, kind: Kind) -> bool:
        """Whether a line lets its item's records fall on the group of the student that they name."""
        group = kind.node.group
        if not isinstance(line, t.FallsOn) or not isinstance(line.date, t.Name) or group is None:
            return False
        if self.scope.field_of(kind, line.date.text) is not self.scope.field_of(kind, group.text):
            return False
        self.bodies.article(line.cites)
        if line.condition is not None:
            name = Phrase("a line that names the group", "指名班级等集体的行")
            instead = Phrase("give the item its own `where` instead", "请改在项目上写“其中”条件")
            where = line.condition.span
            self.scope.report("CR111", where, part=where.text, line=name, instead=instead)
        return True

    def article_of(self, account: AccountSymbol) -> str:
        """The articles of an account, or of the one around it."""
        parent = self.article_of(self.program.accounts[account.parent]) if account.parent else ""
        with self.scope.quiet():
            return self.bodies.article(account.node.cites, parent)

    def account(self, symbol: AccountSymbol) -> o.Account:
        node = symbol.node
        parent = self.article_of(self.program.accounts[symbol.parent]) if symbol.parent else ""
        around = self.bodies.article(node.cites, parent)
        if isinstance(node, (t.Score, t.Credit)):
            self.check_period(node.period)
        sorts: dict[type, o.AccountSort] = {t.Score: "score", t.Credit: "credit", t.Account: "account"}
        sort = sorts.get(type(node), "category")
        lines = node.lines if isinstance(node, t.Body) else ()
        if sort != "account":
            self.bodies.check_place(lines, sort)
        operators: tuple[o.Operator, ...] = ()
        decide = None
        diverts: list[tuple[e.Expression, str, str]] = []
        if sort == "credit":
            decide, found = self.bodies.decide(node, lines, Context(period=symbol.period), around, symbol.unit)
            first = next((line for line in lines if isinstance(line, t.DecisionLine)), None)
            if found is not None and first is not None:
                self.elaborator.need(found, "number", first.value)
            diverts = [
                divert for line in lines if isinstance(line, t.GoesTo) and (divert := self.divert(line, symbol, around))
            ]
        else:
            inside = frozenset(
                rule for name in self.program.within(symbol.name) for rule in self.program.accounts[name].items
            )
            context = self.context_within(inside)._replace(body=symbol.name)
            if isinstance(node, t.Category) and node.period is not None:
                unasked = frozenset(rule for rule in inside if self.lacks_a_day(self.program.items[rule]))
                self.elaborator.check_time(node.period, self.context_within(unasked), node.period)
            operators = tuple(self.bodies.operators(lines, context, around, inside, symbol.unit))
        if sort == "score":
            decide = self.level(symbol, lines, around)
        order = self.order_line(lines)
        if order is not None and sort != "account" and not any(isinstance(x, o.Move) for x in operators):
            where = Phrase("a category that takes nothing from another", "不从其他账户扣减的类别")
            self.scope.report("CR103", order.span, container=where)
        return o.Account(
            name=symbol.name, labels=symbol.labels, unit=symbol.unit, period=symbol.period, sort=sort,
            parent=symbol.parent, children=tuple(symbol.children), items=tuple(symbol.items), operators=operators,
            decide=decide, diverts=tuple(diverts), article=around,
            order_field=self.order_field(order.field if order else None, symbol),
        )  # fmt: skip

    def lacks_a_day(self, item: ItemSymbol) -> bool:
        """Whether records of an item may lack a day, and neither it nor a guard of their kind says what then."""
        kind = self.program.kinds[item.kind]
        said = asks_presence(item.node.where) or any(map(asks_missing, (*item.node.lines, *kind.node.lines)))
        return not said and any(kind.first(sort) is not None for sort in ("date", "semester"))

    def level(self, symbol: AccountSymbol, lines: Iterable[t.Line], around: str) -> o.Decide:
        """What a score starts from, and its bounds."""
        found: dict[str, e.Expression] = {}
        for line in lines:
            if isinstance(line, t.Level):
                self.bodies.article(line.cites)
                found[line.which], _ = self.elaborator.number(line.value, Context(period=symbol.period), symbol.unit)
        spans = [line.span for line in lines if isinstance(line, t.Level)]
        self.bodies.check_range(found.get("floor"), found.get("ceiling"), spans[0] if spans else None)
        start = (o.Case(self.bodies.number(), None, False, found["start"], around, None),) if "start" in found else ()
        return o.Decide(
            name=symbol.name, labels=symbol.labels, period=symbol.period, unit=symbol.unit, cases=start, mode="one",
            article=around, least=found.get("floor"), most=found.get("ceiling"),
        )  # fmt: skip

    def order_line(self, lines: Iterable[t.Line]) -> t.InOrderOf | None:
        """The line that says by which date requests are served."""
        found = next((line for line in lines if isinstance(line, t.InOrderOf)), None)
        self.bodies.article(found.cites if found else ())
        return found

    def order_field(self, name: t.Identifier | None, symbol: AccountSymbol) -> str | None:
        if name is None:
            return None
        inside = frozenset(
            rule for inner in self.program.within(symbol.name) for rule in self.program.accounts[inner].items
        )
        kind = self.kind_within(inside)
        return self.named_field(name, kind, "date")

    def named_field(self, name: t.Identifier, kind: Kind | None, type_name: str) -> str | None:
        found = self.scope.field_of(kind, name.text)
        if found is None or kind is None:
            self.scope.unknown("field", name, kind.fields if kind else ())
            return None
        self.scope.used.add((kind.name, found.name))
        if found.type.name != type_name:
            self.elaborator.need(found.type, type_name, name)
        return found.name

    def kind_within(self, rules: frozenset[str]) -> Kind | None:
        """The kind of record of a container's rules, if they have one in common."""
        kinds = {self.program.items[name].kind for name in rules if name in self.program.items}
        return self.program.kinds[kinds.pop()] if len(kinds) == 1 else None

    def context_within(self, rules: Iterable[str]) -> Context:
        """What a container's lines stand among: its rules' kind of record, or their kinds."""
        names = dict.fromkeys(self.program.items[name].kind for name in rules if name in self.program.items)
        kinds = tuple(self.program.kinds[name] for name in names)
        return Context(kind=kinds[0] if len(kinds) == 1 else None, kinds=kinds)

    def divert(self, line: t.GoesTo, symbol: AccountSymbol, around: str) -> tuple[e.Expression, str, str] | None:
        target = self.program.account(line.account.text)
        if target is None:
            self.scope.unknown("account", line.account)
            return None
        if target is symbol:
            wanted = Phrase("another account", "另一个账户")
            self.scope.report("CR110", line.account.span, value=line.account.text, expected=wanted)
        limit, _ = self.elaborator.number(line.limit, Context(period=symbol.period), symbol.unit)
        return limit, target.name, self.bodies.article(line.cites, around)

    # ---- facts, moves, requirements
    def fact(self, name: str) -> Type:
        node, unit, around = self.fact_head(name)
        self.check_period(node.period)
        period = self.scope.period(node.period)
        if isinstance(node, t.Ranking):
            self.facts[name] = self.among.ranking(node, around)
            return WHOLE
        if self.among.is_of_group(node):
            self.facts[name], kind = self.among.fact(node, unit, around)
            return kind or UNKNOWN
        decided, kind = self.bodies.decide(node, node.lines, Context(period=period), around, unit)
        self.facts[name] = changed(decided, type=kind or UNKNOWN)
        short = period is not None and lies_in(self.program, period, "week")
        if node.period is not None and short and any(references(self.facts[name], e.Query)):
            line = Phrase("a fact that asks a query in each", "逐期查询的事实")
            instead = Phrase("make it per month or longer", "请按月或更长的时段写")
            self.scope.report("CR111", node.period.span, part=node.period.span.text, line=line, instead=instead)
        return kind or UNKNOWN

    def fact_head(self, name: str) -> tuple[t.Fact, str | None, str]:
        """A fact, its unit and its articles."""
        node = self.program.facts[name]
        self.bodies.check_place(node.lines, "fact")
        unit = self.program.canonical("unit", node.unit.text) if node.unit else None
        if node.unit and unit is None:
            self.scope.unknown("unit", node.unit)
        return node, unit, self.bodies.article(node.cites)

    def record_fact(self, name: str) -> Type:
        node, unit, around = self.fact_head(name)
        kind = self.program.canonical("kind", node.kind.text) if node.kind else None
        inner = Context(kind=self.program.kinds[kind] if kind else None)
        decision, found = self.bodies.decide(node, node.lines, inner, around, unit)
        if decision.mode == "all":
            mode = next(line for line in node.lines if isinstance(line, t.Mode))
            self.scope.report("CR103", mode.span, container=Phrase("a fact of a record", "记录的事实"))
        branches = tuple(
            (case.condition or e.Constant(True), case.value) for case in decision.cases if not case.otherwise
        )
        otherwise = next((case.value for case in decision.cases if case.otherwise), None)
        value: e.Expression = e.Cases(branches, otherwise, name)
        for operator, bound in (("higher", decision.least), ("lower", decision.most)):
            value = value if bound is None else e.Arithmetic(operator, value, bound)
        self.record_facts[name] = value
        return found or UNKNOWN

    def move(self, node: t.Offset) -> o.Move | None:
        target = self.program.account(node.name.text)
        request = self.program.canonical("kind", node.request.text) if node.request else None
        if target is None:
            self.scope.unknown("account", node.name)
        if node.request and request is None:
            self.scope.unknown("kind", node.request)
        sources = []
        for name in node.sources:
            source = self.program.account(name.text)
            if source is None:
                self.scope.unknown("account", name)
            else:
                sources.append(source.name)
        if target is None or request is None or node.request is None:
            return None
        kind = self.program.kinds[request]
        fields = {sort: kind.first(sort) for sort in ("account", "number", "semester")}
        for sort, found in fields.items():
            if found is None:
                self.scope.report("CR653", node.request.span, kind=kind.name, name=sort)
                return None
            self.scope.used.add((kind.name, found.name))
        account, amount = fields["account"], fields["number"]
        assert account is not None and amount is not None
        self.bodies.check_place(node.lines, "offset")
        if node.period.text != "semester":
            self.scope.report("CR110", node.period.span, value=node.period.span.text, expected=PERIODS["semester"])
        around = self.bodies.article(node.cites)
        context = Context(kind=kind)
        operators = self.bodies.operators(node.lines, context, around, None, None)
        guards = [operator for operator in operators if isinstance(operator, o.Keep)]
        roundings = [line for line in node.lines if isinstance(line, t.Rounded)]
        rounding = roundings[0].rounding if roundings else None
        for again in roundings[1:]:
            self.scope.report("CR112", again.span, Label(roundings[0].span))
        order = self.order_line(node.lines)
        limit = None
        if node.limit:
            limit, _ = self.elaborator.number(node.limit, Context(period=node.period.text), target.unit)
        return o.Move(
            number=self.bodies.number(), target=target.name, kind=request, sources=tuple(sources),
            source_field=account.name, amount_field=amount.name,
            order_field=self.named_field(order.field, kind, "date") if order else None, limit=limit,
            ratios=self.ratios(node, around), rounding=(rounding.mode, rounding.step) if rounding else None,
            guards=tuple(guards), labels=node.labels, article=around,
            text=as_written(node.name.span, whole=True), span=node.name.span,
        )  # fmt: skip

    def ratios(self, node: t.Offset, around: str) -> tuple[o.Ratio, ...]:
        context = Context(period=node.period.text)
        for before, ratio in pairwise(node.ratios):
            if before.condition is None:
                self.scope.report("CR314", ratio.span, Label(before.span))
        return tuple(
            o.Ratio(
                number=self.bodies.number(), taken=ratio.taken, given=ratio.given,
                condition=self.elaborator.condition(ratio.condition, context) if ratio.condition else None,
                article=self.bodies.article(ratio.cites, around), text=as_written(ratio.span), span=ratio.span,
            )
            for ratio in node.ratios
        )  # fmt: skip

    def requirement(self, node: t.Require) -> o.Decide:
        around = self.bodies.article(node.cites)
        self.check_period(node.period)
        period = self.scope.period(node.period)
        parts = tuple(self.bodies.part(part, around, period) for part in node.parts)
        return o.Decide(
            name=node.name.text, labels=node.labels, period=period, unit=None, cases=parts, mode="every",
            article=around,
        )  # fmt: skip

    def unique(self, node: t.Unique) -> o.Limit:
        over = self.bodies.rules_of(node.over.names) if node.over and node.over.names else None
        article = self.bodies.article(node.cites)
        context = self.context_within(over if over is not None else self.program.items)
        group = o.Group(fields=tuple(self.bodies.key_field(node.field, context)), over=over)
        return o.Limit(
            ONE, "entries", group, void=True, text=as_written(node.span), number=self.bodies.number(),
            article=article, span=node.span,
        )  # fmt: skip

    def treats(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        first: dict[str, t.Treat] = {}
        for node in self.program.treats:
            self.bodies.article(node.cites)
            if first.setdefault(node.code, node) is not node:
                self.scope.report("CR112", node.span, Label(first[node.code].span))
            item = self.program.canonical("item", node.item.text)
            if item is None:
                self.scope.unknown("item", node.item)
            if not node.decider:
                self.scope.report("CR335", node.span)
            if item and node.decider:
                found[node.code] = (item, node.decider)
        return found

    # ---- the rest
    def articles_of_the_rest(self) -> dict[str, tuple[str, ...]]:
        program = self.program
        head = program.policy
        found: dict[str, tuple[t.Line, ...]] = {head.identifier: (head,)} if head else {}
        found |= {name: (node, *node.values) for name, node in program.lets.items()}
        found |= {name: (node,) for name, node in (*program.tables.items(), *program.adjusts.items())}
        found |= {name: (node, *node.lines) for name, node in program.facts.items() if node.kind is not None}
        found |= {node.code: (node,) for node in program.treats}
        found |= {name: (symbol.node,) for name, symbol in program.attributes.items()}
        found |= {
            name: (kind.node, *kind.node.lines, *(symbol.node for symbol in kind.fields.values()))
            for name, kind in program.kinds.items()
        }
        return {name: tuple(cite.text for line in lines for cite in line.cites) for name, lines in found.items()}

    def readings(self) -> tuple[o.ReadingNote, ...]:
        notes = []
        for reading in self.program.readings:
            article = self.bodies.article(reading.cites)
            line = reading.span.source.line_number(reading.span.start)
            notes.append(o.ReadingNote(reading.text, article, f"{reading.span.source.name}:{line}", reading.span))
        return tuple(notes)

    def check_references(self) -> None:
        """References lead to something, and to articles that there are."""
        for reference in self.program.references:
            self.bodies.article(reference.cites)
            sorts = ("item", "account", "fact", "require", "let", "table", "adjust", "kind")
            if not any(self.program.canonical(sort, reference.name.text) for sort in sorts):
                known = [text for sort, text in self.program.labels if sort in sorts]
                self.scope.unknown("name", reference.name, known)

    def article_names(self) -> tuple[str, ...]:
        """All articles of the regulation, longest names first where one begins with another."""
        found: list[str] = []
        for articles in self.program.articles:
            names = [name.text for name in articles.names]
            found += article_range(names[0], names[-1]) if articles.counted else names
        return tuple(dict.fromkeys(found))

    def without_rule(self) -> dict[str, str]:
        found = {}
        for group in (group for articles in self.program.articles for group in articles.without):
            for article in group.articles:
                if article.text not in self.bodies.articles:
                    self.scope.report("CR334", article.span, article=article.text)
                if article.text in found:
                    self.scope.report("CR112", article.span)
                found[article.text] = group.reason
        return found


def _is_guard(operator: o.Operator) -> bool:
    """Whether an operator says of a record alone whether, and until when, it counts."""
    keeps = isinstance(operator, o.Keep) and operator.sides is None
    return not operator.sequential and (keeps or (isinstance(operator, o.Post) and operator.until is not None))


def depth_of(x: object, deep: Mapping[str, int]) -> int:
    """How deep an expression is, named values counted with what they refer to."""
    if isinstance(x, e.Read) and x.what == "setting":
        return deep.get(x.name, 0) + 1
    if isinstance(x, tuple):
        return max((depth_of(part, deep) for part in x), default=0)
    if not isinstance(x, e.Expression):
        return 0
    return 1 + max((depth_of(getattr(x, name), deep) for name in fields_dict(type(x))), default=0)


def _told(circle: tuple[tuple[str, str], ...]) -> Phrase:
    """What reads what; where the next of them reads as a part of the same whole, that is said."""
    en = zh = circle[0][0]
    for (_, read), (following, _) in zip(circle, (*circle[1:], circle[0]), strict=True):
        en, zh = f"{en} → {read}", f"{zh} → {read}"
        if read != following:
            en, zh = f"{en} (worked out together with {following})", f"{zh}（与{following}一并计算）"
    return Phrase(en, zh)
