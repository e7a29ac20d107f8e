"""The built-in sources and outputs, and the plugin of the README, pass the tests that every plugin author runs."""

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from creditlang.plugin import Output, Source
from creditlang.plugin.testing import OutputContract, SourceContract
from creditlang_builtin.csv_output import CsvOutput, restore
from creditlang_builtin.csv_source import CsvSource
from creditlang_builtin.folder_source import FolderSource
from creditlang_builtin.json_output import JsonOutput

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
