"""What is known only among all people: rankings, facts of groups, and the expressions about them.

A ranking compares what it names, of each person or of each group, in the period that it is about. A fact of a group is
decided like a fact of a person. What it names is the group's own: what it is made by, named values, facts of the same
groups; what each member has is asked of all of them, in a query over people.
"""

from collections.abc import Mapping
from decimal import Decimal

from attrs import fields_dict

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.body_lines import Bodies
from creditlang.core.lower.elaborate import NOTHING, Context, Elaborator, Typed
from creditlang.core.lower.scope import Scope, described
from creditlang.core.lower.surroundings import A_CONDITION
from creditlang.diagnostics import Label, Meant, Phrase
from creditlang.nodes import changed
from creditlang.syntax import tree as t
from creditlang.types import UNKNOWN, WHOLE, YES_OR_NO, Type


class AmongPeople:
    """Makes the rankings and the facts of groups of one program."""

    def __init__(self, scope: Scope, elaborator: Elaborator, bodies: Bodies) -> None:
        """`bodies` count the lines and look up articles."""
        self.scope, self.elaborator, self.bodies = scope, elaborator, bodies
        self.program = scope.program
        scope.group_names = self.group_names
        elaborator.people = self

    def is_of_group(self, node: t.Fact) -> bool:
        """Whether a fact is one of each group of people: it is per something that people have, or asks for people."""
        return bool(node.groups) or self.asks_people(node.lines)

    def asks_people(self, part: object) -> bool:
        """Whether a query over people stands anywhere in it."""
        if isinstance(part, tuple):
            return any(map(self.asks_people, part))
        if not isinstance(part, t.Node):
            return False
        if isinstance(part, t.Query) and self.program.query_of_people(part) is not None:
            return True
        return any(self.asks_people(getattr(part, name)) for name in fields_dict(type(part)) if name != "span")

    def group_names(self, name: str) -> frozenset[str] | None:
        """What the groups are made by that a fact, or a ranking, is of; None for one of people."""
        node = self.program.facts[name]
        if isinstance(node, t.Ranking):
            ranked = self.program.canonical("fact", node.value.text) if isinstance(node.value, t.Name) else None
            return self.group_names(ranked) if ranked is not None else None
        if not self.is_of_group(node):
            return None
        return frozenset(map(self.called, node.groups))

    def called(self, name: t.Identifier) -> str:
        """The name of what people are put in groups by, for its name or label."""
        spaces = (self.program.canonical(space, name.text) for space in ("attribute", "fact"))
        return next(filter(None, spaces), name.text)

    def period(self, node: t.Fact) -> str | None:
        """The period of a fact, which must be one that all people have in common."""
        name = self.scope.period(node.period)
        declared = self.program.periods.get(name or "")
        if (
            node.period
            and declared
            and isinstance(declared.length, t.Length)
            and not isinstance(declared.start, t.Date)
        ):
            self.scope.report("CR366", node.period.span, Label(declared.name.span), period=name)
        return name

    def keys(self, names: tuple[t.Identifier, ...], context: Context) -> tuple[o.Key, ...]:
        """What people are put in groups by: attributes, and facts with a text or a value of a list."""
        found = []
        for name in names:
            value, kind = self.elaborator.expression(t.Name(name.text, span=name.span), context)
            if kind.name in ("number", "yes or no", "date"):
                wanted = Phrase("a text or a value of a list", "文本，或者选项的取值")
                self.scope.report("CR201", name.span, found=described(kind), expected=wanted)
            found.append(o.Key(self.called(name), value))
        return tuple(found)

    def ranking(self, node: t.Ranking, around: str) -> o.Decide:
        """A ranking: of people, or of the groups that its value is decided for."""
        period = self.period(node)
        context = Context(period=period, tolerant=True)
        groups = self.groups_of(node.value)
        inner = context if groups is None else context._replace(groups=frozenset(key.name for key in groups))
        keys = self.keys(node.groups, inner)
        criteria = [self.criterion(node.value, node.lowest_first, inner)]
        criteria += [self.criterion(tie.value, tie.lowest_first, inner) for tie in node.ties]
        where = self.elaborator.condition(node.where, inner) if node.where is not None else None
        rank = o.Rank(keys, tuple(criteria), where, groups, node.span)
        return o.Decide(
            name=node.name.text, labels=node.labels, period=period, unit=None, cases=(), mode="one", article=around,
            type=WHOLE, rank=rank,
        )  # fmt: skip

    def criterion(self, node: t.Expression, lowest: bool, context: Context) -> o.Criterion:
        """Something that is compared: a number, a day, yes or no, or a value of a scale."""
        value, kind = self.elaborator.expression(node, context)
        ranks: Mapping[str, int] | None = None
        scale = self.program.enumerations.get(kind.enumeration or "")
        if scale is not None and scale.ordered:
            ranks = {name: place for place, name in enumerate(reversed(list(scale.values)))}
        elif kind.name not in ("number", "date", "yes or no", "unknown"):
            wanted = Phrase("something that has an order", "能比较高低的内容")
            self.scope.report("CR201", node.span, found=described(kind), expected=wanted)
        return o.Criterion(e.Unknown() if kind.name == "unknown" else value, lowest, ranks)

    def groups_of(self, node: t.Expression) -> tuple[o.Key, ...] | None:
        """What the groups are made by that a value is of; None where it is of people."""
        name = self.program.canonical("fact", node.text) if isinstance(node, t.Name) else None
        if name is None or self.group_names(name) is None:
            return None
        declared = self.program.facts[name]
        if isinstance(declared, t.Ranking):
            return self.groups_of(declared.value)
        period = self.scope.period(declared.period)
        return self.keys(declared.groups, Context(period=period, tolerant=True))

    def fact(self, node: t.Fact, unit: str | None, around: str) -> tuple[o.Decide, Type | None]:
        """A fact of each group of people."""
        period = self.period(node)
        keys = self.keys(node.groups, Context(period=period, tolerant=True))
        inner = Context(period=period, groups=frozenset(key.name for key in keys))
        decide, kind = self.bodies.decide(node, node.lines, inner, around, unit)
        return changed(decide, type=kind or UNKNOWN, groups=keys), kind

    # ---- in expressions
    def is_of_one(self, node: t.Expression) -> bool:
        """Whether something asks about the records or the past of one person; reported in a line about a group."""
        asks = isinstance(node, (t.Aggregate, t.ValueAt, t.Latest, t.UsedIn, t.Same, t.ThisField))
        if not asks and not (isinstance(node, t.Query) and self.program.query_of_people(node) is None):
            return False
        self.scope.report("CR103", node.span, container=Phrase("a line about a group of people", "针对群体的行"))
        return True

    def symbol(self, node: t.Name, groups: frozenset[str], context: Context) -> Typed | None:
        """What a bare name stands for in a line about a group of people: what the group itself has."""
        attribute = self.program.canonical("attribute", node.text)
        if attribute in groups:
            self.scope.used.add(("attribute", attribute))
            return e.Read("attribute", attribute), self.program.attributes[attribute].type
        setting = self.program.canonical("let", node.text)
        if setting is not None:
            return self.scope.setting(setting)
        fact = self.program.canonical("fact", node.text)
        around = self.scope.group_names(fact) if fact is not None else None
        if fact is not None and around is not None and around <= groups:
            return self.elaborator.fact(fact, node, context)
        if fact is None and attribute is None and self.program.account(node.text) is None:
            return None
        self.scope.report("CR363", node.span, name=node.text, people=self.scope.people)
        return NOTHING

    def rank_part(self, node: t.Member, context: Context) -> Typed:
        """How many are ranked in the group of a ranking, or are in it."""
        ranking = self.program.facts.get(self.program.canonical("fact", node.owner.text) or "")
        part = o.RANK_WORDS.get(node.name.text)
        if not isinstance(ranking, t.Ranking):
            rankings = [x.name.text for x in self.program.facts.values() if isinstance(x, t.Ranking)]
            self.scope.unknown("fact", node.owner, rankings)
            return NOTHING
        if part is None:
            self.scope.unknown("name", node.name, o.RANK_WORDS)
            return NOTHING
        _, kind = self.elaborator.name(t.Name(node.owner.text, span=node.owner.span), context, None)
        return e.Value("ranking", f"{ranking.name.text}.{part}"), kind

    def among(self, node: t.Among, context: Context) -> Typed:
        """Whether a rank is among the first so many, or in a share of those ranked."""
        rank, kind = self.elaborator.number(node.rank, context)
        name = rank.name if isinstance(rank, e.Value) and rank.sort == "fact" else ""
        if not isinstance(self.program.facts.get(name), t.Ranking):
            if kind.name != "unknown":
                self.scope.report("CR201", node.rank.span, found=described(kind), expected=Phrase("a rank", "名次"))
            return NOTHING
        most: e.Expression = e.Constant(node.first)
        if node.rounded is not None:
            share = e.Arithmetic("*", most, e.Value("ranking", f"{name}.ranked"))
            most = e.Rounded(share, None, node.rounded, Decimal(1))
        return self.ranked(e.Compare("<=", rank, most)), YES_OR_NO

    def ranked(self, compared: e.Compare) -> e.Expression:
        """A comparison of ranks does not hold of those who are not ranked."""
        sides = [x for x in (compared.left, compared.right) if isinstance(x, e.Value) and x.sort == "fact"]
        ranks = [e.Present(x) for x in sides if isinstance(self.program.facts.get(x.name), t.Ranking)]
        return e.Logical("and", (*ranks, compared)) if ranks else compared

    def query(self, node: t.Query, context: Context) -> Typed:
        """A question about all people of a group; inside it each of them is spoken of."""
        if node.source.sort == "student" and self.program.people:
            self.scope.report("CR364", node.source.span, word=Meant(self.program.people[0], True))
        if context.groups is None:
            self.scope.report("CR365", node.span, people=self.scope.people)
            return NOTHING
        if node.function in ("first", "latest", "in a row") or node.scopes or node.source.other:
            container = Phrase("a query over people", "对人的查询")
            self.scope.report("CR103", node.span, container=container)
            return NOTHING
        inner = context._replace(groups=None, tolerant=True, searches=context.searches + 1)
        certain = self.elaborator.known_present(node.where, True, inner) if node.where is not None else frozenset()
        exact = inner._replace(tolerant=False, present=certain)
        if node.where is None and node.function == "every":
            self.scope.report("CR110", node.span, value=node.span.text, expected=A_CONDITION)
        value, kind, ranks = self.elaborator.queries.value(node, node.value, exact)
        weight = self.elaborator.number(node.weight, exact)[0] if node.weight is not None else None
        where = self.elaborator.condition(node.where, inner) if node.where is not None else None
        return e.Query(node.function, e.People(), where, value, weight, node.different, ranks=ranks), kind
