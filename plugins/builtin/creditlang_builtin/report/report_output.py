"""The report as one page of HTML that needs nothing else: `report:FILE.html`, or any file that ends in `.html`.

It is for the office, not for display: those close to a minimum stand in it by their numbers. Every text is escaped, the
page forbids itself scripts and addresses, the pictures are in it, and nothing depends on the clock.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TextIO

from creditlang.plugin import Output
from creditlang.plugin.atomic import PendingFile, reporting
from creditlang.plugin.page_layout import clean
from creditlang.plugin.run_data import DISPOSITION_WORDS, STATUS_WORDS, RunData
from creditlang.schema import Column, Row
from creditlang_builtin.forms.office_sheet import as_of_text
from creditlang_builtin.report.findings import DRAWN_CUTS, findings
from creditlang_builtin.report.pictures import Pictures

_TEMPLATE: Final = Path(__file__).with_name("report.html")


class ReportOutput(Output):
    """To a file, or to the stream."""

    wants_run = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream. Raises `PluginError` CR792 or CR793 if pictures cannot be drawn, before anything runs."""
        super().__init__(target, stream)
        self._pictures = Pictures()
        self._text = ""

    def about(self, run: RunData) -> None:
        """Make the page."""
        self._text = page(run, self._pictures)

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: the tables are in the run."""

    def close(self) -> None:
        """Publish."""
        text, self._text = self._text, ""
        if not text:
            return
        if self.target == "-":
            with reporting("-"):
                self.stream.write(text)
                self.stream.flush()
            return
        pending = PendingFile(Path(self.target))
        try:
            with reporting(pending.path.name):
                pending.stream.write(text)
            pending.publish()
        finally:
            pending.discard()

    def discard(self) -> None:
        """Drop the page."""
        self._text = ""


def page(run: RunData, pictures: Pictures) -> str:
    """The whole page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    found = findings(run)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )  # fmt: skip
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        policy=run.policy,
        as_of=as_of_text(run.as_of),
        found=found,
        statuses=STATUS_WORDS,
        dispositions=list(DISPOSITION_WORDS.values()),
        standings=Markup(pictures.standings(found.standings)) if found.standings else "",
        shortages=Markup(pictures.shortages(found.shortages)) if found.shortages else "",
        spreads=Markup(pictures.spreads(found.spreads)) if any(x.amounts for x in found.spreads) else "",
        cuts=Markup(pictures.cuts(found.cuts[:DRAWN_CUTS])) if found.cuts else "",
        records=Markup(pictures.dispositions(found.dispositions)),
    )
