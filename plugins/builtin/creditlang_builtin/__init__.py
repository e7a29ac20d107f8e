"""The built-in sources and outputs, offered through the hooks that every plugin uses; there is no private door.

Only the hooks stand here. Each source and output has a file of its own, imported when it is first asked for.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TextIO

from creditlang.plugin import (
    Form,
    FormFactory,
    Forms,
    OpenSource,
    Output,
    OutputFactory,
    Source,
    SourceFactory,
    hookimpl,
)

creditlang_hook_version = 1


@hookimpl
def creditlang_sources(open_source: OpenSource) -> Mapping[str, SourceFactory]:
    """CSV files, alone or in a folder, and folders of any files that some plugin can read."""

    def csv_file(where: str) -> Source:
        from creditlang_builtin.csv.csv_source import CsvSource

        return CsvSource(where)

    def csv_files(where: str) -> Source:
        from creditlang_builtin.csv.csv_source import CsvSource
        from creditlang_builtin.files.folder_source import FolderSource, is_folder

        return FolderSource(where, CsvSource, only=".csv") if is_folder(where) else CsvSource(where)

    def folder(where: str) -> Source:
        from creditlang_builtin.files.folder_source import FolderSource

        return FolderSource(where, open_source)

    def workbook(where: str) -> Source:
        from creditlang_builtin.workbook.workbook_source import WorkbookSource

        return WorkbookSource(where)

    def postgresql(where: str) -> Source:
        from creditlang_builtin.databases.postgresql_source import postgresql_source

        return postgresql_source("postgresql", where)

    def mysql(where: str) -> Source:
        from creditlang_builtin.databases.mysql_source import mysql_source

        return mysql_source("mysql", where)

    def json(where: str) -> Source:
        from creditlang_builtin.json.json_source import JsonSource

        return JsonSource(where)

    def json_lines(where: str) -> Source:
        from creditlang_builtin.json.json_source import JsonLinesSource

        return JsonLinesSource(where)

    def parquet(where: str) -> Source:
        from creditlang_builtin.arrow.arrow_sources import ParquetSource
        from creditlang_builtin.files.folder_source import FolderSource, is_folder

        return FolderSource(where, ParquetSource, only=".parquet") if is_folder(where) else ParquetSource(where)

    def arrow(where: str) -> Source:
        from creditlang_builtin.arrow.arrow_sources import ArrowSource
        from creditlang_builtin.files.folder_source import FolderSource, is_folder

        return FolderSource(where, ArrowSource, only=".arrow") if is_folder(where) else ArrowSource(where)

    def sqlite(where: str) -> Source:
        from creditlang_builtin.databases.sqlite_source import SqliteSource

        return SqliteSource(where)

    workbooks = dict.fromkeys(("xlsx", ".xlsx", ".xlsm", ".xls", ".et"), workbook)
    files = {"json": json, ".json": json, "parquet": parquet, ".parquet": parquet}
    files |= dict.fromkeys(("jsonl", ".jsonl", ".ndjson"), json_lines)
    files |= dict.fromkeys(("arrow", ".arrow", ".feather"), arrow)
    files |= dict.fromkeys(("sqlite", ".sqlite", ".sqlite3", ".db"), sqlite)
    databases = {"postgresql": postgresql, "postgres": postgresql, "mysql": mysql, "mariadb": mysql}
    return {"csv": csv_files, ".csv": csv_file, "folder": folder, **workbooks, **files, **databases}


@hookimpl
def creditlang_outputs(forms: Callable[[], Forms]) -> Mapping[str, OutputFactory]:
    """Tables for people and programs, databases, printed forms, badges, a report, a school's own form filled."""

    def table(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.tables.table_output import TableOutput

        return TableOutput(target, stream)

    def csv(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.csv.csv_output import CsvOutput

        return CsvOutput(target, stream)

    def json(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.json.json_output import JsonOutput

        return JsonOutput(target, stream)

    def workbook(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.workbook.xlsx_output import XlsxOutput

        return XlsxOutput(target, stream)

    def parquet(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.arrow.arrow_outputs import ParquetOutput

        return ParquetOutput(target, stream)

    def arrow(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.arrow.arrow_outputs import ArrowOutput

        return ArrowOutput(target, stream)

    def sqlite(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.databases.sqlite_output import SqliteOutput

        return SqliteOutput(target, stream)

    def postgresql(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.databases.postgresql_output import PostgresqlOutput

        return PostgresqlOutput(target, stream)

    def forms_folder(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.forms.forms_output import FormsOutput

        return FormsOutput(target, stream, forms)

    def badges(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.badges.badges_output import BadgesOutput

        return BadgesOutput(target, stream)

    def web_report(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.report.report_output import ReportOutput

        return ReportOutput(target, stream)

    def fill(target: str, stream: TextIO) -> Output:
        from creditlang_builtin.fill.fill_output import FillOutput

        return FillOutput(target, stream)

    databases = {"postgresql": postgresql, "postgres": postgresql}
    return {
        "forms": forms_folder,
        "badges": badges,
        "report": web_report,
        ".html": web_report,
        "fill": fill,
        "table": table,
        ".txt": table,
        "csv": csv,
        "folder": csv,
        "json": json,
        ".json": json,
        "xlsx": workbook,
        ".xlsx": workbook,
        "parquet": parquet,
        "arrow": arrow,
        **dict.fromkeys(("sqlite", ".sqlite", ".sqlite3", ".db"), sqlite),
        **databases,
    }


@hookimpl
def creditlang_forms() -> Forms:
    """Annexes and conduct reports, the list of unconverted hours, notices for classes, transcripts."""

    def form(file: str, name: str) -> FormFactory:
        def made() -> Form:
            module = import_module(f"creditlang_builtin.forms.{file}")
            form: Form = getattr(module, name)()
            return form

        return made

    def class_semester() -> Form:
        from creditlang_builtin.forms.shangrao_conduct import ClassSemester

        return ClassSemester()

    def class_months() -> Form:
        from creditlang_builtin.forms.shangrao_conduct import ClassMonths

        return ClassMonths()

    def college_semester() -> Form:
        from creditlang_builtin.forms.shangrao_conduct import CollegeSemester

        return CollegeSemester()

    def school_semester() -> Form:
        from creditlang_builtin.forms.shangrao_conduct import SchoolSemester

        return SchoolSemester()

    def unconverted() -> Form:
        from creditlang_builtin.forms.volunteer_unconverted import Unconverted

        return Unconverted()

    def class_notice() -> Form:
        from creditlang_builtin.forms.class_notice import ClassNotice

        return ClassNotice()

    return {
        "hengyang-annex-1": form("hengyang_slips", "CreditApplication"),
        "hengyang-annex-3": form("hengyang_lists", "ClassDeductions"),
        "hengyang-annex-4": form("hengyang_lists", "CollegeDeductions"),
        "hengyang-annex-5": form("hengyang_lists", "MakeupRequests"),
        "hengyang-annex-6": form("hengyang_lists", "MakeupResults"),
        "hengyang-annex-7": form("hengyang_lists", "Scores"),
        "hengyang-annex-8": form("hengyang_slips", "SanctionSlip"),
        "transcript": form("transcript", "Transcript"),
        "shangrao-conduct-class": class_semester,
        "shangrao-conduct-months": class_months,
        "shangrao-conduct-college": college_semester,
        "shangrao-conduct-school": school_semester,
        "volunteer-unconverted": unconverted,
        "class-notice": class_notice,
    }
