"""An empty workbook to fill in: a sheet for the students and for each kind of record, and one that explains them.

The headings are the policy's labels, so that the filled workbook is read as it stands. Cells of numbers and texts are
text, which keeps a number of 18 digits whole; dates and numbers are checked as they are typed; codes, yes and no,
semesters and other lists drop down. The lists stand on a hidden sheet under names, because a list within a cell may
have 255 characters. A list only warns: other words that the policy knows may be typed as well.

The same policy gives the same bytes: the date in the document's properties is fixed.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from creditlang.cli.bilingual_help import reader_language, said
from creditlang.sheets_in_words import SheetColumn, SheetInWords
from creditlang.source import display_width
from creditlang.toolkit.extras import need

if TYPE_CHECKING:
    from creditlang.core.operators import Policy

LAST_ROW: Final = 1_048_575
_CREATED: Final = datetime(2000, 1, 1)
_MOST: Final = 999_999_999_999
_LONGEST_TITLE: Final = 32
_LONGEST_HINT: Final = 255
_LINE: Final = 15
_HIGHEST: Final = 409
"""Points: of a line, and the most that a row can have."""

_COLUMNS: Final = (
    ("sheet", "工作表", 18), ("column", "列", 20), ("other names", "也可以写作", 30), ("type", "类型", 8),
    ("needed", "必填", 8), ("values", "取值", 70), ("if empty", "不填时", 12), ("article", "依据", 22),
)  # fmt: skip
"""Of the sheet that explains: heading in both languages, and width."""


def template_workbook(policy: "Policy", sheets: Sequence[SheetInWords]) -> bytes:
    """The workbook. Raises `PluginError` CR787 without the extra `office`."""
    need("office")
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": policy.title or policy.identifier, "created": _CREATED})
    writer = _Writer(book)
    for sheet in sheets:
        writer.sheet(sheet)
    writer.explain(sheets)
    writer.lists()
    book.close()
    return content.getvalue()


def _listed(words: Sequence[str]) -> str:
    """Words with marks between them that none of them has: 晚归、外宿 is one item."""
    mark, other = said(", ", "、"), said("; ", "；")
    return (other if any(mark in word for word in words) else mark).join(words)


class _Writer:
    """Writes one workbook."""

    def __init__(self, book: Any) -> None:
        self.book = book
        common = {"bold": True, "border": 1, "valign": "vcenter"}
        self.needed = book.add_format({**common, "bg_color": "#F8CBAD"})
        self.heading = book.add_format({**common, "bg_color": "#DDEBF7"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.number = book.add_format({"num_format": "General"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.choices: dict[tuple[str, ...], str] = {}
        """The name of each drop-down list."""

    def sheet(self, sheet: SheetInWords) -> None:
        """An empty sheet."""
        page = self.book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        self._on_paper(page)
        for position, column in enumerate(sheet.columns):
            width = max(10, display_width(column.heading) + 4)
            shape = {"date": self.day, "number": self.number}.get(column.type, self.text)
            page.set_column(position, position, width, shape)
            page.write_string(0, position, column.heading, self.needed if column.needed else self.heading)
            page.data_validation(1, position, LAST_ROW, position, self._validation(column))

    def _on_paper(self, page: Any) -> None:
        """A4 across, all columns on a page, the heading on each."""
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def _validation(self, column: SheetColumn) -> dict[str, Any]:
        """What may be typed, and what is said when the cell is chosen."""
        shown = {"input_title": column.heading[:_LONGEST_TITLE], "input_message": self._hint(column)}
        match column.type:
            case "date":
                bounds = {"minimum": date(1900, 1, 1), "maximum": date(2100, 12, 31)}
                return {"validate": "date", "criteria": "between", **bounds, **shown, **self._error(column)}
            case "number":
                return {**self._number(column), **shown, **self._error(column)}
            case _ if column.choices:
                source = f"={self._list(tuple(word for word, _ in column.choices))}"
                return {"validate": "list", "source": source, "error_type": "warning", **shown, **self._error(column)}
            case _:
                return {"validate": "any", **shown}

    def _number(self, column: SheetColumn) -> dict[str, Any]:
        assert column.column is not None
        low, high = column.column.minimum, column.column.maximum
        whole = column.column.type.decimals == 0
        bounds = [Decimal(_MOST * sign) if bound is None else bound for bound, sign in ((low, -1), (high, 1))]
        least, most = (int(bound) if bound == int(bound) else float(bound) for bound in bounds)
        validate = "integer" if whole else "decimal"
        return {"validate": validate, "criteria": "between", "minimum": least, "maximum": most}

    def _error(self, column: SheetColumn) -> dict[str, str]:
        return {"error_title": said("Please check", "请核对"), "error_message": self._hint(column)}

    def _hint(self, column: SheetColumn) -> str:
        """One or two lines about a column."""
        parts = [column.type_word(reader_language())]
        if column.type == "date":
            parts.append(said("such as 2024-10-08", "例如 2024-10-08"))
        if need := column.need_word(reader_language()):
            parts.append(said(f"needed: {need}", "必填" if need == "是" else f"{need}必填"))
        if default := column.default_word(reader_language()):
            parts.append(said(f"if empty: {default}", f"不填视为{default}"))
        if column.column is not None and column.type == "number":
            parts += self._bounds(column)
        return said(", ", "，").join(parts)[:_LONGEST_HINT]

    def _bounds(self, column: SheetColumn) -> list[str]:
        assert column.column is not None
        low, high, decimals = column.column.minimum, column.column.maximum, column.column.type.decimals
        parts = []
        if low is not None:
            parts.append(said(f"at least {low}", f"不小于{low}"))
        if high is not None:
            parts.append(said(f"at most {high}", f"不大于{high}"))
        exact = said(f"at most {decimals} decimals", f"最多{decimals}位小数") if decimals else said("whole", "整数")
        return [*parts, exact]

    def _list(self, words: tuple[str, ...]) -> str:
        return self.choices.setdefault(words, f"list_{len(self.choices) + 1}")

    def explain(self, sheets: Sequence[SheetInWords]) -> None:
        """The sheet that explains every column."""
        page, language = self.book.add_worksheet(said("Explanation", "说明")), reader_language()
        page.freeze_panes(1, 2)
        self._on_paper(page)
        for position, (english, chinese, width) in enumerate(_COLUMNS):
            page.set_column(position, position, width, self.wrapped)
            page.write_string(0, position, said(english, chinese), self.heading)
        rows = [(sheet, column) for sheet in sheets for column in sheet.columns]
        for row, (sheet, column) in enumerate(rows, start=1):
            others = _listed([name for name in (*column.labels, column.name) if name != column.heading])
            values = _listed([word for word, _ in column.choices]) or said(", ", "，").join(
                self._bounds(column) if column.type == "number" else []
            )
            cells = (
                sheet.title, column.heading, others, column.type_word(language), column.need_word(language), values,
                column.default_word(language), column.article,
            )  # fmt: skip
            lines = max(-(-display_width(text) // width) for text, (*_, width) in zip(cells, _COLUMNS, strict=True))
            page.set_row(row, min(_LINE * max(1, lines), _HIGHEST))
            for position, text in enumerate(cells):
                if text:
                    page.write_string(row, position, text, self.wrapped)
        page.autofilter(0, 0, len(rows), len(_COLUMNS) - 1)

    def lists(self) -> None:
        """The hidden sheet of the lists."""
        if not self.choices:
            return
        title = said("Options", "选项")
        page = self.book.add_worksheet(title)
        page.hide()
        for position, (words, name) in enumerate(self.choices.items()):
            page.write_string(0, position, name)
            for row, word in enumerate(words, start=1):
                page.write_string(row, position, word)
            from xlsxwriter.utility import xl_col_to_name

            letters = xl_col_to_name(position)
            self.book.define_name(name, f"='{title}'!${letters}$2:${letters}${len(words) + 1}")
