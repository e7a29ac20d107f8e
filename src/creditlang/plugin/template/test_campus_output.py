"""The output keeps its promises."""

import io
import re
from pathlib import Path

from creditlang_campus import LinesOutput

from creditlang.plugin import Output
from creditlang.testing import OutputContract

ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


class TestLines(OutputContract):
    def make(self, target: str, stream: io.StringIO) -> Output:
        return LinesOutput(target, stream)

    def read(self, target: str) -> dict[str, list[list[str]]]:
        def cells(line: str) -> list[str]:
            return [re.sub(r"\\(.)", lambda found: ESCAPED[found[1]], cell) for cell in line.split("\t")]

        files = sorted(Path(target).glob("*.txt"))
        return {path.stem: [cells(line) for line in path.read_text("utf-8").split("\n")[:-1]] for path in files}
