"""What has to be worked out before what.

A policy is worked out in nodes: the guards of a kind of record, the item bodies of an account tree, a proof that is
used once, the tree itself, a credit, a fact, all moves in one queue, a requirement. A node comes after every node whose
balance or fact it reads, and after the guards of every kind that it searches.
What reads an account that moves touch comes after the moves; only the moves themselves see the balance before.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, TypeVar

import attrs

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.nodes import Written

Node = tuple[str, str]
MOVES: Node = ("moves", "")
_NODES = {"fact": "fact", "requirement": "require"}


X = TypeVar("X", bound=e.Expression)


def references(part: Any, kind: type[X]) -> Iterator[X]:
    """Every expression of a kind that an operator or expression has in it, at any depth."""
    if isinstance(part, kind):
        yield part
    if isinstance(part, tuple):
        for inner in part:
            yield from references(inner, kind)
    elif isinstance(part, Written):
        for name in _parts_of(type(part)):
            yield from references(getattr(part, name), kind)


def people_queries(fact: o.Decide) -> tuple[e.Query, ...]:
    """The queries over people in the decision of a group, each once."""
    found = (x for x in references(fact, e.Query) if isinstance(x.source, e.People))
    return tuple(dict.fromkeys(found))


def reads(part: Any, *what: str) -> Iterator[e.Read]:
    """Every reading of some sorts, at any depth."""
    return (x for x in references(part, e.Read) if x.what in what)


def worked_out(part: Any) -> Iterator[e.Value | e.Query]:
    """Everything that a part reads which must have been worked out before: values, and what an account counted."""
    yield from references(part, e.Value)
    yield from (x for x in references(part, e.Query) if isinstance(x.level, e.CountedIn))


def references_of(policy: o.Policy, kind: type[X]) -> Iterator[X]:
    """Every expression of a kind that a policy has anywhere."""
    accounts = policy.accounts.values()
    parts: list[Any] = [policy.applies, *policy.record_facts.values()]
    parts += [kind.guards for kind in policy.kinds.values()]
    parts += [value.value for values in policy.settings.values() for value in values]
    parts += [(rule.where, rule.operators) for rule in policy.rules.values()]
    parts += [(x.operators, x.decide, x.diverts) for x in accounts]
    parts += [*policy.facts.values(), *policy.requirements.values()]
    parts += [(move.limit, move.ratios, move.guards) for move in policy.moves]
    return references(tuple(parts), kind)


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts_of(kind: type) -> tuple[str, ...]:
    if kind not in _PARTS:
        skipped = {"span", "table", "number", "article"}
        _PARTS[kind] = tuple(field.name for field in attrs.fields(kind) if field.name not in skipped)
    return _PARTS[kind]


def root_of(accounts: Mapping[str, o.Account], name: str) -> str:
    """The outermost account around an account."""
    parent = accounts[name].parent
    return root_of(accounts, parent) if parent else name


def within(accounts: Mapping[str, o.Account], name: str) -> Iterator[str]:
    """An account and all inside it."""
    yield name
    for child in accounts[name].children:
        yield from within(accounts, child)


def touched(accounts: Mapping[str, o.Account], moves: tuple[o.Move, ...]) -> frozenset[str]:
    """The accounts that moves take from or give to, with all around and inside them."""
    found: set[str] = set()
    ends = {name for move in moves for name in (*move.sources, move.target)}
    for account in accounts.values():
        for take in _takes(account):
            ends |= {account.name, *take.sources} if take.sources else _may_be_taken_from(accounts)
    for name in ends:
        found.update(within(accounts, name))
        found.update(_around(accounts, name))
    return frozenset(found)


def _may_be_taken_from(accounts: Mapping[str, o.Account]) -> set[str]:
    return {name for name, account in accounts.items() if account.sort in ("category", "account")}


def _around(accounts: Mapping[str, o.Account], name: str) -> Iterator[str]:
    parent = accounts[name].parent
    if parent:
        yield parent
        yield from _around(accounts, parent)


def _takes(account: o.Account) -> tuple[o.Move, ...]:
    return tuple(operator for operator in account.operators if isinstance(operator, o.Move))


class Order:
    """Finds the order of one policy's nodes."""

    def __init__(
        self,
        kinds: Mapping[str, o.RecordKind],
        accounts: Mapping[str, o.Account],
        rules: Mapping[str, o.Rule],
        facts: Mapping[str, o.Decide],
        record_facts: Mapping[str, e.Expression],
        moves: tuple[o.Move, ...],
        requirements: Mapping[str, o.Decide],
        uniques: tuple[o.Limit, ...],
    ) -> None:
        self.kinds, self.accounts, self.rules, self.facts = kinds, accounts, rules, facts
        self.moves, self.requirements, self.uniques = moves, requirements, uniques
        self.touched = touched(accounts, moves)
        self.record_facts = record_facts
        self.record_reads: dict[tuple[str, bool], dict[Node, str]] = {}
        self.graph: dict[Node, set[Node]] = {}
        self.why: dict[tuple[Node, Node], tuple[str, str]] = {}

    def find(self) -> tuple[tuple[Node, ...], tuple[tuple[str, str], ...]]:
        """The nodes in order; or no nodes and, along a circle, what reads what."""
        self._kinds()
        self._trees()
        self._decisions()
        try:
            return tuple(TopologicalSorter(self.graph).static_order()), ()
        except CycleError as error:
            along = pairwise(reversed(error.args[1]))
            written = tuple(self.why[step] for step in along if step in self.why)
            return (), written or tuple((name or kind, name or kind) for kind, name in error.args[1][:1])

    def stages(self, order: Iterable[Node]) -> Mapping[Node, int]:
        """In which pass over the people each node is worked out; none where one pass is enough.

        What people are together is known once a pass is over. So what reads it of a person is worked out in the next
        one; what reads it of the group, in the same.
        """
        together = {("fact", name) for name, fact in self.facts.items() if fact.among_others}
        found: dict[Node, int] = {}
        for node in order if together else ():
            same = self._read_of_groups(node[1]) if node in together else frozenset()
            found[node] = max((found[x] + (x in together - same) for x in self.graph[node]), default=1)
        return found

    def later_read(self, node: Node, stages: Mapping[Node, int]) -> tuple[str, str]:
        """What in a node reads something of a later pass than the first, and what it reads."""
        later = [other for other in self.graph[node] if stages[other] > 1 or self._is_together(other)]
        named = [self.why[node, other] for other in later if (node, other) in self.why]
        return named[0] if named else self.later_read(later[0], stages)

    def _is_together(self, node: Node) -> bool:
        return node[0] == "fact" and self.facts[node[1]].among_others

    def _read_of_groups(self, name: str) -> frozenset[Node]:
        """What a group reads of itself, and not of its members."""
        fact = self.facts[name]
        if fact.rank is not None:
            parts = fact.rank.groups is not None and tuple(criterion.value for criterion in fact.rank.criteria)
            return frozenset(self.reads(parts or ()))
        inside = people_queries(fact)
        return frozenset(self.reads(fact)) - frozenset(self.reads(inside))

    def needs(self, name: str) -> frozenset[str]:
        """The kinds of records that a fact is worked out from."""
        seen: set[Node] = set()
        waiting: list[Node] = [("fact", name)]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += self.graph[node]
        return frozenset(name for sort, name in seen if sort == "kind")

    def node_of(self, account: str) -> Node:
        """The node that fills an account."""
        sort = self.accounts[account].sort
        if sort == "credit":
            return "credit", account
        if sort == "account":
            return "account", account
        return "tree", root_of(self.accounts, account)

    def reads(self, part: Any, before_moves: bool = False) -> dict[Node, str]:
        """The nodes that a part of the policy reads, each with the name that it reads there."""
        found: dict[Node, str] = {}
        for query in references(part, e.Query):
            match query:
                case e.Query(level=e.CountedIn(account=name)):
                    found[self.node_of(name)] = name
                case e.Query(source=e.RecordsOf(kind=kind), level="plain"):
                    found["kind", kind] = kind
                case e.Query(source=e.Periods()):
                    inner = references((query.value, query.where), e.Value)
                    late = [value.name for value in inner if value.sort == "account" and value.name in self.touched]
                    if late and not before_moves:
                        found[MOVES] = late[0]
        for value in references(part, e.Value):
            name = value.name
            match value.sort:
                case "account":
                    found[self.node_of(name)] = name
                    earned = isinstance(value.at, e.Here) and self.accounts[name].sort != "credit"
                    if name in self.touched and not before_moves and not earned:
                        found[MOVES] = name
                case "record fact":
                    found |= self._record_fact(name, before_moves)
                case "ranking":
                    name = name.partition(".")[0]
                    found["fact", name] = name
                case _:
                    found[_NODES[value.sort], name] = name
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

    def _record_fact(self, name: str, before_moves: bool) -> dict[Node, str]:
        key = (name, before_moves)
        if key not in self.record_reads:
            self.record_reads[key] = {}
            self.record_reads[key] = self.reads(self.record_facts[name], before_moves)
        return self.record_reads[key]

    def _add(self, node: Node, after: Iterable[Node], reader: str = "") -> None:
        """Put a node after others; `after` has the names that are read, when a `reader` is named."""
        self.graph.setdefault(node, set()).update(after)
        if isinstance(after, Mapping):
            self.why.update({(node, other): (reader, name) for other, name in after.items()})
        for other in after:
            self.graph.setdefault(other, set())

    def _kinds(self) -> None:
        """The guards of a kind, and which rules take its records."""
        for name, kind in self.kinds.items():
            after = self.reads(tuple(guard.condition for guard in kind.guards), before_moves=True)
            after.pop(("kind", name), None)
            self._add(("kind", name), after, name)
            if kind.membership is not None:
                self._add(("kind", name), {("kind", kind.membership)})
            for rule in self.rules.values():
                if rule.kind == name:
                    self._add(("kind", name), self.reads(rule.where), rule.name)

    def _trees(self) -> None:
        for name, account in self.accounts.items():
            if account.sort in ("category", "score"):
                root = root_of(self.accounts, name)
                self._add(("tree", root), {("items", root)})
                self._add(("tree", root), self.reads(account.operators, before_moves=True), name)
                self._add(("tree", root), self.reads(account.decide), name)
                for item in account.items:
                    self._add(("items", root), {("kind", self.rules[item].kind)})
                    self._add(("items", root), self.reads(self.rules[item].operators), item)
            elif account.sort == "credit":
                self._add(("credit", name), self.reads(account.decide), name)
                for limit, target, _ in account.diverts:
                    self._add(("account", target), {("credit", name): name}, target)
                    self._add(("account", target), self.reads(limit), name)
        self._posts()
        for position, unique in enumerate(self.uniques):
            roots = {root_of(self.accounts, self.rules[rule].account) for rule in (unique.group.over or self.rules)}
            for root in roots:
                self._add(("unique", str(position)), {("items", root)})
                self._add(("tree", root), {("unique", str(position))})

    def _posts(self) -> None:
        """What is posted elsewhere must be known before the account it goes to; what is taken, the queue posts."""
        trees = {root_of(self.accounts, name) for name, account in self.accounts.items() if account.sort == "category"}
        for root in trees:
            inside = list(within(self.accounts, root))
            rules = [rule for name in inside for rule in self.accounts[name].items]
            operators = [operator for rule in rules for operator in self.rules[rule].operators]
            operators += [operator for name in inside for operator in self.accounts[name].operators]
            posts = any(isinstance(operator, o.Post) and operator.field for operator in operators)
            if posts and not any(_takes(self.accounts[name]) for name in inside):
                for other in trees - {root}:
                    self._add(("tree", other), {("tree", root)})

    def _decisions(self) -> None:
        for name, fact in self.facts.items():
            self._add(("fact", name), self.reads(fact), name)
        after: set[Node] = set()
        for move in self.moves:
            after |= {self.node_of(name) for name in (*move.sources, move.target)}
            after.add(("kind", move.kind))
            self._add(MOVES, self.reads((move.ratios, move.limit, move.guards), before_moves=True), move.target)
        for name, account in self.accounts.items():
            if _takes(account):
                after |= {self.node_of(other) for other in self.touched & _may_be_taken_from(self.accounts)}
                after.add(("tree", root_of(self.accounts, name)))
                self._add(MOVES, self.reads(account.operators, before_moves=True), name)
        if after:
            self._add(MOVES, after)
        for name, requirement in self.requirements.items():
            self._add(("require", name), self.reads(requirement), name)
