"""Data of every kind changed at random, cell by cell and byte by byte: every row in the equation, or refused."""

import io
import random
import re
import shutil
import sqlite3
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path

from attrs import define, field

import creditlang
from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.plugin.manager import PluginManager
from soak.distinct import Distinct
from soak.mutated_policies import MEBIBYTES, most_memory
from soak.part import Part
from soak.small_data import DAY, WRITERS, Tables, policy, small

SECOND = 1.0
OF_EACH = {"csv": 6, "json": 12, "workbook": 60, "database": 30}
"""Sets with changed bytes of one with changed cells: what takes longer to write, serves for more."""
IN_MEMORY = Path("/dev/shm")
PEOPLE = 3
RECORDS = 5
"""Of each kind at most."""
_CELLS = (
    "", " ", "\u3000", "0", "-0", "-1", "1.", ".5", "1e5", "1E+3000000", "1_0", "NaN", "inf", "１．５", "٣",
    "1,000", "½", "0.1234567", "9" * 13, "9" * 40, "2024-02-30", "2024/2/29", "29.02.2024", "45000",
    "2024年9月1日", "0000-01-01", "9999-12-31", "明天", "是", "否", "yes", "TRUE", "√", "=1+1", "+1", "@x",
    "＝1", "\t1", "1\n2", "a\x00b", "\u202e", "\u200b1", "\ufeff", "\ud800", "𠮷", "x" * 40000, '"', "'", ";",
    "|", "#N/A", "#REF!", "信用时长", "荣誉时长", "20200101", "20200102", "2.02E+07", "学号",
)  # fmt: skip
_EQUATION = re.compile(r"read (\d+) = ([^;]*)(?:; .*)?")


@define
class MutatedData(Part):
    """One form of the small sample after the other."""

    told: Counter[str] = field(factory=Counter, init=False)
    slowest: float = field(default=0.0, init=False)
    distinct: Distinct = field(factory=Distinct, init=False)

    def case(self, number: int) -> None:
        """One set of data with changed cells, and some with changed bytes."""
        _load()
        rng = random.Random(number)
        tables = {name: [list(row) for row in rows] for name, rows in _smallest().items()}
        for _ in range(rng.choice((1, 1, 2, 5))):
            change(rng, tables)
        form = rng.choice(list(WRITERS))
        folder = Path(tempfile.mkdtemp(prefix="soak-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        try:
            try:
                path = WRITERS[form](tables, folder / form if form == "csv" else folder)
            except (sqlite3.Error, UnicodeError, ValueError):
                return  # what this form cannot hold
            # a row is the heading, not always the first: what is empty above it, or a mark of byte order, is nothing
            full = (
                sum(any(cell.replace("\ufeff", "").strip() for cell in row) for row in each) for each in tables.values()
            )
            rows = sum(max(0, count - 1) for count in full)
            files = {file: file.read_bytes() for file in (sorted(path.iterdir()) if path.is_dir() else [path])}
            self.distinct.add(*files.values())
            self._run(number, f"{form}, cells", path, rows if form == "csv" else None)
            for _ in range(OF_EACH[form]):
                file = rng.choice(list(files))
                changed = _changed_file(rng, files[file])
                if changed == files[file]:
                    continue
                file.write_bytes(changed)
                self.distinct.add(file.name.encode("utf-8", "surrogatepass"), changed)
                self._run(number, f"{form}, bytes", path, None)
                file.write_bytes(files[file])
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, number: int, what: str, path: Path, rows: int | None) -> None:
        """Work the data out; `rows` of records and people are in the files, where that is known."""
        self.cases += 1
        began, before = time.process_time(), most_memory()
        try:
            cohort = worked_out(path)
            equation = next(str(row[1]) for row in cohort.results.tables["manifest"] if row[0] == "equation")
            found = _EQUATION.fullmatch(equation)
            assert found is not None, equation
            read, parts = int(found[1]), sum(map(int, re.findall(r" (\d+)(?= \+|$)", found[2])))
            self.told[f"{what}, worked out"] += 1
            if read != parts or not cohort.balanced:
                self._note(number, what, path, f"the equation is off: {equation}")
            issues = [str(row[1]) for row in cohort.results.tables["issues"]]
            self.told.update(issues)
            if rows is not None and read > rows:
                self._note(number, what, path, f"{read} read of {rows} rows")
            if rows is not None and read + len(cohort.results.tables["students"]) < rows and not issues:
                self._note(number, what, path, f"{read} of {rows} rows, and nothing is said of the rest")
        except (creditlang.DataError, creditlang.PluginError) as error:
            self.told[f"{what}, refused"] += 1
            self.told.update(found.code for found in error.diagnostics)
        except Exception:
            self._note(number, what, path, traceback.format_exc().strip().rpartition("\n")[2])
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        if took > SECOND:
            self._note(number, what, path, f"{took:.1f} s")
        if most_memory() - before > MEBIBYTES:
            self._note(number, what, path, f"{most_memory() - before} MiB more")

    def _note(self, number: int, what: str, path: Path, told: str) -> None:
        self.note(number, f"{what}: {told}")
        if self.out is not None:
            target = self.out / f"{number}-{what.replace(', ', '-')}"
            self.out.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            else:
                shutil.copy(path, target.with_name(target.name + path.suffix))

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.told.items()) if not name.startswith("CR"))
        codes = sorted(name for name in self.told if name.startswith("CR"))
        return [
            f"sets of data: {self.cases}, distinct: {self.distinct.count}; {told}; slowest {self.slowest:.2f} s",
            f"{len(codes)} codes told: {' '.join(codes)}",
        ]


