"""The picture of a policy's accounts as SVG: categories on the left go into what they are part of on the right.

What is moved, what is above a limit and credits that are worked out run dashed beside the boxes, each sort into a
target in a lane of its own: on the left where none of its ends has parts, otherwise on the right. On the way there a
line passes between the boxes, if need be below or above the one that it leaves. All is lines and texts in one colour,
which a page leaves to whoever reads it (`currentColor`), as it does the paper's.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final

from attrs import define, field, frozen

from creditlang.plugin.rulebook_data import AccountNode, Flow, Rulebook
from creditlang.toolkit.page_layout import text_width

_WIDTH: Final = 190.0
_APART: Final = 95.0
_LINE: Final = 15.0
_GAP: Final = 9.0
_SIZE: Final = 12.0
_MARGIN: Final = 8.0
_LANE: Final = 12.0
_NOTE: Final = 10.0
_STEP: Final = 6.0
_SMALL: Final = ' opacity=".65" font-size="10"'


@frozen
class _Box:
    """An account where it stands: its left upper corner, its height, and its lines."""

    x: float
    y: float
    height: float
    lines: tuple[str, ...]
    note: str

    @property
    def middle(self) -> float:
        """Where lines come in and go out."""
        return self.y + self.height / 2


@define
class _Layout:
    """Places boxes, leaves one below the other, what they are part of beside their middle."""

    nodes: Mapping[str, AccountNode]
    deepest: int
    boxes: dict[str, _Box] = field(factory=dict)
    next_y: float = _MARGIN

    def place(self, node: AccountNode, depth: int) -> None:
        """A node after all that is part of it."""
        inside = [x for x in self.nodes.values() if x.parent == node.name]
        for child in inside:
            self.place(child, depth + 1)
        lines = tuple(_wrapped(node.label))
        height = _LINE * (len(lines) + bool(node.unit)) + 8
        x = _MARGIN + (self.deepest - depth) * (_WIDTH + _APART)
        if inside:
            y = (self.boxes[inside[0].name].middle + self.boxes[inside[-1].name].middle - height) / 2
            y = max(y, _MARGIN)
        else:
            y = self.next_y
        self.boxes[node.name] = _Box(x, y, height, lines, node.unit)
        self.next_y = max(self.next_y, y + height + _GAP)


@frozen
class _Port:
    """Where a dashed line meets its box, and at which height it runs to its lane, past all boxes between."""

    x: float
    y: float
    run: float

    def to(self, lane: float) -> str:
        """The line from the lane to the box, as the `d` of a path."""
        if self.run == self.y:
            return f"M{lane:.1f} {self.y:.1f} H{self.x:.1f}"
        beside = self.x + (_STEP if lane > self.x else -_STEP)
        return f"M{lane:.1f} {self.run:.1f} H{beside:.1f} V{self.y:.1f} M{beside:.1f} {self.y:.1f} H{self.x:.1f}"


@frozen
class _Lane:
    """The dashed lines into one target under one label: where they leave and come in, the upright line they share."""

    left: bool
    label: str
    out: tuple[_Port, ...]
    x: float
    into: _Port
    note_y: float

    def drawn(self) -> str:
        """Its lines, with the label at the last."""
        ys = [port.run for port in (*self.out, self.into)]
        lines = "".join(f"{port.to(self.x)} " for port in self.out)
        place, anchor = (self.into.x - 10, "end") if self.left else (self.into.x + 10, "start")
        return (
            f'<path d="{lines}M{self.x:.1f} {min(ys):.1f} V{max(ys):.1f}" stroke-dasharray="4 3" opacity=".7"/>'
            f'<path d="{self.into.to(self.x)}" stroke-dasharray="4 3" opacity=".7" marker-end="url(#arrow)"/>'
            f'<text x="{place:.1f}" y="{self.note_y:.1f}" font-size="{_NOTE:.0f}" text-anchor="{anchor}" fill="@"'
            f' stroke="none">{escape(self.label)}</text>'
        )


def account_diagram(
    book: Rulebook, colour: str = "currentColor", font: str = "inherit", paper: str = "var(--paper)"
) -> str:
    """The picture; empty where a policy has no accounts."""
    if not book.accounts:
        return ""
    nodes = {node.name: node for node in book.accounts}
    layout = _Layout(nodes, max(_depth(node, nodes) for node in nodes.values()))
    for node in nodes.values():
        if not node.parent:
            layout.place(node, 0)
            layout.next_y += _GAP
    boxes = layout.boxes
    lanes = list(_lanes(book.flows, nodes, boxes))
    left = min((*(box.x for box in boxes.values()), *(lane.x for lane in lanes))) - _MARGIN
    right = max((*(box.x + _WIDTH for box in boxes.values()), *(lane.x for lane in lanes))) + _MARGIN
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    parts = [
        *(_inside(boxes[node.name], boxes[node.parent]) for node in nodes.values() if node.parent),
        *(lane.drawn() for lane in lanes), *(_drawn(box) for box in boxes.values()),
    ]  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.0f} 0 {right - left:.0f} {height:.0f}"'
        f' width="{right - left:.0f}" height="{height:.0f}" role="img" font-family="{escape(font)}"'
        f' font-size="{_SIZE:.0f}" stroke="{colour}" fill="none">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}" stroke="none"/></marker></defs>'
        + "".join(part.replace("@", colour).replace("~", paper) for part in parts)
        + "</svg>"
    )


def _depth(node: AccountNode, nodes: Mapping[str, AccountNode]) -> int:
    return 1 + _depth(nodes[node.parent], nodes) if node.parent else 0


def _wrapped(text: str) -> Iterator[str]:
    """A label in lines that fit into a box; English breaks between words."""
    room, line = _WIDTH - 14, ""
    for word in text.split(" ") if text.isascii() else text:
        joint = " " if line and text.isascii() else ""
        if line and text_width(line + joint + word, _SIZE) > room:
            yield line
            line, joint = "", ""
        line += joint + word
    yield line


def _drawn(box: _Box) -> str:
    shown = [*box.lines, *([box.note] if box.note else [])]
    texts = "".join(
        f'<text x="{box.x + _WIDTH / 2:.1f}" y="{box.y + _LINE * (number + 1):.1f}" text-anchor="middle" fill="@"'
        f' stroke="none"{"" if number < len(box.lines) else _SMALL}>{escape(text)}</text>'
        for number, text in enumerate(shown)
    )
    size = f'width="{_WIDTH:.0f}" height="{box.height:.1f}"'
    return f'<rect x="{box.x:.1f}" y="{box.y:.1f}" {size} rx="4" fill="~" stroke-opacity=".7"/>{texts}'


def _inside(child: _Box, parent: _Box) -> str:
    x, end = child.x + _WIDTH, parent.x
    half = (x + end) / 2
    return (
        f'<path d="M{x:.1f} {child.middle:.1f} C{half:.1f} {child.middle:.1f} {half:.1f} {parent.middle:.1f}'
        f' {end:.1f} {parent.middle:.1f}" opacity=".7" marker-end="url(#arrow)"/>'
    )


def _lanes(flows: Iterable[Flow], nodes: Mapping[str, AccountNode], boxes: Mapping[str, _Box]) -> Iterator[_Lane]:
    """The flows by side, target and label."""
    parents = {node.parent for node in nodes.values()}
    groups: dict[tuple[str, str], list[str]] = {}
    for flow in flows:
        groups.setdefault((flow.target, flow.label), [flow.target]).append(flow.source)
    inner = {
        group: any(nodes[x].parent for x in ends) and not parents.intersection(ends) for group, ends in groups.items()
    }
    for left in (False, True):
        yield from _beside(left, {group: ends for group, ends in groups.items() if inner[group] == left}, nodes, boxes)


def _beside(
    left: bool, groups: Mapping[tuple[str, str], list[str]], nodes: Mapping[str, AccountNode], boxes: Mapping[str, _Box]
) -> Iterator[_Lane]:
    """The lanes of one side, the shortest in the innermost place that is free; labels have room before the first.

    `groups` has the ends of each, its target first. On the right an account that is part of another has its ports below
    the line to that, or above it where the boxes beside it leave no other way.
    """
    ports: dict[tuple[str, str], list[_Port]] = {group: [] for group in groups}
    for group, ends in groups.items():
        for name in ends:
            box, here = boxes[name], [other for other, those in groups.items() if name in those]
            share = (here.index(group) + 1) / (len(here) + 1)
            beyond = [x for x in boxes.values() if (x.x < box.x if left else x.x > box.x)]
            ports[group].append(_port(box, left, share if left or not nodes[name].parent else (share + 1) / 2, beyond))
    room = max((text_width(label, _NOTE) for _, label in groups), default=0) + 26
    xs = [box.x for box in boxes.values()]
    taken: list[list[tuple[float, float]]] = []
    for group in sorted(groups, key=lambda group: _reach(ports[group])[1] - _reach(ports[group])[0]):
        low, high = _reach(ports[group])
        lane = next((lane for lane in taken if all(high < x or low > y for x, y in lane)), None)
        if lane is None:
            taken.append(lane := [])
        lane.append((low, high))
        out = room + taken.index(lane) * _LANE
        into, *outs = ports[group]
        x = min(xs) - out if left else max(xs) + _WIDTH + out
        lower = into.y > boxes[group[0]].middle
        yield _Lane(left, group[1], tuple(outs), x, into, into.y + (_NOTE if lower else -3))


def _port(box: _Box, left: bool, share: float, beyond: Iterable[_Box]) -> _Port:
    """The port at a `share` of a box's height; mirrored, or with a run below or above it, to pass what is `beyond`."""
    x, y, mirrored = box.x + (0 if left else _WIDTH), box.y + box.height * share, box.y + box.height * (1 - share)
    below, above = box.y + box.height + _GAP * share, box.y - _GAP * share
    ways = (_Port(x, y, y), _Port(x, mirrored, mirrored), _Port(x, y, below), _Port(x, mirrored, above))
    free = (way for way in ways if not any(other.y - 2 < way.run < other.y + other.height + 2 for other in beyond))
    return next(free, ways[0])


def _reach(ports: Iterable[_Port]) -> tuple[float, float]:
    """From where to where a lane runs, with a gap to the next in it."""
    ys = [port.run for port in ports]
    return min(ys) - _GAP, max(ys) + _GAP
