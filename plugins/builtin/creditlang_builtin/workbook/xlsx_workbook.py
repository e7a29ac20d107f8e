"""An XLSX workbook: its parts, and its sheets as cells.

Macros are never looked at, links to other files never followed; a formula counts for the value that was saved with it.
"""

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from attrs import frozen

from creditlang_builtin.workbook.cell_styles import formats
from creditlang_builtin.workbook.cell_values import Format
from creditlang_builtin.workbook.sheet_reading import SheetReader, shared_texts
from creditlang_builtin.workbook.sheet_table import Cells
from creditlang_builtin.workbook.workbook_limits import MOST_SHEETS, too_large
from creditlang_builtin.workbook.xlsx_package import Package

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pyarrow

_WORKBOOK: Final = "xl/workbook.xml"


@frozen
class XlsxSheet:
    """A sheet as the workbook lists it."""

    name: str
    visible: bool
    part: str


class XlsxBook:
    """One workbook. Raises `WorkbookError` CR721, CR722 or CR723 when it cannot be read."""

    def __init__(self, content: bytes) -> None:
        """Look at what there is; no sheet is read yet."""
        self.content = content
        self.package = Package(content)
        part = next(self._targets("officeDocument", _parts(self.package, "_rels/.rels"), ""), ("", _WORKBOOK))[1]
        self.folder, name = posixpath.split(part.lstrip("/"))
        self.book = self.package.xml(part)
        self.relations = _parts(self.package, posixpath.join(self.folder, "_rels", f"{name}.rels"))
        self.sheets = tuple(self._sheets())

    def _sheets(self) -> Iterator[XlsxSheet]:
        targets = dict(self._targets("worksheet", self.relations, self.folder))
        listed = [node for node in self.book.iter() if _local(node.tag) == "sheet"]
        if len(listed) > MOST_SHEETS:
            raise too_large("sheets", "个工作表", MOST_SHEETS)
        for number, node in enumerate(listed, 1):
            part = next((targets.get(value) for key, value in node.attrib.items() if _local(key) == "id"), None)
            if not self.relations:
                part = posixpath.join(self.folder, f"worksheets/sheet{number}.xml")
            if part is not None:  # else a sheet that is a chart
                yield XlsxSheet(node.get("name") or "", node.get("state", "visible") == "visible", part)

    @staticmethod
    def _targets(kind: str, relations: "Iterable[Element]", folder: str) -> Iterator[tuple[str, str]]:
        """The parts of a kind that something in a folder refers to, by the names by which it does."""
        for relation in relations:
            if (relation.get("Type") or "").endswith(f"/{kind}"):
                target = posixpath.join("/", folder, unquote(relation.get("Target") or ""))
                yield relation.get("Id") or "", posixpath.normpath(target)

    def cells(self, sheet: XlsxSheet) -> Cells:
        """What is in a sheet."""
        reader = SheetReader(self._formats, self._shared, self._since_1904)
        return Cells(lambda: reader.rows(self.package.pieces(sheet.part)), reader.merges)

    def has_drawings(self, sheet: XlsxSheet) -> bool:
        """Whether pictures or charts lie on a sheet."""
        folder, name = posixpath.split(sheet.part)
        relations = _parts(self.package, posixpath.join(folder, "_rels", f"{name}.rels"))
        return any(True for _ in self._targets("drawing", relations, folder))

    @cached_property
    def _formats(self) -> list[Format]:
        part = self._part("styles", "styles.xml")
        return [] if part is None else formats(self.package.xml(part))

    def _part(self, kind: str, usual: str) -> str | None:
        """A part that a workbook may do without; one that lists no parts has it under its usual name."""
        named = [part for _, part in self._targets(kind, self.relations, self.folder)]
        named = named if self.relations else [posixpath.join(self.folder, usual)]
        return next((part for part in named if part in self.package), None)

    @cached_property
    def _shared(self) -> "pyarrow.StringArray":
        """The shared texts."""
        import pyarrow

        part = self._part("sharedStrings", "sharedStrings.xml")
        return pyarrow.array([], pyarrow.string()) if part is None else shared_texts(self.package.pieces(part))

    @cached_property
    def _since_1904(self) -> bool:
        settings = (node for node in self.book if _local(node.tag) == "workbookPr")
        return any(node.get("date1904") in ("1", "true") for node in settings)


def _parts(package: Package, name: str) -> "list[Element]":
    """What a list of parts says; a package may be without it."""
    return list(package.xml(name)) if name in package else []


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
