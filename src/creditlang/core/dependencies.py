"""What has to be worked out before what.

A policy is worked out in nodes: the guards of a kind of record, the item bodies of an account tree, a proof that is
used once, the tree itself, a credit, a fact, all moves in one queue, a requirement. A node comes after every node whose
balance or fact it reads, and after the guards of every kind that it searches.
What reads an account that moves touch comes after the moves; only the moves themselves see the balance before.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

import attrs

from creditlang.core import expressions as e
from creditlang.core import operators as o

Node = tuple[str, str]
MOVES: Node = ("moves", "")


READ = (e.Balance, e.Aggregate, e.FactValue, e.UsedIn, e.RequirementStatus, e.RecordFact)
SEARCHES = (e.CountRecords, e.SumRecords, e.Latest)


def references(part: Any, kinds: tuple[type[e.Expression], ...] = READ) -> Iterator[e.Expression]:
    """Every balance, aggregate, fact and used proof that an operator or expression reads, at any depth.

    Or, with other `kinds` of expressions, every one of those.
    """
    if isinstance(part, kinds):
        yield part
    if isinstance(part, tuple):
        for inner in part:
            yield from references(inner, kinds)
    elif isinstance(part, (e.Expression, *_HOLDING)):
        for name in _parts_of(type(part)):
            yield from references(getattr(part, name), kinds)


_HOLDING = (o.Operator, o.Branch, o.Decided, o.Fallback, o.Case, o.Decision, o.Ratio, o.Part)


def expressions(part: Any) -> Iterator[e.Expression]:
    """The expressions that something holds, none of them inside another."""
    inner = part if isinstance(part, tuple) else ()
    if isinstance(part, (e.Expression, *_HOLDING)):
        inner = tuple(getattr(part, name) for name in _parts_of(type(part)))
    for one in inner:
        if isinstance(one, e.Expression):
            yield one
        else:
            yield from expressions(one)


def references_of(policy: o.Policy, kinds: tuple[type[e.Expression], ...]) -> Iterator[e.Expression]:
    """Every expression of some kinds that a policy has anywhere."""
    accounts = policy.accounts.values()
    parts: list[Any] = [policy.applies, *policy.record_facts.values()]
    parts += [kind.guards for kind in policy.kinds.values()]
    parts += [value.value for values in policy.settings.values() for value in values]
    parts += [(rule.where, rule.operators) for rule in policy.rules.values()]
    parts += [(x.operators, x.start, x.floor, x.ceiling, x.cases, x.diverts) for x in accounts]
    parts += [fact.decision for fact in policy.facts.values()]
    parts += [(move.limit, move.ratios, move.guards) for move in policy.moves]
    parts += [requirement.parts for requirement in policy.requirements.values()]
    return references(tuple(parts), kinds)


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
            ends |= {account.name, take.account} if take.account else _may_be_taken_from(accounts)
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


def _takes(account: o.Account) -> tuple[o.Take, ...]:
    return tuple(operator for operator in account.operators if isinstance(operator, o.Take))


class Order:
    """Finds the order of one policy's nodes."""

    def __init__(
        self,
        kinds: Mapping[str, o.RecordKind],
        accounts: Mapping[str, o.Account],
        rules: Mapping[str, o.Rule],
        facts: Mapping[str, o.Fact],
        record_facts: Mapping[str, e.Expression],
        moves: tuple[o.Move, ...],
        requirements: Mapping[str, o.Requirement],
        uniques: tuple[o.Uniqueness, ...],
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
        for reference in references(part, (*READ, *SEARCHES)):
            if isinstance(reference, SEARCHES):
                if not reference.even_void:
                    found["kind", reference.kind] = reference.kind
                continue
            if isinstance(reference, e.FactValue) or (isinstance(reference, e.Aggregate) and reference.is_fact):
                found["fact", reference.name] = reference.name
                continue
            if isinstance(reference, e.RequirementStatus):
                found["require", reference.name] = reference.name
                continue
            if isinstance(reference, e.RecordFact):
                found |= self._record_fact(reference.name, before_moves)
                continue
            assert isinstance(reference, (e.Balance, e.Aggregate, e.UsedIn))
            name = reference.name if isinstance(reference, e.Aggregate) else reference.account
            found[self.node_of(name)] = name
            earned = isinstance(reference, e.Balance) and not reference.whole and self.accounts[name].sort != "credit"
            if name in self.touched and not before_moves and not earned and not isinstance(reference, e.UsedIn):
                found[MOVES] = name
        return found

    def looks_around(self, part: Any, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a part asks about more than the record and the student: other records, accounts, facts."""
        for found in references(part, (*READ, *SEARCHES)):
            if not isinstance(found, e.RecordFact):
                return True
            if found.name not in seen and self.looks_around(self.record_facts[found.name], seen | {found.name}):
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
                self._add(("tree", root), self.reads((account.start, account.floor, account.ceiling)), name)
                for item in account.items:
                    self._add(("items", root), {("kind", self.rules[item].kind)})
                    self._add(("items", root), self.reads(self.rules[item].operators), item)
            elif account.sort == "credit":
                self._add(("credit", name), self.reads(account.cases), name)
                for limit, target, _ in account.diverts:
                    self._add(("account", target), {("credit", name): name}, target)
                    self._add(("account", target), self.reads(limit), name)
        self._posts()
        for position, unique in enumerate(self.uniques):
            roots = {root_of(self.accounts, self.rules[rule].account) for rule in (unique.over or self.rules)}
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
            posts = any(isinstance(operator, o.PostTo) for operator in operators)
            if posts and not any(_takes(self.accounts[name]) for name in inside):
                for other in trees - {root}:
                    self._add(("tree", other), {("tree", root)})

    def _decisions(self) -> None:
        for name, fact in self.facts.items():
            self._add(("fact", name), self.reads(fact.decision), name)
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
            self._add(("require", name), self.reads(requirement.parts), name)
