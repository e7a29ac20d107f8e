"""The report as one page of HTML that needs nothing else: `report:FILE.html`, or any file that ends in `.html`.

It tells of a run, or of a comparison. It is for the office, not for display: those close to a minimum, and those who
gain or lose most, stand in it by their numbers. Every text is escaped, the page forbids itself scripts and addresses,
the pictures are in it, and nothing depends on the clock.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TextIO

from creditlang.diagnostics import Language, Phrase
from creditlang.plugin import ComparisonData, Output
from creditlang.plugin.run_data import RunData
from creditlang.schema import Column, Row
from creditlang.toolkit.atomic_files import hand_over
from creditlang.toolkit.office_sheet import as_of_text
from creditlang.toolkit.page_layout import clean
from creditlang.words import DISPOSITIONS, STATUSES, said, word
from creditlang_builtin.report.comparison_findings import DRAWN_RULES, comparison_findings
from creditlang_builtin.report.comparison_pictures import ComparisonPictures
from creditlang_builtin.report.report_findings import DRAWN_CUTS, findings
from creditlang_builtin.report.report_pictures import Pictures

_VERSIONS: Final = (Phrase("old version", "原版本"), Phrase("new version", "新版本"))
_HERE: Final = Path(__file__).parent


_OURS: Final = b'<meta name="generator" content="creditlang">'


class ReportOutput(Output):
    """To a file, or to the stream."""

    wants_run = True
    wants_comparison = True

    def __init__(self, target: str, stream: TextIO) -> None:
        """`-` is the stream. Raises `PluginError` CR792 or CR793 if pictures cannot be drawn, before anything runs."""
        super().__init__(target, stream)
        self._pictures = ComparisonPictures()
        self._text = ""

    def about(self, run: RunData) -> None:
        """Make the page."""
        self._text = page(run, self._pictures)

    def about_comparison(self, comparison: ComparisonData) -> None:
        """Make the page of a comparison."""
        self._text = comparison_page(comparison, self._pictures)

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """Nothing: the tables are in the run, or the comparison."""

    def close(self) -> None:
        """Publish."""
        text, self._text = self._text, ""
        if text:
            hand_over(text, self.target, self.stream, lambda beginning: _OURS in beginning)

    def discard(self) -> None:
        """Drop the page."""
        self._text = ""


def page(run: RunData, pictures: Pictures) -> str:
    """The whole page of a run."""
    from markupsafe import Markup

    found, language = findings(run), run.language
    pictures.language = language
    return _rendered(
        "report.html",
        language,
        policy=run.policy,
        as_of=as_of_text(run.as_of, language),
        found=found,
        statuses={status: word(STATUSES, status, language) for status in STATUSES},
        dispositions=[word(DISPOSITIONS, name, language) for name in DISPOSITIONS],
        standings=Markup(pictures.standings(found.standings)) if found.standings else "",
        shortages=Markup(pictures.shortages(found.shortages)) if found.shortages else "",
        spreads=Markup(pictures.spreads(found.spreads)) if any(x.amounts for x in found.spreads) else "",
        cuts=Markup(pictures.cuts(found.cuts[:DRAWN_CUTS])) if found.cuts else "",
        records=Markup(pictures.dispositions(found.dispositions)),
    )


def comparison_page(comparison: ComparisonData, pictures: ComparisonPictures) -> str:
    """The whole page of a comparison."""
    from markupsafe import Markup

    found = comparison_findings(comparison)
    pictures.language = comparison.language
    return _rendered(
        "comparison.html",
        comparison.language,
        data=comparison,
        found=found,
        equations=list(zip(_VERSIONS, comparison.equations, strict=False)),
        moved=Markup(pictures.moved(found.moved)) if any(x.differences for x in found.moved) else "",
        crossed=Markup(pictures.crossed(found.crossed)) if found.crossed else "",
        movers=Markup(pictures.movers(found.movers[:DRAWN_RULES])) if found.movers else "",
    )


def _rendered(template: str, language: Language, **values: object) -> str:
    """A page; its template says everything in both languages."""

    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )  # fmt: skip
    text = (_HERE / template).read_text(encoding="utf-8")
    style = Markup((_HERE / "style.css").read_text(encoding="utf-8").removesuffix("\n"))
    return environment.from_string(text).render(
        style=style, lang={"zh": "zh-CN"}.get(language, language), say=partial(_say, language), **values
    )


def _say(language: Language, english: str, chinese: str, **values: object) -> str:
    return said(Phrase(english, chinese), language, **values)
