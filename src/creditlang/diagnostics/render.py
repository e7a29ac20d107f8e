"""A diagnostic as a person reads it in a terminal.

Nothing that comes from a policy or from data reaches the terminal raw: names of files, values and lines all pass
through `visible`, and the only escape sequences are the colours put on here.
"""

from collections.abc import Iterator
from typing import Final

from creditlang.diagnostics.catalogue import fix, message
from creditlang.diagnostics.diagnostic import (
    COLON,
    COMMA,
    SEVERITY_WORDS,
    Diagnostic,
    Language,
    Phrase,
    Place,
    in_language,
)
from creditlang.diagnostics.excerpt import Mark, Paint, excerpt, gutter_width
from creditlang.source import visible

FIX: Final = Phrase("fix: ", "建议：")
ROW: Final = Phrase("row {row}", "第{row}行")
_COLUMN: Final = Phrase("column {column}", "列“{column}”")
_COLOURS: Final = {
    "error": "1;31", "warning": "1;33", "note": "1;36", "title": "1", "gutter": "34", "label": "34", "fix": "32",
}  # fmt: skip
_NARROWEST_GUTTER: Final = 2  # where no line of policy is shown


def render(diagnostic: Diagnostic, language: Language = "en", colour: bool = False) -> str:
    """The diagnostic as lines of text, without a line feed at the end."""
    return "\n".join(_lines(diagnostic, language, _coloured if colour else _plain))


def place_text(place: Place, language: Language = "en") -> str:
    """``activity.csv, row 17, column 活动日期``, in Chinese ``activity.csv，第17行，列“活动日期”``."""
    parts = [visible(place.source)]
    if place.row is not None:
        parts.append(in_language(ROW, language).format(row=place.row))
    if place.column is not None:
        parts.append(in_language(_COLUMN, language).format(column=visible(in_language(place.column, language))))
    return in_language(COMMA, language).join(parts)


def _lines(diagnostic: Diagnostic, language: Language, paint: Paint) -> Iterator[str]:
    role = diagnostic.severity.value
    marks = _marks(diagnostic, language)
    gutter = gutter_width(marks) if marks else _NARROWEST_GUTTER
    padding = " " * gutter
    severity = in_language(SEVERITY_WORDS[role], language)
    yield (
        paint(f"{severity}[{diagnostic.code}]", role)
        + paint(f"{in_language(COLON, language)}{message(diagnostic, language)}".rstrip(), "title")
    )
    arrow = "-->"
    if diagnostic.place is not None:
        yield f"{paint(padding + arrow, 'gutter')} {place_text(diagnostic.place, language)}"
        arrow = ":::"
    for source in dict.fromkeys(mark.span.source for mark in marks):
        here = [mark for mark in marks if mark.span.source is source]
        position = source.position(here[0].span.start)
        where = f"{visible(source.name)}:{position.line}:{position.column}"
        yield f"{paint(padding + arrow, 'gutter')} {where}"
        yield from excerpt(here, gutter, language, paint)
        arrow = ":::"
    remedy = fix(diagnostic, language)
    if remedy is not None:
        yield f"{paint(f'{padding} =', 'gutter')} {paint(in_language(FIX, language), 'fix')}{remedy}"


def _marks(diagnostic: Diagnostic, language: Language) -> list[Mark]:
    """The diagnostic's own mark first, then those of its labels."""
    own = [label for label in diagnostic.labels if label.span == diagnostic.span]
    marks = []
    if diagnostic.span is not None:
        words = "; ".join(in_language(label.text, language) for label in own if label.text)
        marks.append(Mark(diagnostic.span, "^", diagnostic.severity.value, words))
    marks += [
        Mark(label.span, "-", "label", in_language(label.text or "", language))
        for label in diagnostic.labels
        if label not in own
    ]
    return marks


def _plain(text: str, role: str) -> str:
    return text


def _coloured(text: str, role: str) -> str:
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m"
