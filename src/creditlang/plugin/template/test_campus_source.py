"""The source keeps its promises."""

from collections.abc import Sequence
from pathlib import Path

from creditlang_campus import BarsSource

from creditlang.plugin import Source
from creditlang.testing import SourceContract


class TestBars(SourceContract):
    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = folder / "sample.campus"
        path.write_text("".join("|".join(row) + "\n" for row in (header, *rows)), encoding="utf-8")
        return str(path)

    def open(self, address: str) -> Source:
        return BarsSource(address)
