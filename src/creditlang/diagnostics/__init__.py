"""Diagnostics: one code, one page, one test.

`diagnostic` holds the data, `pages/` the words, `render`, `to_json` and `to_sarif` what a person and a program read.
To add a code, write `pages/CRnnn.md` and `tests/diagnostics/CRnnn.md`, and call `report("CRnnn", where, …)` in the
stage.
"""

from creditlang.diagnostics.applied_edits import applied_edits
from creditlang.diagnostics.catalogue import BadPage, UnknownCode, codes, explain, fix, message
from creditlang.diagnostics.diagnostic import (
    Diagnostic,
    Edit,
    Label,
    Language,
    Meant,
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
from creditlang.diagnostics.to_sarif import to_sarif

__all__ = [
    "BadPage", "Diagnostic", "Edit", "Label", "Language", "Meant", "Phrase", "Place", "Severity", "UnknownCode",
    "applied_edits", "codes", "either", "explain", "fix", "in_language", "listed", "message", "nearest", "render",
    "report", "system_reason", "to_json", "to_sarif",
]  # fmt: skip
