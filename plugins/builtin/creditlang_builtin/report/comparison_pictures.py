"""The pictures of a comparison: how totals move, who crosses requirements, which rules do it.

Gains are green and to the right, losses red and to the left; each picture has its text for those who cannot see it.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

from creditlang_builtin.report.comparison_findings import Crossed, Moved, Mover
from creditlang_builtin.report.report_pictures import COLORS, Pictures, short

_MOST_PANELS: Final = 12
_MOST_CROSSED: Final = 12
_BETTER, _WORSE, _ = COLORS


class ComparisonPictures(Pictures):
    """Draws; the font is looked for once."""

    def moved(self, rows: Sequence[Moved]) -> str:
        """A histogram for each total of how much it moved, where that is decided."""
        drawn = [x for x in rows if x.differences][:_MOST_PANELS]
        told = "；".join(
            f"{x.label}：增加{x.gained}人，减少{x.lost}人，合计{x.sum}{x.unit}，最大{x.largest}{x.unit}" for x in drawn
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
                axes.set_xlabel(f"变化（{x.unit}）" if x.unit else "变化", fontproperties=self._sized(8))
                axes.set_ylabel("人数" if place % 3 == 0 else "", fontproperties=self._sized(8))
                axes.yaxis.get_major_locator().set_params(integer=True)
                self._ticks(axes)

        return self._svg("moved", f"各项合计的变化分布。{told}", 2.0 * lines, draw)

    def crossed(self, rows: Sequence[Crossed]) -> str:
        """Bars of how many go from one status of a requirement to another."""
        drawn = rows[:_MOST_CROSSED]
        told = "；".join(f"{x.label}：{x.before}到{x.after}，{x.count}人" for x in drawn)

        def draw(figure: Any) -> None:
            axes = figure.add_subplot()
            colors = [_BETTER if x.better else _WORSE for x in drawn]
            bars = axes.barh(range(len(drawn)), [x.count for x in drawn], color=colors, height=0.7)
            axes.bar_label(bars, [f"{x.count}人" for x in drawn], padding=3, fontproperties=self._sized(8))
            self._side(axes, [f"{short(x.label)}：{x.before} → {x.after}" for x in drawn], "人数")
            axes.set_xlim(0, max(x.count for x in drawn) * 1.2)

        return self._svg("crossed", f"要求状态的改变。{told}", 0.5 + 0.3 * len(drawn), draw)

    def movers(self, rows: Sequence[Mover]) -> str:
        """Bars to both sides: how many students gain and lose by each rule, and how much in all."""
        told = "；".join(
            f"{x.shown}：增加{x.gained}人，减少{x.lost}人" + (f"，合计{_sum(x)}" if x.sum else "") for x in rows
        )

        def draw(figure: Any) -> None:
            axes = figure.add_subplot()
            places = range(len(rows))
            gains = axes.barh(places, [x.gained for x in rows], color=_BETTER, height=0.7, label="增加（人）")
            losses = axes.barh(places, [-x.lost for x in rows], color=_WORSE, height=0.7, label="减少（人）")
            texts = [f"{x.gained}人" if x.gained else "" for x in rows]
            axes.bar_label(gains, texts, padding=3, fontproperties=self._sized(8))
            texts = [f"{x.lost}人" if x.lost else "" for x in rows]
            axes.bar_label(losses, texts, padding=3, fontproperties=self._sized(8))
            far = max(max(x.gained, x.lost) for x in rows) or 1
            left = any(x.lost for x in rows)
            axes.set_xlim(-1.2 * far if left else 0, 1.2 * far if any(x.gained for x in rows) else 0.05 * far)
            names = [short(x.shown) + (f"\n合计 {_sum(x)}" if x.sum else "") for x in rows]
            self._side(axes, names, "人数")
            axes.axvline(0, color="#777777", linewidth=0.8)
            axes.legend(prop=self._sized(9), loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, frameon=False)

        return self._svg("movers", f"引起变化的规则。{told}", 0.8 + 0.42 * len(rows), draw)


def _sum(row: Mover) -> str:
    return f"{row.sum} {row.unit}".strip()
