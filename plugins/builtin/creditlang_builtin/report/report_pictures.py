"""The report's pictures, as SVG to be put into the page: text drawn as shapes, the same bytes for the same findings.

The font is looked for as for PDFs, and its right face is taken out of a collection. Nothing of matplotlib's global
state is touched: figures are made and drawn on their own, and settings hold for one drawing. Each picture has a text
that says what it shows, for those who cannot see it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import BytesIO
from math import ceil
from typing import Any, Final

from creditlang.diagnostics import Language, Phrase, report
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.plugin import PluginError
from creditlang.words import SEMICOLON, STANDING, STATUSES, said
from creditlang_builtin.forms.chinese_fonts import SETTING, chinese_fonts
from creditlang_builtin.report.report_findings import DEGREES, Cut, Shortage, Spread, Standing

COLORS: Final = ("#2f7d5b", "#b5482f", "#c9a227")
"""Met, unmet, open: apart from each other also in grey."""
STUDENTS: Final = Phrase("students", "人数")
_STANDINGS: Final = Phrase("How each requirement stands. {told}", "各项要求的结论。{told}")
_SHORTAGES: Final = Phrase("How many students are close to a minimum. {told}", "接近最低要求的学生人数。{told}")
_LACKING: Final = Phrase("{count} {degree}", "{degree}的{count}人")
_SPREADS: Final = Phrase("How each total is spread. {told}", "各项合计的分布。{told}")
_SPREAD: Final = Phrase(
    "{label}: lowest {low}, median {middle}, highest {high} {unit}",
    "{label}：最低{low}，中位{middle}，最高{high}{unit}",
)
_CUTS: Final = Phrase("The rules that cut amounts. {told}", "削减数额的规则。{told}")
_ENDED: Final = Phrase("What became of the records: {told}.", "记录的处理结果：{told}。")
_RECORDS: Final = Phrase("{count:record}", "{count}条")
_RECORDS_DRAWN: Final = Phrase("records", "记录（条）")
_PLAIN: Final = "#3f6a94"
_BLUES: Final = ("#a8c4de", "#6f9bc4", "#2d5680")
"""Lacking little, more, most."""
_WIDTH: Final = 8.4
_MOST_PANELS: Final = 15
_LABEL: Final = 26


class Pictures:
    """Draws, with texts in `language`; the font is looked for once."""

    language: Language = "zh"

    def __init__(self) -> None:
        """Raises `PluginError`: CR792 no matplotlib, CR793 no font with Chinese that it can use."""
        try:
            import matplotlib
            from matplotlib import font_manager
        except ImportError:
            raise PluginError(report("CR792", None)) from None
        try:
            path, index = next(iter(chinese_fonts().families.values()))
            inside = getattr(font_manager, "FontPath", lambda name, _: name)
            self._font = font_manager.FontProperties(fname=inside(str(path), index))
            font_manager.get_font(str(path))
        except (PluginError, OSError, RuntimeError, StopIteration):
            raise PluginError(report("CR793", None, setting=SETTING)) from None
        self._context: Any = matplotlib.rc_context

    def say(self, text: str, **values: object) -> str:
        """A text in the language of the report."""
        return said(text, self.language, **values)

    def joined(self, texts: Iterable[str]) -> str:
        """Texts in a row."""
        return self.say(SEMICOLON).join(texts)

    def standings(self, rows: Sequence[Standing]) -> str:
        """Bars of those who meet requirements and parts, do not, and are open."""
        told = self.joined(
            self.say(STANDING, label=x.label, met=x.counts[0], unmet=x.counts[1], open=x.counts[2]) for x in rows
        )

        def draw(figure: Any) -> None:
            heights = [0.55 if x.part else 0.85 for x in rows]
            axes = self._shares(figure, [x.counts for x in rows], heights, COLORS, tuple(STATUSES.values()))
            self._side(axes, [x.label for x in rows], self.say(STUDENTS))
            for label, x in zip(axes.get_yticklabels(), rows, strict=True):
                label.set_fontproperties(self._sized(8 if x.part else 10))

        return self._svg("standings", self.say(_STANDINGS, told=told), 1.1 + 0.3 * len(rows), draw)

    def shortages(self, rows: Sequence[Shortage]) -> str:
        """Bars of those who are close to a minimum, by how much of it they lack."""
        told = self.joined(
            x.label + self.say(COLON) + self.say(COMMA).join(
                self.say(_LACKING, degree=degree, count=count) for degree, count in zip(DEGREES, x.counts, strict=True)
            )
            for x in rows
        )  # fmt: skip

        def draw(figure: Any) -> None:
            axes = self._shares(figure, [x.counts for x in rows], [0.7] * len(rows), _BLUES, DEGREES)
            self._side(axes, [short(x.label) for x in rows], self.say(STUDENTS))

        return self._svg("shortages", self.say(_SHORTAGES, told=told), 1.1 + 0.3 * len(rows), draw)

    def _shares(
        self, figure: Any, rows: Sequence[Sequence[int]], heights: Sequence[float], colors: Sequence[str],
        words: Sequence[Phrase],
    ) -> Any:  # fmt: skip
        """Bars in parts, with a legend."""
        axes = figure.add_subplot()
        left = [0] * len(rows)
        widest = max(map(sum, rows), default=0)
        for place, (color, word) in enumerate(zip(colors, words, strict=True)):
            counts = [x[place] for x in rows]
            bars = axes.barh(range(len(rows)), counts, left=left, color=color, label=self.say(word), height=heights)
            texts = [str(count) if count * 30 > widest else "" for count in counts]
            dark = color == _BLUES[0]
            size = self._sized(8)
            axes.bar_label(bars, texts, label_type="center", color="black" if dark else "white", fontproperties=size)
            left = [x + y for x, y in zip(left, counts, strict=True)]
        figure.legend(prop=self._sized(9), loc="outside lower center", ncols=len(words), frameon=False)
        return axes

    def spreads(self, rows: Sequence[Spread]) -> str:
        """A histogram for each total of which amounts are decided."""
        drawn = [x for x in rows if x.amounts][:_MOST_PANELS]
        told = self.joined(
            self.say(_SPREAD, label=x.label, low=x.told[0], middle=x.told[1], high=x.told[2], unit=x.unit)
            for x in drawn
        )
        lines = ceil(len(drawn) / 3)

        def draw(figure: Any) -> None:
            for place, x in enumerate(drawn):
                axes = figure.add_subplot(lines, 3, place + 1)
                axes.hist([float(amount) for amount in x.amounts], bins=12, color=_PLAIN, edgecolor="white")
                axes.set_title(short(x.label), fontproperties=self._sized(10))
                axes.set_xlabel(x.unit, fontproperties=self._sized(8))
                axes.set_ylabel(self.say(STUDENTS) if place % 3 == 0 else "", fontproperties=self._sized(8))
                axes.yaxis.get_major_locator().set_params(integer=True)
                if all(amount == amount.to_integral_value() for amount in x.amounts):
                    axes.xaxis.get_major_locator().set_params(integer=True)
                self._ticks(axes)

        return self._svg("spreads", self.say(_SPREADS, told=told), 1.9 * lines, draw)

    def cuts(self, rows: Sequence[Cut]) -> str:
        """Bars of how many records each line of the policy cut; each by its article and its items."""
        names = [short(f"{x.article}　{x.items}".strip()) for x in rows]
        texts = [self.say(_RECORDS, count=x.records) + self.say(COMMA) + x.amounts for x in rows]
        told = self.joined(
            f"{x.article}　{x.items}".strip() + self.say(COLON) + text for x, text in zip(rows, texts, strict=True)
        )
        return self._bars("cuts", self.say(_CUTS, told=told), names, [x.records for x in rows], texts)

    def dispositions(self, rows: Sequence[tuple[str, int]]) -> str:
        """Bars of what became of the records."""
        texts = [self.say(_RECORDS, count=count) for _, count in rows]
        told = self.joined(f"{name} {text}" for (name, _), text in zip(rows, texts, strict=True))
        counts = [count for _, count in rows]
        return self._bars("dispositions", self.say(_ENDED, told=told), [x for x, _ in rows], counts, texts)

    def _bars(self, name: str, told: str, names: Sequence[str], counts: Sequence[int], texts: Sequence[str]) -> str:
        def draw(figure: Any) -> None:
            axes = figure.add_subplot()
            bars = axes.barh(range(len(names)), counts, color=_PLAIN, height=0.7)
            axes.bar_label(bars, texts, padding=3, fontproperties=self._sized(8))
            self._side(axes, names, self.say(_RECORDS_DRAWN))
            axes.set_xlim(0, max(counts, default=1) * 1.3 or 1)

        return self._svg(name, told, 0.7 + 0.3 * len(names), draw)

    def _side(self, axes: Any, names: Sequence[str], counted: str) -> None:
        """Names at the bars, the first on top, and what the bars count; the numbers stand in them."""
        axes.set_yticks(range(len(names)), list(names), fontproperties=self._sized(9))
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xticks([])
        axes.set_xlabel(counted, fontproperties=self._sized(8))
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)

    def _ticks(self, axes: Any) -> None:
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_fontproperties(self._sized(7))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)

    def _sized(self, size: float) -> Any:
        font = self._font.copy()
        font.set_size(size)
        return font

    def _svg(self, name: str, told: str, height: float, draw: Callable[[Any], None]) -> str:
        """Draw and take out what does not belong into a page."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        content = BytesIO()
        settings = {"svg.hashsalt": name, "svg.fonttype": "path", "svg.id": None, "axes.unicode_minus": False}
        with self._context(settings):
            figure = Figure(figsize=(_WIDTH, max(height, 1.2)), layout="constrained")
            FigureCanvasSVG(figure)
            draw(figure)
            nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
            figure.savefig(content, format="svg", metadata=nothing)
        text = content.getvalue().decode()
        text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
        text = _apart(text, name)
        return text.replace("<svg ", f'<svg role="img" aria-label="{escape(told, quote=True)}" ', 1)


def _apart(text: str, name: str) -> str:
    """The drawing with identifiers of its own, since several stand in one page."""
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', text)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text)


def short(text: str) -> str:
    """A text no longer than fits beside a bar."""
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
