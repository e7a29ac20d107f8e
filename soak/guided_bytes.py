"""Bytes steered by the lines of the program that they reach (atheris): policies, CSV, workbooks, sheets in them."""

import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from attrs import define, field

from soak.part import Part

SECONDS = 30
"""Of one case, all of them of one sort of bytes; the next case of that sort begins with what this one reached."""
SLOW = 5
"""Seconds that nothing may take; counting lines makes it many times slower."""
_SHEET = "xl/worksheets/sheet1.xml"
_OWN = ("creditlang.driver", "creditlang.source", "creditlang.syntax", "creditlang_builtin.csv",
        "creditlang_builtin.files", "creditlang_builtin.workbook")  # fmt: skip
"""What the bytes go through."""
_LINES = 'student_id,record_id,on\r\n1,"a""b",2024-10-08\r\n'


def _policy(folder: Path) -> Callable[[bytes], object]:
    """To the tree of a policy, and to what is said of it."""
    from creditlang.diagnostics import Diagnostic
    from creditlang.diagnostics.render import render
    from creditlang.driver import decode
    from creditlang.syntax import parse

    def read(data: bytes) -> None:
        source = decode(data, "policy.credit")
        found = [source] if isinstance(source, Diagnostic) else parse(source).diagnostics
        for each in found:
            render(each, "en")

    return read


def _csv(folder: Path) -> Callable[[bytes], object]:
    """To the rows of a CSV file."""
    from creditlang_builtin.csv.csv_source import CsvSource

    return lambda data: _rows(CsvSource, folder / "act.csv", data)


def _workbook(folder: Path) -> Callable[[bytes], object]:
    """To the rows of a workbook, of any of the sorts that there are."""
    from creditlang_builtin.workbook.workbook_source import WorkbookSource

    return lambda data: _rows(WorkbookSource, folder / "act.xlsx", data)


def _sheet(folder: Path) -> Callable[[bytes], object]:
    """To the rows of a workbook of which these bytes are the sheet: packed bytes hardly ever unpack."""
    from creditlang_builtin.workbook.workbook_source import WorkbookSource

    with zipfile.ZipFile(io.BytesIO(_sample())) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}

    def read(data: bytes) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as written:
            for name, content in parts.items():
                written.writestr(name, data if name == _SHEET else content)
        _rows(WorkbookSource, folder / "act.xlsx", packed.getvalue())

    return read


def _rows(source: Callable[[str], object], path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with source(str(path)) as opened:  # type: ignore[attr-defined]
        for table in opened.tables():
            for _ in table.rows:
                pass


def _sample() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for number, line in enumerate(_LINES.split()):
            book.worksheets() or book.add_worksheet("act")
            book.worksheets()[0].write_row(number, 0, line.split(","))
    return out.getvalue()


def _seeds(sort: str) -> list[bytes]:
    """What the bytes begin with."""
    match sort:
        case "policy":
            tests = Path(__file__).parent.parent / "tests"
            texts = (path.read_text(encoding="utf-8") for path in (tests / "language").glob("*.md"))
            found = (
                block for text in texts for block in re.findall(r"^```credit[^\n]*\n(.*?)^```$", text, re.M | re.S)
            )
            return [text.encode() for text in found][:200]
        case "sheet":
            with zipfile.ZipFile(io.BytesIO(_sample())) as whole:
                return [whole.read(_SHEET)]
        case "workbook":
            page = b"<table><tr><td>student_id</td></tr><tr><td>1</td></tr></table>"
            old = b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'
            return [_sample(), page, old]
    return [_LINES.encode(), _LINES.encode("utf-16"), _LINES.replace("a", "学").encode("gb18030")]


SORTS = {"policy": _policy, "csv": _csv, "sheet": _sheet, "workbook": _workbook}


@define
class GuidedBytes(Part):
    """One sort of bytes after the other, each in a process of its own."""

    tried_bytes: Counter[str] = field(factory=Counter, init=False)
    reached: Counter[str] = field(factory=Counter, init=False)
    """Edges of the program that the last case of each sort has reached."""

    @cached_property
    def folder(self) -> Path:
        """What was reached, by sort."""
        folder = Path(tempfile.mkdtemp(prefix="soak-"))
        for sort in SORTS:
            (folder / sort).mkdir()
            for number, data in enumerate(_seeds(sort)):
                (folder / sort / str(number)).write_bytes(data)
        return folder

    def case(self, number: int) -> None:
        """So many seconds of one sort."""
        sort = list(SORTS)[number % len(SORTS)]
        crashed = self.folder / f"crash-{number}"
        asked = [sys.executable, "-m", "soak.guided_bytes", sort, str(self.folder / sort)]
        asked += [f"-max_total_time={SECONDS}", f"-seed={number + 1}", f"-timeout={SLOW}", "-rss_limit_mb=2048"]
        asked += ["-print_final_stats=1", "-max_len=4096", f"-exact_artifact_path={crashed}"]
        done = subprocess.run(asked, capture_output=True, text=True, errors="replace", check=False)
        self.cases += 1
        told = re.search(r"number_of_executed_units: (\d+)", done.stderr)
        self.tried_bytes[sort] += int(told[1]) if told else 0
        edges = [int(found) for found in re.findall(r" cov: (\d+)", done.stderr)]
        self.reached[sort] = max([self.reached[sort], *edges])
        if done.returncode or not told:
            said = done.stderr.partition("=== Uncaught Python exception: ===")[2] or done.stderr
            data = crashed.read_bytes() if crashed.exists() else b""
            self.note(number, f"{sort}: {said.strip()[-400:]}", f"{sort}.bytes", data)

    def lines(self) -> list[str]:
        """The figures."""
        return [
            f"{sort}: {count} texts of bytes, {self.reached[sort]} edges reached"
            for sort, count in self.tried_bytes.items()
        ]


def main() -> None:
    """Go on with one sort of bytes until the time is over; what is raised ends it."""
    import atheris

    sort, corpus, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        with atheris.instrument_imports(include=list(_OWN)):
            read = SORTS[sort](Path(folder))
        atheris.Setup([sys.argv[0], corpus, *options], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
