"""A result table as programs take it: anything that reads Arrow reads it, without a copy and without a file.

students = policy.run("sample:hengyang").tables["students"]
polars.DataFrame(students)            # or students.to_polars()
duckdb.sql("SELECT * FROM students")  # by the Arrow stream interface
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import frozen

from creditlang.schema import Column, Row, Value
from creditlang.toolkit.arrow_results import arrow_table
from creditlang.toolkit.extras import need
from creditlang.toolkit.html_table import html_table
from creditlang.words import speaks_chinese

if TYPE_CHECKING:
    import pyarrow


@frozen(eq=False)
class ResultTable:
    """One of the result tables of a run: its columns, and its rows with exact values.

    `rows` are as every output gets them: amounts are `Decimal`, an open one is the text `low … high`. The Arrow form
    has two more columns for each column of numbers; `creditlang.toolkit.arrow_results` says why and which.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.rows)} rows>"

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def to_dicts(self) -> list[dict[str, Value]]:
        """The rows as dicts by column name; `json.dumps(…, default=str)` writes them as in JSON files."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def _repr_html_(self) -> str:
        """The first rows, for notebooks."""
        return html_table(self.columns, self.rows, "zh" if any(speaks_chinese(x.label) for x in self.columns) else "en")

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The Arrow stream interface, by which data frames and databases take the table."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> "pyarrow.Table":
        """As a pyarrow table. Raises `PluginError` CR752 for an amount of more than 38 digits, CR787 without Arrow."""
        need("arrow")
        return arrow_table(self.name, self.columns, self.rows)

    def to_polars(self) -> Any:
        """As a polars data frame; amounts are of polars' exact `Decimal`. Needs polars."""
        polars = import_module("polars")
        return polars.DataFrame(self)

    def to_pandas(self) -> Any:
        """As a pandas data frame whose columns keep their Arrow types, so that amounts stay exact. Needs pandas."""
        pandas = import_module("pandas")
        return self.to_arrow().to_pandas(types_mapper=pandas.ArrowDtype)
