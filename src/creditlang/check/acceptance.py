"""Findings that a policy knows of: a reading next to the rule accepts them by code.

A reading speaks for the declaration that it stands in, or for the whole file when it stands by itself. What it accepts
no longer counts; a reading that accepts what is not there is itself a finding.
"""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Severity, report
from creditlang.source import SourceFile
from creditlang.syntax import tree as t


@frozen
class _Accepted:
    """A code, the reading that accepts it, and the part of the file for which."""

    code: t.Identifier
    source: SourceFile
    start: int
    end: int


def accept(found: Sequence[Diagnostic], modules: Iterable[t.Module]) -> list[Diagnostic]:
    """The findings that no reading accepts, and the readings that accept nothing. Errors cannot be accepted."""
    accepted = [entry for module in modules for node in module.declarations for entry in _accepted(node)]
    used: set[int] = set()
    kept = []
    for finding in found:
        matching = [entry for entry in accepted if _speaks(entry, finding)]
        if matching and finding.severity is not Severity.ERROR:
            used.update(map(id, matching))
        else:
            kept.append(finding)
    kept += [report("CR336", entry.code.span, code=entry.code.text) for entry in accepted if id(entry) not in used]
    return kept


def _speaks(entry: _Accepted, finding: Diagnostic) -> bool:
    span = finding.span
    return (
        span is not None
        and entry.code.text == finding.code
        and span.source is entry.source
        and entry.start <= span.start < entry.end
    )


def _accepted(node: t.Line) -> Iterator[_Accepted]:
    if isinstance(node, t.Reading):
        for code in node.accepts:
            yield _Accepted(code, node.span.source, 0, len(node.span.source.text))
        return
    for line in (*getattr(node, "lines", ()), *getattr(node, "readings", ())):
        if isinstance(line, t.Reading):
            for code in line.accepts:
                yield _Accepted(code, node.span.source, node.span.start, _end(node))
        else:
            yield from _accepted(line)


def _end(node: t.Line) -> int:
    inner = (
        *getattr(node, "lines", ()),
        *getattr(node, "readings", ()),
        *getattr(node, "parts", ()),
        *getattr(node, "rows", ()),
        *getattr(node, "printed", ()),
        *getattr(node, "references", ()),
    )
    return max([node.span.end, *(_end(line) if isinstance(line, t.Line) else line.span.end for line in inner)])
