"""The picture of a policy's accounts as SVG: categories on the left go into what they are part of on the right.

What is moved, what is above a limit and credits that are worked out are dashed lines. All is lines and texts in one
colour, which a page leaves to whoever reads it (`currentColor`).
"""

from collections.abc import Iterator, Mapping
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


def account_diagram(book: Rulebook, colour: str = "currentColor", font: str = "inherit") -> str:
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
    width = max(box.x for box in boxes.values()) + _WIDTH + _APART
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    parts = [
        *(_inside(boxes[node.name], boxes[node.parent]) for node in nodes.values() if node.parent),
        *_flows(book.flows, boxes), *(_drawn(box) for box in boxes.values()),
    ]  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" role="img" font-family="{escape(font)}" font-size="{_SIZE:.0f}" stroke="{colour}"'
        ' fill="none">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{colour}" stroke="none"/></marker></defs>'
        + "".join(part.replace("@", colour) for part in parts)
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
    return f'<rect x="{box.x:.1f}" y="{box.y:.1f}" {size} rx="4" opacity=".7"/>{texts}'


def _inside(child: _Box, parent: _Box) -> str:
    x, end = child.x + _WIDTH, parent.x
    half = (x + end) / 2
    return (
        f'<path d="M{x:.1f} {child.middle:.1f} C{half:.1f} {child.middle:.1f} {half:.1f} {parent.middle:.1f}'
        f' {end:.1f} {parent.middle:.1f}" opacity=".7" marker-end="url(#arrow)"/>'
    )


def _flows(flows: tuple[Flow, ...], boxes: Mapping[str, _Box]) -> Iterator[str]:
    """Dashed lines that leave on the right and come in on the right; each sort is named once at its target."""
    named: set[tuple[str, str]] = set()
    for number, flow in enumerate(flows):
        source, target = boxes[flow.source], boxes[flow.target]
        x, end = source.x + _WIDTH, target.x + _WIDTH
        start = source.middle + 4
        out = max(x, end) + 30 + 8 * (number % 5)
        yield (
            f'<path d="M{x:.1f} {start:.1f} C{out:.1f} {start:.1f} {out:.1f} {target.middle:.1f}'
            f' {end:.1f} {target.middle:.1f}" stroke-dasharray="4 3" opacity=".7" marker-end="url(#arrow)"/>'
        )
        if (flow.target, flow.label) not in named:
            above = sum(name == flow.target for name, _ in named)
            named.add((flow.target, flow.label))
            yield (
                f'<text x="{end + 12:.1f}" y="{target.middle + 18 + 12 * above:.1f}" font-size="10" fill="@"'
                ' stroke="none">'
                f"{escape(flow.label)}</text>"
            )
