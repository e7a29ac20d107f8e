"""What has to be worked out before what.

A policy is worked out in nodes: the guards of a kind of record, the item bodies of an account tree, a proof that is
used once, the tree itself, a credit, a fact, all moves in one queue, a requirement. A node comes after every node whose
balance or fact it reads, and after the guards of every kind that it searches.
What reads an account that moves touch comes after the moves; only the moves themselves, and what they wait for, see it
as it was before.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError
from itertools import pairwise
from typing import Any, TypeVar

import attrs

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import root_of, within
from creditlang.core.moved_accounts import served, takes, touched
from creditlang.core.parts import inside, periods_among, periods_named
from creditlang.core.posted_elsewhere import posts_elsewhere
from creditlang.core.recurrences import in_order_of_time
from creditlang.nodes import Written

Node = tuple[str, str]
MOVES: Node = ("moves", "")


X = TypeVar("X", bound=e.Expression)


def references(part: Any, kind: type[X]) -> Iterator[X]:
    """Every expression of a kind that an operator or expression has in it, at any depth."""
    return (x for x in inside(part) if isinstance(x, kind))


def people_queries(fact: o.Decide) -> tuple[e.Query, ...]:
    """The queries over people in the decision of a group, each once."""
    found = (x for x in references(fact, e.Query) if isinstance(x.source, e.People))
    return tuple(dict.fromkeys(found))


def reads(part: Any, *what: str) -> Iterator[e.Read]:
    """Every reading of some sorts, at any depth."""
    return (x for x in references(part, e.Read) if x.what in what)


def outside_queries(part: Any, kind: type[X]) -> Iterator[X]:
    """Every expression of a kind that a part has outside of its queries; inside, names are those of what is asked."""
    asked = {id(x) for query in references(part, e.Query) for x in references((query.where, query.value), kind)}
    return (x for x in references(part, kind) if id(x) not in asked)


def worked_out(part: Any) -> Iterator[e.Value | e.Query]:
    """Everything that a part reads which must have been worked out before: values, and what an account counted."""
    yield from references(part, e.Value)
    yield from (x for x in references(part, e.Query) if isinstance(x.level, e.CountedIn))


def references_of(policy: o.Policy, kind: type[X]) -> Iterator[X]:
    """Every expression of a kind that a policy has anywhere."""
    return references(parts_with_expressions(policy), kind)


def searched(policy: o.Policy) -> frozenset[str]:
    """The kinds of record that the queries of a policy look at, or whose records break clean stretches."""
    asked = (x.source.kind for x in references_of(policy, e.Query) if isinstance(x.source, e.RecordsOf))
    return frozenset((*asked, *(kind.clean.kind for kind in policy.kinds.values() if kind.clean and kind.clean.kind)))


def parts_with_expressions(policy: o.Policy) -> tuple[Any, ...]:
    """Everything of a policy in which an expression may stand."""
    accounts = policy.accounts.values()
    parts: list[Any] = [policy.applies, *policy.record_facts.values()]
    parts += [(kind.guards, kind.clean) for kind in policy.kinds.values()]
    parts += [value.value for values in policy.settings.values() for value in values]
    parts += [(rule.where, rule.operators) for rule in policy.rules.values()]
    parts += [(x.operators, x.decide, x.diverts) for x in accounts]
    parts += [*policy.facts.values(), *policy.requirements.values()]
    parts += [(move.limit, move.ratios, move.guards) for move in policy.moves]
    return tuple(parts)


def expires(accounts: Mapping[str, o.Account], rules: Mapping[str, o.Rule], name: str) -> bool:
    """Whether entries of an account, or of one inside or around it, count for a time only."""
    held = [accounts[inner] for inner in within(accounts, root_of(accounts, name))]
    bodies = [account.operators for account in held]
    bodies += [rules[rule].operators for account in held for rule in account.items]
    return any(isinstance(operator, o.Post) and operator.until for body in bodies for operator in body)


@attrs.define(kw_only=True)
class Order:
    """Finds the order of one policy's nodes."""

    kinds: Mapping[str, o.RecordKind]
    accounts: Mapping[str, o.Account]
    rules: Mapping[str, o.Rule]
    facts: Mapping[str, o.Decide]
    record_facts: Mapping[str, e.Expression]
    moves: tuple[o.Move, ...]
    requirements: Mapping[str, o.Decide]
    uniques: tuple[o.Limit, ...]
    periods: Mapping[str, o.PeriodKind]
    recurrences: list[tuple[Node, ...]] = attrs.field(factory=list)
    """Nodes that are worked out period by period, in the order of one period."""
    touched: frozenset[str] = attrs.field(init=False)
    served: frozenset[str] = attrs.field(init=False)
    before_or_after: list[tuple[Node, str, str]] = attrs.field(factory=list)
    """What reads an account as the moves leave it, or as it was if they wait for it; the reader, the account."""
    record_reads: dict[tuple[str, bool, bool], dict[Node, str]] = attrs.field(factory=dict)
    graph: dict[Node, set[Node]] = attrs.field(factory=dict)
    even_void: list[tuple[Node, str]] = attrs.field(factory=list)
    """What asks for records even void, and of which kind."""
    earlier: dict[Node, set[Node]] = attrs.field(factory=dict)
    """What each node reads of earlier periods."""
    why: dict[tuple[Node, Node], tuple[str, str]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.touched = touched(self.accounts, self.rules, self.moves)
        self.served = served(self.accounts, self.rules)

    def find(self) -> tuple[tuple[Node, ...], tuple[tuple[str, str], ...]]:
        """The nodes in order; or no nodes and, along a circle, what reads what.

        Nodes that are worked out period by period are one, `("recurrence", number)`, and stand in `recurrences`.
        """
        for name, kind in self.periods.items():
            self._read(("period", name), (kind.anchor, kind.until), name)
        self._kinds()
        self._trees()
        self._decisions()
        self._even_void()
        self._after_moves()
        found: list[Node] = []
        try:
            for nodes, over_time in in_order_of_time(self.graph, self.earlier):
                if over_time:
                    found.append(("recurrence", str(len(self.recurrences))))
                    self.recurrences.append(nodes)
                else:
                    found += nodes
            return tuple(found), ()
        except CycleError as error:
            along = pairwise(reversed(error.args[1]))
            written = tuple(self.why[step] for step in along if step in self.why)
            return (), written or tuple((name or kind, name or kind) for kind, name in error.args[1][:1])

    def all_read(self, node: Node) -> set[Node]:
        """What a node reads, of the same time or of earlier periods."""
        return self.graph[node] | self.earlier.get(node, set())

    def behind(self, account: str, order: Iterable[Node]) -> tuple[Node, ...]:
        """What an account is worked out from, in order, with the moves if they touch it: what another run of it needs.

        The guards of kinds that ask for nothing but records belong to it, since records may be asked for even void.
        """
        seen: set[Node] = set()
        waiting = [self.node_of(account), *([MOVES] if account in self.touched else [])]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += self.all_read(node)
                waiting += [x for members in self.recurrences if node in members for x in members]
        plain = {node for node in self.graph if node[0] == "kind" and not self.all_read(node)}
        return tuple(
            node
            for node in order
            if node in seen | plain or (node[0] == "recurrence" and seen.intersection(self.recurrences[int(node[1])]))
        )

    def node_of(self, account: str) -> Node:
        """The node that fills an account."""
        sort = self.accounts[account].sort
        if sort == "credit":
            return "credit", account
        if sort == "account":
            return "account", account
        return "tree", root_of(self.accounts, account)

    def reads(self, part: Any, before_moves: bool = False, earlier: bool = False) -> dict[Node, str]:
        """The nodes that a part of the policy reads, of the same time or of `earlier` periods, each with the name that
        it reads there.
        """
        return self._reads(tuple(inside(part)), before_moves, earlier)

    def _reads(self, parts: tuple[Written, ...], before_moves: bool, earlier: bool) -> dict[Node, str]:
        found: dict[Node, str] = {}
        for query in (x for x in parts if isinstance(x, e.Query)):
            match query:
                case e.Query(level=e.CountedIn(account=name)) if not earlier:
                    found[self.node_of(name)] = name
                case e.Query(source=e.RecordsOf(kind=kind), level="plain") if not earlier:
                    found["kind", kind] = kind
                case e.Query(source=e.Periods()) if not earlier and not before_moves:
                    values = references((query.value, query.where), e.Value)
                    late = [value.name for value in values if value.sort == "account" and value.name in self.touched]
                    found |= dict.fromkeys([MOVES] if late else [], late[0] if late else "")
        for value in (x for x in parts if isinstance(x, e.Value)):
            name = value.name
            if value.sort == "record fact":
                found |= self._record_fact(name, before_moves, earlier)
            elif isinstance(value.at, e.Previous) is not earlier:
                continue
            elif value.sort == "account":
                found[self.node_of(name)] = name
                whole_run = e.of_another_run(value.at) or not before_moves
                if name in self.touched and whole_run and not self._earned(value):
                    found[MOVES] = name
            else:
                name = name.partition(".")[0]
                found["require" if value.sort == "requirement" else "fact", name] = name
        return found

    def looks_around(self, part: Any, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a part asks about more than the record and the student: other records, accounts, facts."""
        if any(True for _ in references(part, e.Query)):
            return True
        for value in references(part, e.Value):
            if value.sort != "record fact":
                return True
            if value.name not in seen and self.looks_around(self.record_facts[value.name], seen | {value.name}):
                return True
        return False

    def _record_fact(self, name: str, before_moves: bool, earlier: bool) -> dict[Node, str]:
        key = (name, before_moves, earlier)
        if key not in self.record_reads:
            self.record_reads[key] = {}
            self.record_reads[key] = self.reads(self.record_facts[name], before_moves, earlier)
        return self.record_reads[key]

    def _asked_even_void(self, parts: tuple[Written, ...], seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The kinds of which records are asked for even void, by facts of records, too."""
        for x in parts:
            if isinstance(x, e.Query) and isinstance(x.source, e.RecordsOf) and x.level == "even void":
                yield x.source.kind
            elif isinstance(x, e.Value) and x.sort == "record fact" and x.name not in seen:
                yield from self._asked_even_void(tuple(inside(self.record_facts[x.name])), seen | {x.name})

    def _read(self, node: Node, part: Any, reader: str = "", before_moves: bool = False) -> None:
        """Put a node after what a part of it reads, and after the kinds of period that it names.

        What it reads of itself as it was before a record comes from another run.
        """
        parts = tuple(inside(part))
        found = self._reads(parts, before_moves, earlier=False)
        accounts = (x for x in parts if isinstance(x, e.Value) and x.sort == "account")
        own = [x for x in accounts if self.node_of(x.name) == node]
        levels = [x.level for x in parts if isinstance(x, e.Query)]
        counted = any(isinstance(x, e.CountedIn) and self.node_of(x.account) == node for x in levels)
        before = [any(isinstance(at, e.BeforeThis) for at in e.parts_of(x.at)) for x in own]
        if own and not counted and all(before):
            found.pop(node, None)
        self._add(node, found, reader)
        self.even_void += [(node, kind) for kind in self._asked_even_void(parts)]
        self.before_or_after += [(node, reader, name) for name in self._changed_by_moves(parts)]
        self._add(node, {("period", name): name for name in periods_among(parts) if name in self.periods}, reader)
        for earlier in self._reads(parts, before_moves, earlier=True):
            self.earlier.setdefault(node, set()).add(earlier)
            self.graph.setdefault(earlier, set())

    def _add(self, node: Node, after: Iterable[Node], reader: str = "") -> None:
        """Put a node after others; `after` has the names that are read, when a `reader` is named."""
        self.graph.setdefault(node, set()).update(after)
        if isinstance(after, Mapping):
            self.why.update({(node, other): (reader, name) for other, name in after.items()})
        for other in after:
            self.graph.setdefault(other, set())

    def _even_void(self) -> None:
        """What is no guard and asks for records even void comes after guards that find some invalid, unless they ask
        for it.
        """
        for node, kind in self.even_void:
            if node[0] != "kind" and node not in self._all_behind(("kind", kind)):
                self._add(node, {("kind", kind)})

    def _changed_by_moves(self, parts: tuple[Written, ...], seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The accounts of which parts read what the moves change, by facts of records, too."""
        for x in parts:
            match x:
                case e.Query(level=e.CountedIn(account=name)) if name in self.served:
                    yield name
                case e.Value(sort="account", name=name) if name in (self.served if self._earned(x) else self.touched):
                    yield name
                case e.Value(sort="record fact", name=name) if name not in seen:
                    yield from self._changed_by_moves(tuple(inside(self.record_facts[name])), seen | {name})

    def _earned(self, value: e.Value) -> bool:
        """Whether a value is what an account has in one period, which taking from it leaves as it is."""
        return isinstance(value.at, (e.Here, e.Previous)) and self.accounts[value.name].sort != "credit"

    def _after_moves(self) -> None:
        """What reads that the moves change comes after them, unless they wait for it."""
        behind = self._all_behind(MOVES) if self.touched else set()
        for node, reader, name in self.before_or_after:
            if node not in behind:
                self._add(node, {MOVES: name}, reader)

    def _all_behind(self, node: Node) -> set[Node]:
        """All that a node reads, at any remove, itself included."""
        seen: set[Node] = set()
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.all_read(one)
        return seen

    def _kinds(self) -> None:
        """The guards of a kind, and which rules take its records."""
        for name, kind in self.kinds.items():
            self._read(("kind", name), tuple(guard.condition for guard in kind.guards), name, before_moves=True)
            self.graph["kind", name].discard(("kind", name))
            if kind.membership is not None:
                self._add(("kind", name), {("kind", kind.membership)})
            if kind.clean is not None:
                broken, account = kind.clean.kind, kind.clean.account
                self._add(("kind", name), {("kind", broken): broken} if broken else {}, name)
                self._add(("kind", name), {self.node_of(account): account} if account else {}, name)
                self._read(("kind", name), (kind.clean.start, kind.clean.where), name)
            for rule in self.rules.values():
                if rule.kind == name:
                    self._read(("kind", name), rule.where, rule.name)

    def _trees(self) -> None:
        for name, account in self.accounts.items():
            if account.sort in ("category", "score"):
                root = root_of(self.accounts, name)
                self._add(("tree", root), {("items", root)})
                self._read(("tree", root), account.operators, name, before_moves=True)
                self._read(("tree", root), account.decide, name)
                asked = {account.period or "", *periods_named(account.operators)} & self.periods.keys()
                self._add(("items", root), {("period", period) for period in asked})
                for item in account.items:
                    self._add(("items", root), {("kind", self.rules[item].kind)})
                    self._read(("items", root), self.rules[item].operators, item)
            elif account.sort == "credit":
                self._read(("credit", name), account.decide, name)
                for limit, target, _ in account.diverts:
                    self._add(("account", target), {("credit", name): name}, target)
                    self._read(("credit", name), limit, name)
        self._posts()
        for position, unique in enumerate(self.uniques):
            roots = {root_of(self.accounts, self.rules[rule].account) for rule in (unique.group.over or self.rules)}
            for root in roots:
                self._add(("unique", str(position)), {("items", root)})
                self._add(("tree", root), {("unique", str(position))})

    def _posts(self) -> None:
        """What is posted elsewhere must be known before the account it goes to; what is taken, the queue posts."""
        trees = {root_of(self.accounts, name) for name, x in self.accounts.items() if x.sort in ("category", "score")}
        for root in trees:
            held = list(within(self.accounts, root))
            posts = posts_elsewhere(self.accounts, self.rules, held)
            if posts and not any(takes(self.accounts[name]) for name in held):
                for other in trees - {root}:
                    self._add(("tree", other), {("tree", root)})

    def _decisions(self) -> None:
        for name, fact in self.facts.items():
            self._read(("fact", name), fact, name)
        after: set[Node] = set()
        for move in self.moves:
            after |= {self.node_of(name) for name in (*move.sources, move.target)}
            after.add(("kind", move.kind))
            self._read(MOVES, (move.ratios, move.limit, move.guards), move.target, before_moves=True)
        for name, account in self.accounts.items():
            if takes(account):
                after |= {self.node_of(other) for other in self.touched if self.accounts[other].sort != "credit"}
                after.add(("tree", root_of(self.accounts, name)))
                self._read(MOVES, account.operators, name, before_moves=True)
        if after:
            self._add(MOVES, after)
        for name, requirement in self.requirements.items():
            self._read(("require", name), requirement, name)
