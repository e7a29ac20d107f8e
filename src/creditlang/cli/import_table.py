"""``creditlang import-table``: a printed table of rates as a policy to go on from."""

import sys
from pathlib import Path
from zipfile import BadZipFile

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, said


@bilingual_help.command("import-table")
@argument("table", metavar="TABLE")
@common.language_option
def command(table: str) -> None:
    """Turn a printed table of rates into the language, to go on from."""
    from creditlang.import_table.printed_grid import grid
    from creditlang.import_table.table_to_policy import table_to_policy

    found = grid(_rows(table))
    imported = table_to_policy(found) if found is not None else None
    if imported is None:
        common.fail(common.FINDINGS, said(
            "No table of rates was found: one column names what is rated, another has numbers or rates like 0.2/event.",
            "没有找到标准表：第一列应当是项目或级别，另有一列写数值或“0.2/次”这样的标准。",
        ))  # fmt: skip
    common.echo(imported.text.rstrip("\n"))
    if count := len(imported.not_read):
        english = f"{common.counted(count, 'place')} not read: see the remarks at the top."
        common.echo(said(english, f"有{count}处没有读入，见最上面的注释。"), err=True)


def _rows(table: str) -> list[list[str]]:
    """The cells of a table, from where it is."""
    from creditlang.import_table.printed_grid import csv_rows, pasted_rows, workbook_rows

    if table == "-":
        return pasted_rows(sys.stdin.read())
    name, _, sheet = table.partition("#")
    path = Path(name)
    try:
        if path.suffix.lower() == ".xlsx":
            return workbook_rows(path, sheet)
        text = _decoded(path.read_bytes())
    except KeyError:
        common.fail(common.USAGE, said(f"{name} has no sheet “{sheet}”.", f"{name} 里没有工作表“{sheet}”。"))
    except (OSError, ValueError, BadZipFile):
        common.fail(common.BROKEN, said(f"{name} cannot be read.", f"{name} 无法读取。"))
    return csv_rows(text) if path.suffix.lower() == ".csv" else pasted_rows(text)


def _decoded(data: bytes) -> str:
    """A text as it is exported: in UTF-8, or as spreadsheets in China write it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")
