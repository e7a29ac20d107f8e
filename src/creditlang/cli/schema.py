"""``creditlang schema``: the sheets and columns that a policy needs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.core.operators import Column
    from creditlang.diagnostics import Language


Sheet = tuple[str, tuple[str, ...], "tuple[Column, ...]", list[tuple[str, ...]]]


@click.command("schema")
@click.argument("policy")
@click.option(
    "--out", "target", type=click.Path(path_type=Path), metavar="FOLDER", help="Write empty CSV templates here."
)
@common.language_option
def command(policy: str, target: Path | None, language: "Language") -> None:
    """The sheets and columns that a policy needs, or empty templates of them.

    Sheets and columns may carry the policy's names or any of their labels.
    """
    from creditlang.cli.tables import table_text
    from creditlang.data.dataset import RECORD_ID, STUDENT_ID

    compiled = common.sound_policy(policy, language).policy
    zh = language == "zh"
    headings = ["列", "别名", "类型", "必填", "取值"] if zh else ["column", "labels", "type", "needed", "values"]
    student: Sheet = ("student", compiled.student_labels, compiled.attributes, [STUDENT_ID])
    sheets = [student]
    sheets += [(name, kind.labels, kind.columns, [STUDENT_ID, RECORD_ID]) for name, kind in compiled.kinds.items()]
    for name, labels, columns, builtin in sheets:
        rows = [
            [texts[0], " / ".join(texts[1:]), "文本" if zh else "text", _yes(texts is STUDENT_ID, zh), ""]
            for texts in builtin
        ]
        rows += [_row(column, zh) for column in columns]
        if target is None:
            click.echo(f"{name}  {' / '.join(labels)}")
            click.echo(table_text(headings, rows) + "\n")
        else:
            _template(
                target / f"{labels[0] if labels and zh else name}.csv",
                [row[1].split(" / ")[0] if zh and row[1] else row[0] for row in rows],
            )
    if target is not None:
        click.echo(
            {"en": f"{len(sheets)} templates in {target}", "zh": f"已在{target}写出{len(sheets)}个模板"}[language]
        )


def _template(path: Path, names: list[str]) -> None:
    if path.exists():
        common.fail(common.BROKEN, f"{path.name} exists already; it is not overwritten. / 文件已存在，没有覆盖。")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("﻿" + ",".join(names) + "\n", encoding="utf-8")


def _row(column: "Column", zh: bool) -> list[str]:
    needed = not (column.optional or column.if_used or column.default is not None)
    names = {
        "number": "数字",
        "text": "文本",
        "yes or no": "是/否",
        "date": "日期",
        "semester": "学期",
        "value": "选项",
        "item": "项目",
        "account": "账户",
    }
    values = ""
    if column.type.enumeration and column.values:
        first: dict[str, str] = {}
        for text, name in reversed(list(column.values.items())):
            if text != name or name not in first:
                first[name] = text
        values = " ".join(dict.fromkeys(reversed(first.values())) if zh else dict.fromkeys(reversed(first)))
    if column.default is not None:
        shown = {True: "是" if zh else "yes", False: "否" if zh else "no"}.get(column.default, column.default)  # type: ignore[call-overload]
        values = f"{values} {'默认' if zh else 'default'} {shown}".strip()
    if column.if_used:
        need = "用到时" if zh else "when used"
    else:
        need = _yes(needed, zh)
    return [column.name, " / ".join(column.labels), names[column.type.name] if zh else column.type.name, need, values]


def _yes(value: bool, zh: bool) -> str:
    return ("是" if zh else "yes") if value else ""
