"""The built-in sources and outputs, offered through the hooks that every plugin uses; there is no private door.

Only the hooks stand here. Each source and output has a file of its own, imported when it is first asked for.
"""

from collections.abc import Mapping
from typing import TextIO

from creditlang.plugin import OpenSource, Output, OutputFactory, Source, SourceFactory, hookimpl

creditlang_hook_version = 1


@hookimpl
def creditlang_sources(open_source: OpenSource) -> Mapping[str, SourceFactory]:
    """CSV files, alone or in a folder, and folders of any files that some plugin can read."""

    def csv_file(where: str) -> Source:
        from creditlang_builtin.csv_source import CsvSource

        return CsvSource(where)

    def csv_files(where: str) -> Source:
        from creditlang_builtin.csv_source import CsvSource
        from creditlang_builtin.folder_source import FolderSource, is_folder

        return FolderSource(where, CsvSource, only=".csv") if is_folder(where) else CsvSource(where)

    def folder(where: str) -> Source:
        from creditlang_builtin.folder_source import FolderSource

        return FolderSource(where, open_source)

    def workbook(where: str) -> Source:
        from creditlang_builtin.workbook_source import WorkbookSource

        return WorkbookSource(where)

    workbooks = dict.fromkeys(("xlsx", ".xlsx", ".xlsm", ".xls", ".et"), workbook)
    return {"csv": csv_files, ".csv": csv_file, "folder": folder, **workbooks}


@hookimpl
def creditlang_outputs() -> Mapping[str, OutputFactory]:
    """A table for people, a folder of CSV files, one JSON document."""

    def table(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.table_output import TableOutput

        return TableOutput(target, stream)

    def csv(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.csv_output import CsvOutput

        return CsvOutput(target, stream)

    def json(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.json_output import JsonOutput

        return JsonOutput(target, stream)

    return {"table": table, ".txt": table, "csv": csv, "folder": csv, "json": json, ".json": json}
