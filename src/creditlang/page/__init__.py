"""The page of the server: a policy, one student, many students, and what would be different.

    assets ── what the browser is given: HTML, a sheet of styles, modules; no build step, nothing from elsewhere
    page_words ── everything that people read on it, in both languages
    student_overview, people ── what it asks beside what the server answers anyway; in_words ── the types of that

The page keeps everything itself: the text, the student, the workbook that was dropped on it. The server is told what a
question needs, and forgets it.
"""

from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).parent / "assets"
"""The folder of what the browser is given."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip
"""What a browser may do with it: scripts come from the server only, and nothing goes anywhere else.

Styles may stand in a page because the rulebook and the comparison, which are shown in frames without scripts, have
theirs in themselves.
"""
