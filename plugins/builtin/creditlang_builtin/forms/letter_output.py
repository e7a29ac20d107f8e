"""One document as a page or a PDF: `letter:FILE.html`, `letter:FILE.pdf`, drawn as printed forms are."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from creditlang.diagnostics import report
from creditlang.plugin import Output, PluginError
from creditlang.plugin.document import Document
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import hand_over, publish_file
from creditlang.toolkit.extras import need
from creditlang.toolkit.page_layout import laid_out


class LetterOutput(Output):
    """To a file that ends in `.html` or `.pdf`, or the page to the stream."""

    wants_document = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream. Raises `PluginError`: CR718 for another ending, CR787 for a PDF without `office`."""
        super().__init__(target, stream)
        ending = Path(target).suffix.lower()
        if target != "-" and ending not in (".html", ".pdf"):
            raise PluginError(report("CR718", None, target=target))
        if ending == ".pdf":
            need("office", "typst", "fontTools")
        self._as_pdf = ending == ".pdf"
        self._document: Document | None = None

    def about_document(self, document: Document) -> None:
        """Keep the document until it is published."""
        self._document = document

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: a letter has no tables of results."""

    def close(self) -> None:
        """Draw and publish. Raises `PluginError`: CR761 no Chinese font, CR765 the setting leads to none."""
        document, self._document = self._document, None
        if document is None:
            return
        layout = laid_out(document)
        if self._as_pdf:
            from creditlang_builtin.forms.to_pdf import PdfDrawer

            drawn = PdfDrawer().draw(document, layout)
            publish_file(Path(self.target), drawn, lambda beginning: beginning.startswith(b"%PDF"))
        else:
            from creditlang_builtin.forms import to_html

            page = to_html.draw(document, layout).decode()
            hand_over(page, self.target, self.stream, lambda beginning: to_html.OURS in beginning)

    def discard(self) -> None:
        """Drop the document."""
        self._document = None
