"""What two policies say otherwise, and whom that can meet: who is not met comes to the same with both.

Parts are compared as they stand in the core. Where nothing but lines, named values, facts and requirements differ, a
student is met by a changed rule if they have a record that it takes, by a guard or a line of an account if they have
one that it may be done to, by what is decided of students in any case. A node comes to the same on both sides if no
changed part of it meets the student, or if both are seen to give the same, and what it reads is the same. So nodes that
a changed part stands in are enough to be looked at, with all that they are worked out from; and with those in which
their entries go on, since of a limit over several trees another entry may then find room.

What moves make of a request is not looked at: whoever has one for which another line is written is met without more.
Where anything else differs, everybody is met by everything.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field, fields, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import root_of, within
from creditlang.core.dependencies import MOVES, Node, Order, reads, references

_IN_PARTS: Final = frozenset({
    "settings", "kinds", "accounts", "rules", "facts", "record_facts", "moves", "requirements", "uniques",
})  # fmt: skip
"""Fields of a policy of which the parts are compared one by one."""
_ONLY_TOLD: Final = frozenset({
    "title", "issuer", "person", "unit_labels", "setting_labels", "record_fact_labels", "table_labels", "readings",
    "articles", "article_of", "objections", "shown", "tables", "scales", "fingerprint",
})  # fmt: skip
"""Fields of a policy that nothing is worked out from; a printed table stands in the lines that read it."""
_AS_WRITTEN: Final = frozenset({"span", "text", "number", "article", "label", "labelled"})
"""Fields of a part that tell how and where it is written."""


@define
class Meeting:
    """Whom the changed parts of a node meet."""

    everybody: bool = False
    kinds: set[str] = field(factory=set)
    """Whoever has a record of these."""
    rules: set[str] = field(factory=set)
    """Whoever has a record that one of these takes."""


@frozen
class ChangedParts:
    """What differs between two policies of the same nodes."""

    met: Mapping[Node, Meeting]
    """By node that comes to something else, perhaps."""
    asked: frozenset[str]
    """The kinds of requests of which other things are made."""
    order: tuple[Node, ...]
    """These nodes, and all that they are worked out from, in order."""
    behind: Mapping[Node, frozenset[Node]]
    """For each, the nodes that tell whether what it comes to is known, itself included."""


def changed_parts(
    old: o.Policy, new: o.Policy, set_old: Mapping[str, Any], set_new: Mapping[str, Any]
) -> ChangedParts | None:
    """What differs between two policies whose named values are set; None where everybody may be met."""
    alike = all(
        _same(getattr(old, x.name), getattr(new, x.name))
        for x in fields(o.Policy)
        if x.name not in _IN_PARTS | _ONLY_TOLD
    )
    if not (alike and _have_the_same_parts(old, new)):
        return None
    found = _Changed(old, new)
    for setting in old.settings:
        one, two = ({"set": given.get(setting), "is": setting in given} for given in (set_old, set_new))
        if not (_same(one, two) and (one["is"] or _same(old.settings[setting], new.settings[setting]))):
            found.settings.add(setting)
    found.spread()
    return found.parts()


def _have_the_same_parts(old: o.Policy, new: o.Policy) -> bool:
    """Whether parts have the same names, and differ in nothing but what this file compares."""
    named = ("settings", "kinds", "accounts", "rules", "facts", "record_facts", "requirements")
    if any([*getattr(old, name)] != [*getattr(new, name)] for name in named):
        return False
    if len(old.uniques) != len(new.uniques) or [x.kind for x in old.moves] != [x.kind for x in new.moves]:
        return False
    compared: tuple[tuple[str, frozenset[str]], ...] = (
        ("kinds", frozenset({"guards", "labels"})), ("rules", frozenset({"operators", "where", "labels"})),
        ("accounts", frozenset({"operators", "decide", "diverts", "labels"})),
    )  # fmt: skip
    return all(
        _same(one, two, besides)
        for name, besides in compared
        for one, two in zip(getattr(old, name).values(), getattr(new, name).values(), strict=True)
    )


def _same(one: Any, two: Any, besides: frozenset[str] = frozenset()) -> bool:
    """Whether two parts say the same, down to the cells of tables."""
    if one is two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, Mapping):
        return [*one] == [*two] and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(_same, one, two))
    parts = getattr(type(one), "__attrs_attrs__", None)
    if parts is None:
        return bool(one == two)
    names = (part.name for part in parts if part.name not in _AS_WRITTEN and part.name not in besides)
    return all(_same(getattr(one, name), getattr(two, name)) for name in names)


@define
class _Changed:
    """Finds out what differs, part by part."""

    old: o.Policy
    new: o.Policy
    settings: set[str] = field(factory=set)
    record_facts: set[str] = field(factory=set)
    met: dict[Node, Meeting] = field(factory=dict)
    asked: set[str] = field(factory=set)
    beyond: bool = False
    """Whether something differs that may meet anybody."""

    def differ(self, one: Any, two: Any) -> bool:
        """Whether two parts do not say the same, or read something that is not the same."""
        return not _same(one, two) or self._reads_changed(one)

    def _reads_changed(self, part: Any) -> bool:
        return any(x.name in self.settings for x in reads(part, "setting")) or any(
            x.sort == "record fact" and x.name in self.record_facts for x in references(part, e.Value)
        )

    def spread(self) -> None:
        """Named values and facts of records that read what differs."""
        before = -1
        while before != (before := len(self.settings) + len(self.record_facts)):
            self.settings |= {name for name, dated in self.old.settings.items() if self._reads_changed(dated)}
            self.record_facts |= {
                name for name, fact in self.old.record_facts.items() if self.differ(fact, self.new.record_facts[name])
            }

    def parts(self) -> ChangedParts | None:
        """All that differs, and what has to be worked out to see whom it makes different."""
        old, new = self.old, self.new
        self.beyond |= self._reads_changed(old.applies)
        for name in old.kinds:
            if self.differ(_before_rules(old, name), _before_rules(new, name)):
                self._kind(name)
        for name, rule in old.rules.items():
            if self.differ(rule.operators, new.rules[name].operators):
                self.beyond |= _posts(rule.operators, new.rules[name].operators)
                for node in self._nodes_of([name]):
                    self.meeting(node).rules.add(name)
        for name, account in old.accounts.items():
            self._account(account, new.accounts[name])
        for sort, decided, other in (("fact", old.facts, new.facts), ("require", old.requirements, new.requirements)):
            for name, decide in decided.items():
                if self.differ(decide, other[name]):
                    self.meeting((sort, name)).everybody = True
        for number, (one, two) in enumerate(zip(old.uniques, new.uniques, strict=True)):
            if self.differ(one, two):
                over = {*(one.group.over or old.rules), *(two.group.over or old.rules)}
                for node in (("unique", str(number)), *self._nodes_of(over)):
                    self.meeting(node).kinds |= {old.rules[rule].kind for rule in over}
        self.asked = {one.kind for one, two in zip(old.moves, new.moves, strict=True) if self.differ(one, two)}
        run_again = {node for nodes in old.behind.values() for node in nodes}
        if self.beyond or run_again & self.met.keys():
            return None  # what is read as of another time comes from other entries than those that are compared
        behind = _behind((old, new))
        needed = frozenset(node for own in self.met for node in behind.get(own, ())) | self.met.keys()
        order = tuple(node for node in old.order if node in needed)
        return ChangedParts(
            self.met, frozenset(self.asked), order, {node: behind.get(node, frozenset((node,))) for node in order}
        )

    def meeting(self, node: Node) -> Meeting:
        """Whom a node meets, to be added to."""
        return self.met.setdefault(node, Meeting())

    def _kind(self, name: str) -> None:
        """Another guard of a kind, or another condition that brings its records to rules."""
        self.beyond |= self.old.kinds[name].enrolment
        for node in (
            ("kind", name),
            *self._nodes_of(rule.name for rule in self.old.rules.values() if rule.kind == name),
        ):
            self.meeting(node).kinds.add(name)

    def _account(self, one: o.Account, two: o.Account) -> None:
        accounts, rules = self.old.accounts, self.old.rules
        if self.differ(one.operators, two.operators):
            self.beyond |= _posts(one.operators, two.operators)
            own = [rule for name in within(accounts, one.name) for rule in accounts[name].items]
            for node in self._nodes_of(own):
                self.meeting(node).kinds |= {rules[rule].kind for rule in own}
        if self.differ((one.decide, one.diverts), (two.decide, two.diverts)):
            self.beyond |= bool(one.diverts or two.diverts) and one.sort != "credit"
            node = ("credit", one.name) if one.sort == "credit" else ("tree", root_of(accounts, one.name))
            self.meeting(node).everybody = True

    def _nodes_of(self, rules: Iterable[str]) -> Iterator[Node]:
        """The nodes that entries of rules pass through, and those of others that they share a limit with."""
        policy, names = self.old, set(rules)
        passed: set[str] = set()
        while names - passed:
            passed |= names
            for number, unique in enumerate(policy.uniques):
                over = unique.group.over or frozenset(policy.rules)
                if over & passed:
                    yield "unique", str(number)
                    names |= over
            roots = {root_of(policy.accounts, policy.rules[rule].account) for rule in names}
            names |= {
                rule for root in roots for name in within(policy.accounts, root) for rule in policy.accounts[name].items
            }
        for root in {root_of(policy.accounts, policy.rules[rule].account) for rule in passed}:
            yield "items", root
            yield "tree", root


def _before_rules(policy: o.Policy, kind: str) -> tuple[Any, ...]:
    """The guards of a kind, and what brings its records to rules."""
    return policy.kinds[kind].guards, *(rule.where for rule in policy.rules.values() if rule.kind == kind)


def _posts(*bodies: Collection[o.Operator]) -> bool:
    """Whether a body says where, when or for how long entries count, or takes from accounts: moves look at that."""
    return any(isinstance(operator, (o.Post, o.Move)) for body in bodies for operator in body)


def _behind(policies: Iterable[o.Policy]) -> Mapping[Node, frozenset[Node]]:
    """For each node all that tells what it comes to, itself included, with either of two policies.

    A record that a rule finds invalid is so for whoever looks at records of its kind: so these hang on its rules.
    """
    graph: dict[Node, set[Node]] = {}
    for policy in policies:
        order = Order(
            kinds=policy.kinds, accounts=policy.accounts, rules=policy.rules, facts=policy.facts,
            record_facts=policy.record_facts, moves=policy.moves, requirements=policy.requirements,
            uniques=policy.uniques, periods=policy.periods,
        )  # fmt: skip
        order.find()
        void = ((node, {("kind", kind)}) for node, kind in order.even_void)
        for node, after in (*order.graph.items(), *order.earlier.items(), *_invalid(policy), *void):
            graph.setdefault(node, set()).update(after)
    found: dict[Node, frozenset[Node]] = {}
    for node in graph:
        seen, waiting = {node}, [node]
        while waiting:
            more = graph.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        found[node] = frozenset(seen)
    return found


def _invalid(policy: o.Policy) -> Iterator[tuple[Node, set[Node]]]:
    for rule in policy.rules.values():
        root = root_of(policy.accounts, rule.account)
        yield ("kind", rule.kind), {("items", root), ("tree", root)}
    for move in policy.moves:
        if any(guard.otherwise == "invalid" for guard in move.guards):
            yield ("kind", move.kind), {MOVES}
