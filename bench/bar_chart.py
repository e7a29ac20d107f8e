"""A picture of rates for `bench/README.md`: a bar for each, on a scale of powers of ten, as SVG that any page shows."""

from collections.abc import Mapping
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_LEFT, _WIDTH, _BAR, _TOP = 250, 420, 26, 34


def bar_chart(title: str, rates: Mapping[str, float]) -> str:
    """The text of the picture; ours, whose names begin with `creditlang`, in another colour. Rates are above 0."""
    low, high = floor(log10(min(rates.values()))), ceil(log10(max(rates.values())))
    unit, height = _WIDTH / max(high - low, 1), _TOP + _BAR * len(rates) + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 70}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>', f'<text x="8" y="20">{escape(title)}</text>',
    ]  # fmt: skip
    for power in range(low, high + 1):
        x = _LEFT + (power - low) * unit
        lines.append(f'<path d="M{x:.0f} {_TOP - 4}V{height - 20}" stroke="#ddd"/>')
        lines.append(f'<text x="{x:.0f}" y="{height - 6}" text-anchor="middle" fill="#555">{10.0**power:g}</text>')
    for at, (name, rate) in enumerate(rates.items()):
        y, width = _TOP + _BAR * at, (log10(rate) - low) * unit
        colour = "#1f6f8b" if name.startswith("creditlang") else "#b0b0b0"
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        lines.append(f'<rect x="{_LEFT}" y="{y}" width="{max(width, 1):.0f}" height="{_BAR - 6}" fill="{colour}"/>')
        lines.append(f'<text x="{_LEFT + width + 6:.0f}" y="{y + 15}">{rate:.3g}</text>')
    return "\n".join([*lines, "</svg>", ""])


def write_chart(name: str, title: str, rates: Mapping[str, float]) -> None:
    """Put the picture beside the README."""
    (FOLDER / name).write_text(bar_chart(title, rates), encoding="utf-8")
