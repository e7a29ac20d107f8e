"""Diagnostics: one code, one page, one test.

`diagnostic` holds the data, `pages/` the words, `render` and `to_json` what a person and a program read. To add a code,
write `pages/CRnnn.md` and `tests/diagnostics/CRnnn.md`, and call `report("CRnnn", where, …)` in the stage.
"""

from creditlang.diagnostics.catalogue import BadPage, UnknownCode, codes, explain, fix, message
from creditlang.diagnostics.diagnostic import (
    Diagnostic,
    Label,
    Language,
    Phrase,
    Place,
    Severity,
    either,
    in_language,
    listed,
)
from creditlang.diagnostics.nearest import nearest
from creditlang.diagnostics.render import render
from creditlang.diagnostics.report import report
from creditlang.diagnostics.system_reason import system_reason
from creditlang.diagnostics.to_json import to_json

__all__ = [
    "BadPage", "Diagnostic", "Label", "Language", "Phrase", "Place", "Severity", "UnknownCode", "codes", "either",
    "explain", "fix", "in_language", "listed", "message", "nearest", "render", "report", "system_reason", "to_json",
]  # fmt: skip
