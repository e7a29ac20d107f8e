"""A new plugin to start from: a distribution with one small, working offer of a kind, its contract test and a README.

Everything it writes passes its own tests, so that what an author changes first is his, and what breaks is known.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")

_PROJECT = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
description = "A plugin for creditlang"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["creditlang>=0.1"]

[project.entry-points.creditlang]
{point} = "{module}"

[tool.hatch.build.targets.wheel]
packages = ["src/{module}"]
"""

_README = """# {name}

A plugin for creditlang. It offers {what}.

    pip install -e .
    creditlang plugins
    pytest

The promises of its kind stand in the docstrings of `creditlang.plugin`; `creditlang.testing` has the tests of them.
"""

_SOURCE = '''"""Reads files of `key=value` lines."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from creditlang.diagnostics import Place, report
from creditlang.plugin import Source, SourceFactory, hookimpl
from creditlang.schema import RawRow, RawTable

creditlang_hook_version = 1


class PairsSource(Source):
    """Each line is one row."""

    content = b""

    def tables(self) -> Iterator[RawTable]:
        """The one table, named after the file."""
        path = Path(self.where)
        try:
            self.content = path.read_bytes()
            lines = self.content.decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(report("CR620", Place(path.name), reason=type(error).__name__))
            return
        rows = [RawRow(number, tuple(line.split("="))) for number, line in enumerate(lines, 1)]
        yield RawTable(path.stem, path.name, rows[0].cells, rows[1:])

    def fingerprint(self) -> str:
        """Of the file."""
        return sha256(self.content).hexdigest()


@hookimpl
def creditlang_sources() -> Mapping[str, SourceFactory]:
    """`--data {point}:FILE`, and files that end in `.{point}`."""
    return {{"{point}": PairsSource, ".{point}": PairsSource}}
'''

_OUTPUT = '''"""Writes each result table as a text file, a row a line, its cells apart by tabs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from creditlang.plugin import Output, OutputFactory, hookimpl, text_of
from creditlang.toolkit.atomic_files import PendingFile
from creditlang.schema import Column, Row

creditlang_hook_version = 1


class LinesOutput(Output):
    """Into a folder."""

    def __init__(self, target: str, stream: TextIO) -> None:
        """Nothing is written yet."""
        super().__init__(target, stream)
        self.files: list[PendingFile] = []

    def write(self, name: str, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """One table, into a temporary file."""
        pending = PendingFile(Path(self.target) / f"{{name}}.txt")
        self.files.append(pending)
        for row in rows:
            cells = (text_of(cell).replace(chr(92), chr(92) * 2).replace(chr(10), chr(92) + "n") for cell in row)
            pending.stream.write(chr(9).join(cells) + chr(10))

    def close(self) -> None:
        """Give the files their names."""
        while self.files:
            self.files.pop(0).publish()

    def discard(self) -> None:
        """Drop them."""
        while self.files:
            self.files.pop(0).discard()


@hookimpl
def creditlang_outputs() -> Mapping[str, OutputFactory]:
    """`--out {point}:FOLDER`."""
    return {{"{point}": LinesOutput}}
'''

_FORM = '''"""A list of the students of each class."""

from collections.abc import Iterator

from creditlang.diagnostics import Phrase
from creditlang.plugin import Form, Forms, RunData, hookimpl
from creditlang.plugin.document import Document, listing
from creditlang.plugin.run_data import shown

creditlang_hook_version = 1


class ClassList(Form):
    """Number and name of everybody in a class."""

    title = Phrase("List of the class", "班级名单")

    def documents(self, run: RunData) -> Iterator[Document]:
        """One for each class."""
        for (school_class,), people in run.groups("class").items():
            rows = [(shown(person["student_id"]), shown(person.get("name"))) for person in people]
            pages = listing(("序号", "学号", "姓名"), rows, per_page=20)
            yield Document(f"班级名单 {{school_class}}".strip(), school_class, (6, 20, 16), pages)


@hookimpl
def creditlang_forms() -> Forms:
    """`--out forms:FOLDER#{point}`."""
    return {{"{point}": ClassList}}
'''

_FUNCTION = '''"""A function that policies may call."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from creditlang.diagnostics import Phrase
from creditlang.plugin import Function, hookimpl

creditlang_hook_version = 1


def weekday_of(day: date) -> Decimal:
    """1 for a Monday, 7 for a Sunday."""
    return Decimal(day.isoweekday())


@hookimpl
def creditlang_functions() -> Mapping[str, Function]:
    """`weekday_of(on)`."""
    summary = Phrase("the day of the week, from 1 for Monday", "星期几，星期一为1")
    return {{"weekday_of": Function(("date",), "number", weekday_of, summary)}}
'''

_CALENDAR = '''"""The holidays of a school."""

from collections.abc import Iterable, Mapping
from datetime import date

from creditlang.diagnostics import Phrase
from creditlang.plugin import Calendar, CalendarFactory, Day, hookimpl

creditlang_hook_version = 1

_DAYS = (Day(date(2025, 5, 9), False, Phrase("sports day", "运动会")),)


class SchoolHolidays(Calendar):
    """Days off that no public calendar knows."""

    known = (date(2025, 1, 1), date(2025, 12, 31))

    def days(self, first: date, last: date) -> Iterable[Day]:
        """Those between two dates."""
        return [day for day in _DAYS if first <= day.on <= last]


@hookimpl
def creditlang_calendars() -> Mapping[str, CalendarFactory]:
    """`holiday from "{point}"`."""
    return {{"{point}": SchoolHolidays}}
'''

