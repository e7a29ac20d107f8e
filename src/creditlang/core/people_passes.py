"""The passes over the people that a policy needs: what has to wait until everybody has been gone through."""

from collections.abc import Iterable, Mapping

from creditlang.core.dependencies import Node, Order, people_queries


def stages(order: Order, nodes: Iterable[Node]) -> Mapping[Node, int]:
    """In which pass over the people each node is worked out; none where one pass is enough.

    What people are together is known once a pass is over. So what reads it of a person is worked out in the next
    one; what reads it of the group, in the same.
    """
    together = {("fact", name) for name, fact in order.facts.items() if fact.among_others}
    found: dict[Node, int] = {}
    for node in nodes if together else ():
        same = _read_of_groups(order, node[1]) if node in together else frozenset()
        members = order.recurrences[int(node[1])] if node[0] == "recurrence" else (node,)
        read = {x for member in members for x in order.all_read(member)} - set(members)
        stage = max((found[x] + (x in together - same) for x in read), default=1)
        found.update(dict.fromkeys((node, *members), stage))
    return found


def later_read(order: Order, node: Node, found: Mapping[Node, int]) -> tuple[str, str]:
    """What in a node reads something of a later pass than the first, and what it reads."""
    later = [other for other in order.graph[node] if found[other] > 1 or _is_together(order, other)]
    named = [order.why[node, other] for other in later if (node, other) in order.why]
    return named[0] if named else later_read(order, later[0], found)


def _is_together(order: Order, node: Node) -> bool:
    return node[0] == "fact" and order.facts[node[1]].among_others


def _read_of_groups(order: Order, name: str) -> frozenset[Node]:
    """What a group reads of itself, and not of its members."""
    fact = order.facts[name]
    if fact.rank is not None:
        parts = fact.rank.groups is not None and tuple(criterion.value for criterion in fact.rank.criteria)
        return frozenset(order.reads(parts or ()))
    inside = people_queries(fact)
    return frozenset(order.reads(fact)) - frozenset(order.reads(inside))


def needs(order: Order, name: str) -> frozenset[str]:
    """The kinds of records that a fact is worked out from."""
    seen: set[Node] = set()
    waiting: list[Node] = [("fact", name)]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += order.all_read(node)
    return frozenset(name for sort, name in seen if sort == "kind")
