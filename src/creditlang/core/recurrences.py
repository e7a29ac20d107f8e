"""What is worked out from its own earlier periods: which nodes hang together so, and in which order.

A node may read another as it was in an earlier period. Such an edge does not count for the order of nodes; nodes that
reach each other through one are a recurrence: they are worked out together, one period after the other, and inside a
period each after what it reads there. A circle without such an edge has no order.
"""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

Node = Any
"""Anything that can be told apart from others."""
Edges = Mapping[Node, Iterable[Node]]


def in_order_of_time(after: Edges, earlier: Edges) -> list[tuple[tuple[Node, ...], bool]]:
    """The nodes in order: single ones, and those of each recurrence together, which is said beside them.

    `after` has what each reads, `earlier` what it reads of earlier periods. Raises `graphlib.CycleError` on a circle in
    `after`.
    """
    order = list(TopologicalSorter(after).static_order())
    if not any(earlier.values()):
        return [((node,), False) for node in order]
    place = {node: number for number, node in enumerate(order)}
    together: dict[Node, set[Node]] = {node: {node} for node in order}
    both: dict[Node, set[Node]] = {node: {*after.get(node, ()), *earlier.get(node, ())} for node in order}
    recurrent: set[Node] = set()
    readers: dict[Node, set[Node]] = {node: set() for node in order}
    for node, read in both.items():
        for other in read:
            readers[other].add(node)
    for node, before in earlier.items():
        for other in before:
            circle = _reached(other, both) & _reached(node, readers)
            recurrent |= circle
            if circle:
                joined = set[Node]().union(*(together[inner] for inner in circle))
                together.update(dict.fromkeys(joined, joined))
    groups = {id(group): tuple(sorted(group, key=place.__getitem__)) for group in together.values()}
    condensed = {
        key: {id(together[other]) for node in group for other in both[node]} - {key} for key, group in groups.items()
    }
    found = [groups[key] for key in TopologicalSorter(condensed).static_order()]
    return [(group, group[0] in recurrent) for group in found]


def _reached(start: Node, edges: dict[Node, set[Node]]) -> set[Node]:
    """What can be reached, the start included."""
    found, waiting = {start}, [start]
    while waiting:
        for other in edges[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