_CHECK = '''"""A check of policies."""

from collections.abc import Iterator, Mapping

from creditlang.diagnostics import Phrase
from creditlang.plugin import Check, Finding, PolicyWords, hookimpl

creditlang_hook_version = 1


def issuers(policy: PolicyWords) -> Iterator[Finding]:
    """A policy says who issued it."""
    if not policy.issuer:
        yield Finding(("policy", policy.identifier), Phrase("it has no issuer", "没有写发文单位"))


@hookimpl
def creditlang_checks() -> Mapping[str, Check]:
    """`creditlang check` runs it."""
    return {{"{point}": issuers}}
'''

_TESTS: Final[Mapping[str, str]] = {
    "source": '''"""The source keeps its promises."""

from collections.abc import Sequence
from pathlib import Path

from {module} import PairsSource

from creditlang.plugin import Source
from creditlang.testing import SourceContract


class TestPairs(SourceContract):
    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = folder / "sample.{point}"
        path.write_text("".join("=".join(row).replace("=1+1", "1+1") + chr(10) for row in (header, *rows)), "utf-8")
        return str(path)

    def open(self, address: str) -> Source:
        return PairsSource(address)

    def test_cells_come_through_untouched(self, tmp_path: Path) -> None:
        address = self.write_sample(tmp_path, ("a", "b"), [(" 1 ", "２"), ("", "x")])
        ((_, rows),) = self._read(address)[0]
        assert [row.cells for row in rows] == [(" 1 ", "２"), ("", "x")]
''',
    "output": '''"""The output keeps its promises."""

import io
from pathlib import Path

from {module} import LinesOutput

from creditlang.plugin import Output
from creditlang.testing import OutputContract


class TestLines(OutputContract):
    def make(self, target: str, stream: io.StringIO) -> Output:
        return LinesOutput(target, stream)

    def read(self, target: str) -> dict[str, list[list[str]]]:
        def cell(text: str) -> str:
            return text.replace(chr(92) + "n", chr(10)).replace(chr(92) * 2, chr(92))

        return {{
            path.stem: [
                [cell(text) for text in line.split(chr(9))] for line in path.read_text("utf-8").split(chr(10))[:-1]
            ]
            for path in sorted(Path(target).glob("*.txt"))
        }}

    def test_the_same_rows_give_the_same_bytes(self, tmp_path: Path) -> None:
        for folder in ("a", "b"):
            self._write(tmp_path / folder, {{"accounts": [("1", None, None, "x")]}})
        assert self._bytes(tmp_path / "a") == self._bytes(tmp_path / "b")
''',
    "form": '''"""The form keeps its promises."""

from collections.abc import Mapping

from {module} import creditlang_forms

from creditlang.plugin import Form
from creditlang.testing import FormContract


class TestForm(FormContract):
    def forms(self) -> Mapping[str, Form]:
        return {{name: make() for name, make in creditlang_forms().items()}}
''',
    "function": '''"""The functions keep their promises."""

from collections.abc import Mapping, Sequence
from datetime import date

from {module} import creditlang_functions

from creditlang.plugin import Exact, Function
from creditlang.testing import FunctionContract


class TestFunctions(FunctionContract):
    def functions(self) -> Mapping[str, Function]:
        return creditlang_functions()

    def arguments(self, name: str) -> Sequence[tuple[Exact, ...]]:
        return [(date(2024, 10, 7),), (date(2024, 10, 13),)]
''',
    "calendar": '''"""The calendar keeps its promises."""

from {module} import SchoolHolidays

from creditlang.plugin import Calendar
from creditlang.testing import CalendarContract


class TestCalendar(CalendarContract):
    def make(self) -> Calendar:
        return SchoolHolidays()
''',
    "check": '''"""The checks keep their promises."""

from collections.abc import Mapping

from {module} import creditlang_checks

from creditlang.plugin import Check
from creditlang.testing import CheckContract


class TestChecks(CheckContract):
    def checks(self) -> Mapping[str, Check]:
        return creditlang_checks()
''',
}

_CODE: Final[Mapping[str, str]] = {
    "source": _SOURCE, "output": _OUTPUT, "form": _FORM, "function": _FUNCTION, "calendar": _CALENDAR, "check": _CHECK,
}  # fmt: skip

OFFERS: Final = tuple(_CODE)
"""What a new plugin may offer to begin with."""


def new_plugin(folder: Path, offers: str) -> list[Path]:
    """Write a plugin called like `folder`, such as `creditlang-campus`, into it; the files written.

    Raises `ValueError` for a name that cannot be a distribution's, `FileExistsError` if there is such a folder.
    """
    name = folder.name
    if not NAME.fullmatch(name):
        raise ValueError(name)
    words = {
        "name": name,
        "module": name.replace("-", "_"),
        "point": name.removeprefix("creditlang-"),
        "what": f"a {offers}",
    }
    texts = {
        "pyproject.toml": _PROJECT,
        "README.md": _README,
        f"src/{words['module']}/__init__.py": _CODE[offers],
        f"src/{words['module']}/py.typed": "",
        f"tests/test_{words['module']}.py": _TESTS[offers],
    }
    folder.mkdir(parents=True)
    written = []
    for place, text in texts.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), encoding="utf-8")
        written.append(path)
    return written
