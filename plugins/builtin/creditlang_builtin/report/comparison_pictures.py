"""The pictures of a comparison: how totals move, who crosses requirements, which rules do it.

Gains are green and to the right, losses red and to the left; each picture has its text for those who cannot see it.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

from creditlang.diagnostics import Phrase
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.words import IN_BRACKETS
from creditlang_builtin.report.comparison_findings import Crossed, Moved, Mover
from creditlang_builtin.report.report_pictures import COLORS, STUDENTS, Pictures, short

_MOST_PANELS: Final = 12
_MOST_CROSSED: Final = 12
_MOVES: Final = Phrase("How each total moved. {told}", "各项合计的变化分布。{told}")
_MOVED: Final = Phrase(
    "{label}: {gained} gain, {lost} lose, {sum} in all, at most {largest}",
    "{label}：增加{gained}人，减少{lost}人，合计 {sum}，最大 {largest}",
)
_DIFFERENCE: Final = Phrase("difference", "变化")
_CROSSINGS: Final = Phrase("Requirements that changed. {told}", "结论改变的要求。{told}")
_CROSSED: Final = Phrase("{label}: {before} to {after}, {count:student}", "{label}：{before}到{after}，{count}人")
_COUNT: Final = Phrase("{count}", "{count}人")
_MOVERS: Final = Phrase("The rules that did it. {told}", "引起变化的规则。{told}")
_MOVER: Final = Phrase("{label}: {gained} gain, {lost} lose", "{label}：增加{gained}人，减少{lost}人")
_IN_ALL: Final = Phrase("{sum} in all", "合计 {sum}")
_GAIN: Final = Phrase("students who gain", "增加（人）")
_LOSE: Final = Phrase("students who lose", "减少（人）")
_BETTER, _WORSE, _ = COLORS


class ComparisonPictures(Pictures):
    """Draws; the font is looked for once."""

    def moved(self, rows: Sequence[Moved]) -> str:
        """A histogram for each total of how much it moved, where that is decided."""
        drawn = [x for x in rows if x.differences][:_MOST_PANELS]
        told = self.joined(
            self.say(
                _MOVED,
                label=x.label,
                gained=x.gained,
                lost=x.lost,
                sum=x.told,
                largest=f"{x.largest} {x.unit}".strip(),
            )
            for x in drawn
        )
        lines = ceil(len(drawn) / 3)

        def draw(figure: Any) -> None:
            for place, x in enumerate(drawn):
                axes = figure.add_subplot(lines, 3, place + 1)
                amounts = [float(amount) for amount in x.differences]
                far = max(abs(amount) for amount in amounts)
                _, edges, bars = axes.hist(amounts, bins=20, range=(-far, far), edgecolor="white")
                for edge, bar in zip(edges, bars, strict=False):
                    bar.set_facecolor(_WORSE if edge < -far / 1000 else _BETTER)
                axes.axvline(0, color="#777777", linewidth=0.8)
                axes.set_title(short(x.label), fontproperties=self._sized(10))
                changed = self.say(_DIFFERENCE) + (self.say(IN_BRACKETS, note=x.unit) if x.unit else "")
                axes.set_xlabel(changed, fontproperties=self._sized(8))
                axes.set_ylabel(self.say(STUDENTS) if place % 3 == 0 else "", fontproperties=self._sized(8))
                axes.yaxis.get_major_locator().set_params(integer=True)
                self._ticks(axes)

        return self._svg("moved", self.say(_MOVES, told=told), 2.0 * lines, draw)

    def crossed(self, rows: Sequence[Crossed]) -> str:
        """Bars of how many go from one status of a requirement to another."""
        drawn = rows[:_MOST_CROSSED]
        told = self.joined(
            self.say(_CROSSED, label=x.label, before=x.before, after=x.after, count=x.count) for x in drawn
        )

        def draw(figure: Any) -> None:
            axes = figure.add_subplot()
            colors = [_BETTER if x.better else _WORSE for x in drawn]
            bars = axes.barh(range(len(drawn)), [x.count for x in drawn], color=colors, height=0.7)
            axes.bar_label(
                bars, [self.say(_COUNT, count=x.count) for x in drawn], padding=3, fontproperties=self._sized(8)
            )
            self._side(
                axes, [f"{short(x.label)}{self.say(COLON)}{x.before} → {x.after}" for x in drawn], self.say(STUDENTS)
            )
            axes.set_xlim(0, max(x.count for x in drawn) * 1.2)

        return self._svg("crossed", self.say(_CROSSINGS, told=told), 0.5 + 0.3 * len(drawn), draw)

    def movers(self, rows: Sequence[Mover]) -> str:
        """Bars to both sides: how many students gain and lose by each rule, and how much in all."""
        told = self.joined(
            self.say(_MOVER, label=x.shown, gained=x.gained, lost=x.lost)
            + (self.say(COMMA) + self.say(_IN_ALL, sum=x.told) if x.sum else "")
            for x in rows
        )

        def draw(figure: Any) -> None:
            axes = figure.add_subplot()
            places = range(len(rows))
            gains = axes.barh(places, [x.gained for x in rows], color=_BETTER, height=0.7, label=self.say(_GAIN))
            losses = axes.barh(places, [-x.lost for x in rows], color=_WORSE, height=0.7, label=self.say(_LOSE))
            texts = [self.say(_COUNT, count=x.gained) if x.gained else "" for x in rows]
            axes.bar_label(gains, texts, padding=3, fontproperties=self._sized(8))
            texts = [self.say(_COUNT, count=x.lost) if x.lost else "" for x in rows]
            axes.bar_label(losses, texts, padding=3, fontproperties=self._sized(8))
            far = max(max(x.gained, x.lost) for x in rows) or 1
            left = any(x.lost for x in rows)
            axes.set_xlim(-1.2 * far if left else 0, 1.2 * far if any(x.gained for x in rows) else 0.05 * far)
            names = [short(x.shown) + ("\n" + self.say(_IN_ALL, sum=x.told) if x.sum else "") for x in rows]
            self._side(axes, names, self.say(STUDENTS))
            axes.axvline(0, color="#777777", linewidth=0.8)
            axes.legend(prop=self._sized(9), loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, frameon=False)

        return self._svg("movers", self.say(_MOVERS, told=told), 0.8 + 0.42 * len(rows), draw)
