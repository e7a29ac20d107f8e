"""How a stage says something."""

from creditlang.diagnostics.catalogue import page
from creditlang.diagnostics.diagnostic import Diagnostic, Edit, Label, Meant, Phrase, Place
from creditlang.source import Span


def report(code: str, where: Span | Place | None, /, *labels: Label, **arguments: object) -> Diagnostic:
    """A diagnostic with the severity of its page. An argument that is `None` counts as not given; one that is surely
    what was `Meant` is what has to stand in the place of the span.

    Raises `UnknownCode` when the code has no page: a mistake in the program, found by its tests.
    """
    words = {
        name: value if isinstance(value, Phrase) else str(value)
        for name, value in arguments.items()
        if value is not None
    }
    span = where if isinstance(where, Span) else None
    place = where if isinstance(where, Place) else None
    sure = [value for value in arguments.values() if isinstance(value, Meant) and value.sure]
    edits = tuple(Edit(span, str(value)) for value in sure) if span is not None else ()
    return Diagnostic(code, words, span, place, labels, page(code).severity, edits=edits)
