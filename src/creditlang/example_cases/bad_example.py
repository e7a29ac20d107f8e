"""What is wrong with an example."""

from collections.abc import Iterable

from creditlang.diagnostics import Phrase, nearest, report
from creditlang.source import Span


class BadExample(Exception):
    """An example that cannot be run."""

    def __init__(self, reason: str, span: Span, meant: str | None = None) -> None:
        """What is wrong, where, and what was `meant` in its place."""
        super().__init__(str(reason))
        self.reason, self.span = reason, span
        self.diagnostic = report("CR802", span, reason=reason, nearest=meant)


def unknown(reason: Phrase, name: str, known: Iterable[str], span: Span) -> BadExample:
    """A name that there is not, with the nearest that there is."""
    if meant := nearest(name, list(known)):
        reason = Phrase(f"{reason}; did you mean “{meant}”?", f"{reason.zh}；是否指“{meant}”？")
    return BadExample(reason, span, meant if span.text == name else None)
