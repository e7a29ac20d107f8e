"""Tables as text: aligned although a Chinese character is two columns wide, numbers flush right."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from creditlang.source import display_width, visible
from creditlang.values import amount_text


def table_text(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The lines of a table."""
    shown = [
        [amount_text(cell) if isinstance(cell, Decimal) else visible(_open_text(cell)) for cell in row] for row in rows
    ]
    numeric = [any(isinstance(row[i], Decimal | int) for row in rows) for i in range(len(headings))]
    widths = [max([display_width(head), *(display_width(row[i]) for row in shown)]) for i, head in enumerate(headings)]
    lines = [_line(headings, widths, numeric), "  ".join("─" * width for width in widths)]
    lines += [_line(row, widths, numeric) for row in shown]
    return "\n".join(lines)


def _open_text(cell: object) -> str:
    """A cell that is no number; an open amount gets the decimals of the others."""
    text = "" if cell is None else str(cell)
    ends, dots = (end.strip() for end in text.split("…")), "…" in text
    try:
        return " … ".join(amount_text(Decimal(end)) if end else "" for end in ends).strip() if dots else text
    except InvalidOperation:
        return text


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for cell, width, right in zip(cells, widths, numeric, strict=True):
        space = " " * (width - display_width(cell))
        padded.append(space + cell if right else cell + space)
    return "  ".join(padded).rstrip()