def _changed_file(rng: random.Random, data: bytes) -> bytes:
    """A file with some bytes changed; of a workbook as often what is packed in it."""
    if not data.startswith(b"PK") or rng.random() < 0.4:
        return _changed(rng, data)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        chosen = rng.choice(list(parts))
        for name, content in parts.items():
            new.writestr(name, _changed(rng, content) if name == chosen else content)
    return packed.getvalue()


def _changed(rng: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 20))):
        at = rng.randrange(len(found) + 1)
        match rng.randrange(5):
            case 0:
                del found[at : at + rng.choice((1, 1, 9, 400))]
            case 1:
                found[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 2, 9))))
            case 2:
                found[at : at + 1] = bytes([rng.choice(b'",;\n\r\t\x00\xff\xfe{}[]<>')])
            case 3:
                found[at:at] = found[at : at + rng.choice((9, 400))]
            case _:
                found = found[: max(1, at)] if rng.random() < 0.2 else found
    return bytes(found)


@cache
def _load() -> None:
    """Read every form once: what it loads is no part of the time that a set of data takes."""
    with tempfile.TemporaryDirectory() as folder, suppress(Exception):  # a mistake is the cases' to find
        for form, written in WRITERS.items():
            worked_out(written(_smallest(), Path(folder) / form if form == "csv" else Path(folder)))


@cache
def _plugins() -> PluginManager:
    return PluginManager(no_plugins=True)


@cache
def _smallest() -> Tables:
    """A few people of the sample, with few records: it is the reading that is tried."""
    found = small()
    place = found["学生"][0].index("学号")
    people = {row[place] for row in found["学生"][1 : 1 + PEOPLE]}
    return {
        name: [rows[0], *[row for row in rows[1:] if row[rows[0].index("学号")] in people][:RECORDS]]
        for name, rows in found.items()
    }


def worked_out(path: Path) -> Cohort:
    """A run as the command makes it, but for finding the plugins anew."""
    with _plugins().opened([str(path)]) as sources:
        tables = (table for source in sources for table in source.tables())
        settings = Settings(date.fromisoformat(DAY), language="en")
        told = lambda: [found for source in sources for found in source.problems]  # noqa: E731
        return run_cohort(policy().core, tables, settings, told, {})


def change(rng: random.Random, tables: Tables) -> None:
    """One change of cells, rows or headings."""
    name = rng.choice(list(tables))
    rows = tables[name]
    at = rng.randrange(len(rows)) if rng.random() < 0.9 else 0
    width = len(rows[at])
    column = rng.randrange(width) if width else 0
    match rng.randrange(9):
        case 0 | 1 | 2 | 3 if width:
            rows[at][column] = rng.choice(_CELLS)
        case 4 if width:
            other = rng.choice(rows)
            rows[at][column] = other[column] if column < len(other) else ""
        case 5 if at:
            rows.insert(rng.randrange(1, len(rows) + 1), list(rows[at]))
        case 6 if at:
            del rows[at]
        case 7 if width:
            for row in rows:
                del row[column : column + 1]
        case 8:
            rows[at] = rows[at][:column] if rng.random() < 0.5 else [*rows[at], rng.choice(_CELLS)]
        case _:
            rows.insert(0, [rng.choice(_CELLS)])
