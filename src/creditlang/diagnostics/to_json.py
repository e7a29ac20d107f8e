"""A diagnostic as a program reads it."""

from creditlang.diagnostics.catalogue import fix, message, page
from creditlang.diagnostics.diagnostic import Diagnostic, Language, in_language
from creditlang.source import Span


def to_json(diagnostic: Diagnostic, language: Language = "en") -> dict[str, object]:
    """The diagnostic for ``--format json``: every key is always there, and `None` where it does not apply.

    Lines and columns count from 1, columns in code points; the end is the place after the last character. For data,
    `file` is the file or sheet, with `row` and `field`. `edits`, where it is certain
    what was meant, say what to put in the place of what.
    """
    place = diagnostic.place
    return {
        "code": diagnostic.code,
        "name": page(diagnostic.code).name,
        "severity": diagnostic.severity.value,
        "message": message(diagnostic, language),
        "fix": fix(diagnostic, language),
        **_where(diagnostic.span),
        **({"file": place.source} if place else {}),
        "row": place.row if place else None,
        "field": place.column if place else None,
        "labels": [
            {**_where(label.span), "text": None if label.text is None else in_language(label.text, language)}
            for label in diagnostic.labels
        ],
        "edits": [{**_where(edit.span), "text": edit.text} for edit in diagnostic.edits],
    }


def _where(span: Span | None) -> dict[str, object]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    start, end = span.source.position(span.start), span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }
