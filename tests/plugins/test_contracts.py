"""The built-in sources and outputs, and the plugin of the README, pass the tests that every plugin author runs."""

import csv
import inspect
import io
import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from creditlang.plugin import Output, Source, interface
from creditlang.plugin.contract_tests import COLUMNS, RESULTS, OutputContract, SourceContract
from creditlang.toolkit.safe_cells import restore
from creditlang_builtin.csv.csv_output import CsvOutput
from creditlang_builtin.csv.csv_source import CsvSource
from creditlang_builtin.files.folder_source import FolderSource
from creditlang_builtin.json.json_output import JsonOutput

README = Path(__file__).resolve().parents[2] / "plugins" / "README.md"


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])


class TestCsvSource(SourceContract):
    """UTF-8 without a mark."""

    encoding = "utf-8"

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        write_csv(folder / "sample.csv", header, rows, self.encoding)
        return str(folder / "sample.csv")

    def open(self, address: str) -> Source:
        return CsvSource(address)


class TestCsvSourceWithMark(TestCsvSource):
    """As Excel saves “CSV UTF-8”."""

    encoding = "utf-8-sig"


class TestCsvSourceInGb18030(TestCsvSource):
    """As Excel in Chinese saves CSV."""

    encoding = "gb18030"


class TestFolderSource(SourceContract):
    """A folder with one file."""

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        (folder / "data").mkdir(exist_ok=True)
        write_csv(folder / "data" / "sample.csv", header, rows)
        return str(folder / "data")

    def open(self, address: str) -> Source:
        return FolderSource(address, CsvSource)


class TestReadmePlugin(SourceContract):
    """The README's plugin, taken out of the README."""

    def write_sample(self, folder: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        path = folder / "sample.tsv"
        path.write_text("\n".join("\t".join(row) for row in (header, *rows)), encoding="utf-8")
        return str(path)

    def open(self, address: str) -> Source:
        code = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[0]
        assert len(code.splitlines()) <= 40
        names: dict[str, type[Source]] = {}
        exec(code, names)
        return names["TabbedSource"](address)


class TestCsvOutput(OutputContract):
    """A folder of CSV files; formulas are made harmless and come back."""

    def make(self, target: str, stream: io.StringIO) -> Output:
        return CsvOutput(target, stream)

    def read(self, target: str) -> dict[str, list[list[str]]]:
        tables = {}
        for path in Path(target).glob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                tables[path.stem] = [[restore(cell) for cell in row] for row in list(csv.reader(file))[1:]]
        return tables


class TestJsonOutput(OutputContract):
    """One document."""

    target_name = "results.json"

    def make(self, target: str, stream: io.StringIO) -> Output:
        return JsonOutput(target, stream)

    def read(self, target: str) -> dict[str, list[list[str]]]:
        if not Path(target).exists():
            return {}
        document = json.loads(Path(target).read_text(encoding="utf-8"))
        assert document["version"] == 1
        columns = ("student_id", "amount", "day", "remark")
        return {
            name: [["" if row[column] is None else str(row[column]) for column in columns] for row in rows]
            for name, rows in document["tables"].items()
        }


@pytest.mark.parametrize("contract", [SourceContract(), OutputContract()])
def test_a_contract_asks_for_what_it_needs(contract: SourceContract | OutputContract, tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError):
        if isinstance(contract, SourceContract):
            contract.write_sample(tmp_path, (), ())
        else:
            contract.make("-", io.StringIO())


def manual_code(text: str | None) -> str:
    """The indented example of a docstring."""
    lines = (text or "").splitlines()
    return textwrap.dedent("\n".join(line for line in lines if line.startswith("    ") or not line))


def test_the_source_in_the_manual_works(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(manual_code(interface.__doc__), names)
    (tmp_path / "a.pairs").write_text("x=1\ny=2=3\nz\n", encoding="utf-8")
    with names["PairsSource"](str(tmp_path / "a.pairs")) as source:
        ((rows),) = [[row.cells for row in table.rows] for table in source.tables()]
    assert rows == [("x", "1"), ("y", "2=3"), ("z", "")]
    assert (len(source.fingerprint()), source.problems) == (64, [])
    with names["PairsSource"](str(tmp_path / "b.pairs")) as missing:
        assert list(missing.tables()) == []
    assert [problem.code for problem in missing.problems] == ["CR620"]


def test_the_output_in_the_manual_works(tmp_path: Path) -> None:
    names: dict[str, Any] = {"Path": Path}
    exec(manual_code(inspect.getdoc(Output)), names)
    with names["LinesOutput"](str(tmp_path), io.StringIO()) as output:
        output.write("facts", COLUMNS, RESULTS[:1])
        assert not (tmp_path / "facts.txt").exists()
    assert (tmp_path / "facts.txt").read_text(encoding="utf-8") == '0020240001 1.50 2024-10-08 张伟, "讲座"\n'
