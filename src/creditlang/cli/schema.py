"""``creditlang schema``: the sheets and columns that a policy needs, as a table, as JSON Schema or as templates."""

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, reader_language, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from creditlang.core.operators import Policy
    from creditlang.sheets_in_words import SheetColumn, SheetInWords

_NO_TEMPLATES: Final = frozenset({".csv", ".json", ".xls", ".xlsm", ".ods", ".txt", ".toml", ".parquet", ".pdf"})


@bilingual_help.command("schema")
@argument("policy")
@option("--out", "target", type=click.Path(path_type=Path), metavar="FILE.xlsx|FOLDER")
@option("--format", "shape", type=click.Choice(["table", "json", "python"]), default="table")
@common.mapping_option
@common.language_option
def command(policy: str, target: Path | None, shape: str, mappings: tuple[str, ...]) -> None:
    """List the sheets and columns that a policy needs, or write empty templates of them."""
    from creditlang.sheets_in_words import sheets_of

    compiled = common.sound_policy(policy)
    if shape != "table":
        if mappings or target is not None:
            common.fail(common.USAGE, said(
                "--format goes with neither --out nor --mapping.", "--format 不能和 --out、--mapping 一起用。"
            ))  # fmt: skip
        _for_programs(compiled.policy, shape)
        return
    if mappings and target is not None:
        common.fail(common.USAGE, said("Give either --out or --mapping.", "--out 和 --mapping 只能用一个。"))
    if mappings:
        from creditlang.cli.mapping_text import mapping_text

        for mapping in common.opened_mappings(compiled.policy, mappings):
            common.echo(mapping_text(mapping, compiled.policy))
        return
    sheets = sheets_of(compiled)
    if target is None:
        _show(sheets)
    elif target.suffix.lower() == ".xlsx":
        from creditlang.cli.template_workbook import template_workbook

        _write(target, template_workbook(compiled.policy, sheets))
        common.echo(said(f"{len(sheets)} empty sheets in {target}", f"已在{target}写出{len(sheets)}张空表"))
    elif target.suffix.lower() in _NO_TEMPLATES:
        common.fail(common.USAGE, said(
            f"Templates are a workbook (.xlsx) or a folder of CSV files, not {target.suffix}.",
            f"模板是一个工作簿（.xlsx）或者一个放 CSV 文件的文件夹，不能是{target.suffix}。",
        ))  # fmt: skip
    else:
        _folder(target, sheets)


def _for_programs(policy: "Policy", shape: str) -> None:
    """Print JSON Schemas, or types as a Python module."""
    from creditlang import api
    from creditlang.data_schemas import input_schema, result_schema
    from creditlang.record_types import generate_types

    own = api.Policy(policy)
    if shape == "python":
        common.echo(generate_types(own).rstrip("\n"))
    else:
        common.echo_json({"input": input_schema(own), "results": result_schema(own)})


def _show(sheets: "Sequence[SheetInWords]") -> None:
    """Print the sheets as tables."""
    from creditlang.text_table import table_text

    headings = said("column labels type needed values", "列 标签 类型 必填 取值").split()
    for sheet in sheets:
        common.echo(f"{sheet.name}  {' / '.join(sheet.labels)}")
        rows = [_row(column) for column in sheet.columns]
        common.echo(table_text(headings, rows) + "\n")


def _row(column: "SheetColumn") -> list[str]:
    values = ""
    if column.type == "value":
        values = " ".join(said([word, *others][-1], word) for word, others in column.choices)
    default = column.default_word(reader_language())
    if default:
        values = f"{values} {said('default', '默认')} {default}".strip()
    return [
        column.name,
        " / ".join(column.labels),
        column.type_word(reader_language()),
        column.need_word(reader_language()),
        values,
    ]


def _folder(target: Path, sheets: "Sequence[SheetInWords]") -> None:
    """Write a CSV file for each sheet."""
    files = {}
    for sheet in sheets:
        headings = [said(column.name, column.heading) for column in sheet.columns]
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(headings)
        files[target / f"{said(sheet.name, sheet.title)}.csv"] = ("\ufeff" + line.getvalue()).encode()
    for path in files:
        _refuse_to_replace(path)
    for path, content in files.items():
        _write(path, content)
    common.echo(said(f"{len(sheets)} templates in {target}", f"已在{target}写出{len(sheets)}个模板"))


def _write(path: Path, content: bytes) -> None:
    """Write a new file; one that is there is not touched."""
    from creditlang.plugin import PluginError
    from creditlang.toolkit.atomic_files import publish_file

    _refuse_to_replace(path)
    try:
        publish_file(path, content)
    except PluginError as error:
        common.show(error.diagnostics)
        sys.exit(common.BROKEN)


def _refuse_to_replace(path: Path) -> None:
    """End the program if a file is there."""
    if path.exists():
        english = f"{path.name} exists already; it is not overwritten."
        common.fail(common.BROKEN, said(english, f"{path.name}已经存在，没有覆盖。"))
