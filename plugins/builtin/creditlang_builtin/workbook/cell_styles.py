"""What the cell formats of an XLSX workbook make of numbers: its styles, by the number that a cell has."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from creditlang_builtin.workbook.cell_values import Format, format_of


def formats(styles: Element) -> list[Format]:
    """The formats in the order by which cells name them."""
    codes = {_number(node.get("numFmtId")): node.get("formatCode") for node in _inside(styles, "numFmts")}
    return [
        format_of(number, codes.get(number))
        for number in (_number(node.get("numFmtId")) for node in _inside(styles, "cellXfs"))
    ]


def _inside(root: Element, name: str) -> Iterator[Element]:
    for node in root:
        if node.tag.rpartition("}")[2] == name:
            yield from node


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else 0
