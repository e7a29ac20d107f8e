"""The book about a policy as one page of HTML or as a PDF: `rulebook:FILE.html`, `rulebook:FILE.pdf`.

The page needs nothing else and no network; it forbids itself scripts and addresses. The PDF is set by typst from
`rulebook.typ`, to which every text goes as a string of JSON, so that none can be markup. The same policy gives the same
bytes.
"""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

import attrs

from creditlang.diagnostics import report
from creditlang.plugin import Output, PluginError
from creditlang.plugin.rulebook_data import Clause, Rows, Rulebook
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import hand_over, publish_file
from creditlang.toolkit.extras import need
from creditlang.toolkit.page_layout import clean, text_width
from creditlang_builtin.rulebook.account_diagram import account_diagram
from creditlang_builtin.rulebook.rulebook_words import rulebook_words

_HERE: Final = Path(__file__).parent
_SHORT: Final = 4.5
_LONG: Final = 12
"""Characters in a column of a printed table up to which it gets the room that it asks, and above which it wraps."""
_OURS: Final = b'<meta name="generator" content="creditlang">'


class RulebookOutput(Output):
    """To a file that ends in `.html` or `.pdf`, or the page to the stream."""

    wants_rulebook = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream. Raises `PluginError`: CR718 for another ending, CR787 for a PDF without `office`."""
        super().__init__(target, stream)
        if target != "-" and Path(target).suffix.lower() not in (".html", ".pdf"):
            raise PluginError(report("CR718", None, target=target))
        if target.lower().endswith(".pdf"):
            need("office", "typst", "fontTools")
        self._book: Rulebook | None = None

    def about_rulebook(self, book: Rulebook) -> None:
        """Keep the book until it is published."""
        self._book = book

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: a book has no tables of results."""

    def close(self) -> None:
        """Draw and publish."""
        book, self._book = self._book, None
        if book is None:
            return
        if self.target.lower().endswith(".pdf"):
            publish_file(Path(self.target), rulebook_pdf(book), lambda beginning: beginning.startswith(b"%PDF"))
        else:
            hand_over(rulebook_page(book), self.target, self.stream, lambda beginning: _OURS in beginning)

    def discard(self) -> None:
        """Drop the book."""
        self._book = None


def _key(citation: str) -> str:
    return "".join(citation.replace("（", "(").replace("）", ")").split())


def _anchor(clause: Clause) -> str:
    """What a link to a clause names: its citation, so that the link holds as long as the regulation has the clause."""
    return f"clause-{_key(clause.citation)}" if clause.citation else "beginning" if clause.known else "without-article"


def _indexed(book: Rulebook) -> list[tuple[Clause, list[str]]]:
    """The clauses by which something is worked out, with what that is called."""
    named = [
        (
            clause,
            [*(rule.label for rule in clause.rules), *(x for other in clause.elsewhere for x in other.labels.values())],
        )
        for clause in book.clauses
    ]
    return [(clause, list(dict.fromkeys(labels))) for clause, labels in named if labels and clause.citation]


# ---- the page
def rulebook_page(book: Rulebook) -> str:
    """The whole page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    places = {_key(clause.citation): _anchor(clause) for clause in book.clauses if clause.citation}
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )  # fmt: skip
    style = Markup((_HERE / "rulebook.css").read_text(encoding="utf-8"))
    return environment.from_string((_HERE / "rulebook.html").read_text(encoding="utf-8")).render(
        book=book, style=style, lang={"zh": "zh-CN"}.get(str(book.language), book.language), anchor=_anchor,
        words=rulebook_words(book.language, file=book.clause_file), cited=partial(_cited, places),
        index=_indexed(book), picture=Markup(account_diagram(book)),
    )  # fmt: skip


def _cited(places: dict[str, str], article: str) -> Any:
    """Articles as links to their clauses, where these are there."""
    from markupsafe import Markup, escape

    told = []
    for cite in filter(None, article.split("；")):
        place = places.get(_key(cite))
        told.append(Markup('<a href="#{}">{}</a>').format(place, cite) if place else escape(cite))
    return Markup("；").join(told)


# ---- the PDF
def rulebook_pdf(book: Rulebook) -> bytes:
    """The PDF. Raises `PluginError`: CR761 no Chinese font, CR765 the setting leads to none."""
    import typst

    from creditlang_builtin.forms.chinese_fonts import chinese_fonts

    fonts = chinese_fonts()
    families = list(fonts.families)
    data: dict[str, Any] = attrs.asdict(book)
    for clause, own in zip(data["clauses"], book.clauses, strict=True):
        clause["key"], clause["empty"] = _key(own.citation), own.empty
        clause["blocks"] = [{"text": x} if isinstance(x, str) else {"rows": x, "shares": _shares(x)} for x in own.text]
        clause["elsewhere"] = [{"text": x.text, "labels": list(x.labels.values())} for x in own.elsewhere]
    data |= {
        "fonts": families, "words": rulebook_words(book.language, file=book.clause_file),
        "picture": account_diagram(book, "#000000", families[0], "#ffffff"), "without_text": list(book.without_text),
        "index": [{"key": _key(clause.citation), "citation": clause.citation, "labels": labels}
                  for clause, labels in _indexed(book)],
    }  # fmt: skip
    template = (_HERE / "rulebook.typ").read_bytes()
    compiler = typst.Compiler(template, font_paths=fonts.found, ignore_system_fonts=True)
    inputs = {"book": clean_json(data)}
    drawn = compiler.compile(input=template, format="pdf", sys_inputs=inputs, pdf_tags=False)
    assert isinstance(drawn, bytes)
    return drawn


def _shares(rows: Rows) -> list[float]:
    """How wide the columns of a printed table are to each other, 0 where one is as wide as its short text asks.

    A line that has only its first cell runs over all columns.
    """
    lines = [row for row in rows if any(row[1:])]
    widest = [max((text_width(row[place], 1) for row in lines), default=0) for place in range(len(rows[0]))]
    return [0 if width <= _SHORT and max(widest) > _SHORT else min(width, _LONG) + 1 for width in widest]


def clean_json(data: object) -> str:
    """As JSON, without characters that no page can show."""
    return json.dumps(_cleaned(data), ensure_ascii=False)


def _cleaned(data: object) -> object:
    match data:
        case str():
            return clean(data)
        case dict():
            return {name: _cleaned(value) for name, value in data.items()}
        case list() | tuple():
            return [_cleaned(value) for value in data]
        case _:
            return data
