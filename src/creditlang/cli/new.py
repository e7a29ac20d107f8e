"""``creditlang new``: a first policy, which checks clean and whose examples hold."""

import re
import sys
from pathlib import Path
from typing import Final

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, said

_NAME: Final = re.compile(r"[^\W\d]\w*")
_HEAD: Final = (
    'policy "{title}"\n\nunit {unit}{plural}\n\nrecord activity "Activities"\n    item : item\n    on   : date\n',
    "办法 “{title}”\n\n计量单位 {unit}\n\n记录 活动\n    项目：项目\n    日期：日期\n",
)
_CATEGORY: Final = (
    "\ncategory {name} in {unit}\n    cap 5 in total\n"
    '    item {name}_meeting "Meetings": 0.5 per event\n    item {name}_contest "Contests": 1 per event\n',
    "\n类别 {name} 单位 {unit}\n    总共最高5\n    项目 {name}例会：每次0.5\n    项目 {name}比赛：每次1\n",
)
_REQUIRED: Final = ('\nrequire passed "Passed"\n', "\n要求 合格\n")
_PART: Final = ("    {name} at least 1\n", "    {name} 至少 1\n")
_EXAMPLES: Final = (
    '\nexample "{name}: a meeting and a contest"\n'
    "    activity {name}_meeting, on 2025-03-10\n    activity {name}_contest, on 2025-03-11\n    expect {name} = 1.5\n"
    '\nexample "{name}: no more than five"\n'
    "    activity {name}_contest, on 2025-03-10, 6 times\n    expect {name} = 5\n",
    "\n例 “{name}：一次例会、一次比赛”\n"
    "    活动 {name}例会，日期 2025-03-10\n    活动 {name}比赛，日期 2025-03-11\n    应得 {name} = 1.5\n"
    "\n例 “{name}：不超过5”\n    活动 {name}比赛，日期 2025-03-10，6次\n    应得 {name} = 5\n",
)
_MET: Final = ("    expect passed = met\n", "    应为 合格 = 达到\n")


@bilingual_help.command("new")
@argument("path", metavar="FILE")
@option("--title", metavar="TEXT")
@option("--unit", metavar="NAME")
@option("--category", "categories", metavar="NAME", multiple=True)
@common.language_option
def command(path: str, title: str | None, unit: str | None, categories: tuple[str, ...]) -> None:
    """Write a first policy to go on from."""
    file = Path(path if path.endswith(".credit") else f"{path}.credit")
    if file.exists():
        common.fail(common.USAGE, said(f"There is a file {file.name} already.", f"已经有文件 {file.name}。"))
    titles, units, first = said("Activity credits", "活动学分"), said("credit", "学分"), said("sport", "体育")
    title = title or _answer(said("Title of the regulation", "办法的标题"), titles)
    unit = unit or _answer(said("What it counts in", "计量单位"), units)
    categories = categories or tuple(
        _answer(said("Categories, with blanks between", "类别，用空格分开"), first).split()
    )
    text = _text(title, unit, categories)
    _sound(title, text, (unit, *categories))
    from creditlang.toolkit.atomic_files import publish_file

    publish_file(file, text.encode())
    english = f"{file} is written; creditlang check {file} and creditlang test {file} find nothing wrong with it."
    common.echo(said(english, f"已写好 {file}；creditlang check {file} 和 creditlang test {file} 都没有问题。"))


def _answer(question: str, default: str) -> str:
    """The answer to a question at a terminal; without one, the default."""
    return str(click.prompt(question, default=default)) if sys.stdin.isatty() else default


def _text(title: str, unit: str, categories: tuple[str, ...]) -> str:
    side = int(said("0", "1"))
    values = [{"name": name, "unit": unit} for name in categories]
    plural = "" if side or not unit.isascii() or unit.endswith(("s", "x", "y", "h")) else f' "{unit}s"'
    parts = [
        _HEAD[side].format(title=title, unit=unit, plural=plural),
        *(_CATEGORY[side].format(**each) for each in values),
    ]
    parts += [_REQUIRED[side], *(_PART[side].format(**each) for each in values)]
    parts += [_EXAMPLES[side].format(**each) for each in values]
    return "".join(parts) if len(categories) > 1 else "".join(parts).replace(" = 1.5\n", f" = 1.5\n{_MET[side]}", 1)


def _sound(title: str, text: str, names: tuple[str, ...]) -> None:
    """End the program if what was given cannot be names and a title of a policy."""
    from creditlang.driver import compile_text

    if wrong := [name for name in names if not _NAME.fullmatch(name)] or [x for x in title if x in '"“”\n']:
        common.fail(common.USAGE, said(
            f"“{wrong[0]}” cannot stand there: a name is one word, arts_and_sport; a title has no quotation marks.",
            f"这里不能写“{wrong[0]}”：名称是一个词，例如 文体活动；标题里不能有引号。",
        ))  # fmt: skip
    if found := compile_text(text).diagnostics:
        common.show(found)
        sys.exit(common.USAGE)
