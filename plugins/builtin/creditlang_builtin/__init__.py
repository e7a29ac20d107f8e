"""The built-in sources and outputs, offered through the hooks that every plugin uses; there is no private door.

A table of names: each source and output has a file of its own, imported when it is first asked for; the extra of
creditlang that it needs stands behind it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from creditlang.plugin import Forms, OpenSource, OutputFactory, SourceFactory, hookimpl
from creditlang.toolkit.late_import import late

creditlang_hook_version = 1

_SOURCES = {
    "csv .csv": "csv.csv_source:CsvSource",
    "xlsx .xlsx .xlsm .xls .et": "workbook.workbook_source:WorkbookSource office",
    "json .json": "json.json_source:JsonSource",
    "jsonl .jsonl .ndjson": "json.json_source:JsonLinesSource",
    "parquet .parquet": "arrow.arrow_sources:ParquetSource arrow",
    "arrow .arrow .feather": "arrow.arrow_sources:ArrowSource arrow",
    "sqlite .sqlite .sqlite3 .db": "databases.sqlite_source:SqliteSource",
    "postgresql postgres": "databases.postgresql_source:postgresql_source",
    "mysql mariadb": "databases.mysql_source:mysql_source",
    "folder": "files.folder_source:FolderSource",
}
_OUTPUTS = {
    "table .txt": "tables.table_output:TableOutput",
    "csv folder": "csv.csv_output:CsvOutput",
    "json .json": "json.json_output:JsonOutput",
    "xlsx .xlsx": "workbook.xlsx_output:XlsxOutput office",
    "parquet .parquet": "arrow.arrow_outputs:ParquetOutput arrow",
    "arrow .arrow .feather": "arrow.arrow_outputs:ArrowOutput arrow",
    "sqlite .sqlite .sqlite3 .db": "databases.sqlite_output:SqliteOutput",
    "postgresql postgres": "databases.postgresql_output:PostgresqlOutput",
    "forms": "forms.forms_output:FormsOutput office",
    "badges": "badges.badges_output:BadgesOutput",
    "report .html": "report.report_output:ReportOutput",
    "fill": "fill.fill_output:FillOutput office",
    "rulebook": "rulebook.rulebook_output:RulebookOutput",
    "letter": "forms.letter_output:LetterOutput",
}
_FORMS = {
    "transcript": "forms.transcript:Transcript", "class-notice": "forms.class_notice:ClassNotice",
    "correction": "forms.correction_letter:CorrectionLetter",
}  # fmt: skip


@hookimpl
def creditlang_sources(open_source: OpenSource) -> Mapping[str, SourceFactory]:
    """Files, databases, and folders: of files of one kind, `csv:FOLDER`, or of any that some plugin can read."""
    sources = _offered(_SOURCES)
    one_kind = late(f"{__name__}.files.folder_source:file_or_folder")
    kinds = {name: partial(one_kind, open_file=sources[name], only=f".{name}") for name in ("csv", "parquet", "arrow")}
    return sources | kinds | {"folder": partial(sources["folder"], open_file=open_source)}


@hookimpl
def creditlang_outputs(forms: Callable[[], Forms]) -> Mapping[str, OutputFactory]:
    """Tables for people and programs, databases, printed forms, badges, a report, a school's own form filled, a policy
    as a book."""
    outputs = _offered(_OUTPUTS)
    return outputs | {"forms": partial(outputs["forms"], forms=forms)}


@hookimpl
def creditlang_forms() -> Forms:
    """Forms of every regulation; those of one have a plugin of their own."""
    return _offered(_FORMS)


def _offered(table: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """By each of its names what a file offers; after its place stands the extra of creditlang that it needs, if any."""
    places = {name: where.split() for names, where in table.items() for name in names.split()}
    return {name: late(f"{__name__}.{place}", *extra) for name, (place, *extra) in places.items()}
