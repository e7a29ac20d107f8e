"""A document as a PDF, set by typst from the template `page.typ`.

Texts reach the template as JSON strings, so nothing in a name can be markup, call a function or read a file. A Latin
word that is longer than its cell gets places where it may break. The same document gives the same bytes: no date, and
fonts only from where they were found.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from creditlang.plugin.document import Document
from creditlang.toolkit.page_layout import MARGINS, PADDING, Layout, Placed, Sheet, clean, scaled, text_width
from creditlang_builtin.forms.chinese_fonts import ChineseFonts, chinese_fonts

_MARK: Final = "\0"
_TEMPLATE: Final = Path(__file__).with_name("page.typ")
_WORD: Final = re.compile(r"[!-~\u00a1-\u024f\u0370-\u058f]{6,}")
_MAY_BREAK: Final = "\u200b"


class PdfDrawer:
    """Draws documents; the fonts are looked for once."""

    def __init__(self) -> None:
        """Raises `PluginError`: CR761 no Chinese font, CR765 the setting leads to none."""
        import typst

        self.fonts: ChineseFonts = chinese_fonts()
        self._template = _TEMPLATE.read_bytes()
        self._compiler = typst.Compiler(self._template, font_paths=self.fonts.found, ignore_system_fonts=True)

    def draw(self, document: Document, layout: Layout) -> bytes:
        """The PDF."""
        data = {
            "title": clean(document.title), "footer": clean(document.footer), "language": document.language,
            "page-number": document.page_number(_MARK).split(_MARK), "landscape": document.landscape,
            "margins": MARGINS, "padding": PADDING * layout.scale, "fonts": list(self.fonts.families),
            "pages": [_page(scaled(sheet, layout.scale), PADDING * layout.scale) for sheet in layout.sheets],
        }  # fmt: skip
        inputs = {"document": json.dumps(data, ensure_ascii=False)}
        drawn = self._compiler.compile(input=self._template, format="pdf", sys_inputs=inputs, pdf_tags=False)
        assert isinstance(drawn, bytes)
        return drawn

    def missing(self, document: Document, layout: Layout) -> set[str]:
        """The characters of a document that no font has."""
        texts = [document.title, document.footer, *(one.text for sheet in layout.sheets for one in sheet.cells)]
        return self.fonts.missing(clean("".join(texts)))


def _page(sheet: Sheet, padding: float) -> dict[str, Any]:
    return {
        "widths": [round(width, 2) for width in sheet.widths],
        "heights": [round(height, 2) for height in sheet.heights],
        "cells": [_cell(one, sheet.widths, padding) for one in sheet.cells],
    }


def _cell(one: Placed, widths: tuple[float, ...], padding: float) -> dict[str, Any]:
    cell = one.cell
    room = sum(widths[one.column : one.column + cell.across]) - 2 * padding
    return {
        "x": one.column, "y": one.line, "across": cell.across, "down": cell.down, "align": cell.align,
        "vertical": cell.vertical, "border": cell.border, "bold": cell.bold, "size": round(one.size, 2),
        "lines": breakable(one.text, room, one.size).split("\n"),
    }  # fmt: skip


def breakable(text: str, room: float, size: float) -> str:
    """The text with places to break in words that are wider than `room` points."""
    letters = max(int(room / text_width("x", size)), 1)
    if len(text) <= letters:
        return text

    def broken(match: re.Match[str]) -> str:
        word = match[0]
        parts = [word[start : start + letters] for start in range(0, len(word), letters)]
        return _MAY_BREAK.join(parts)

    return _WORD.sub(broken, text)
