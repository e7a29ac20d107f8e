"""``creditlang plugins``: what is installed."""

import sys
from pathlib import Path

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import option, said

_STATUSES = {"loaded": "已载入", "failed": "载入失败", "left out": "未载入"}
_OFFERS = ("source", "output", "form", "function", "calendar", "check")


@bilingual_help.command("plugins")
@option("--no-plugins", is_flag=True)
@option("--new", "folder", type=click.Path(path_type=Path), metavar="FOLDER")
@option("--offers", type=click.Choice(_OFFERS), default="source", show_default=True)
@common.language_option
def command(no_plugins: bool, folder: Path | None, offers: str) -> None:
    """List the plugins: what each offers, from where, and what failed to load and why."""
    if folder is not None:
        make(folder, offers)
        return
    from creditlang.plugin import KIND_WORDS
    from creditlang.text_table import table_text

    manager = common.plugin_manager(common.DataRequest((), no_plugins=no_plugins))
    rows = [[x.name, f"{x.distribution} {x.version}", said(x.status, _STATUSES[x.status])] for x in manager.listing()]
    common.echo(table_text(said("plugin from status", "插件 来自 状态").split(), rows))
    offered = [
        [entry.name, said(f"{words}s", words.zh), " ".join(entry.names(kind))]
        for entry in manager.listing()
        for kind, words in KIND_WORDS.items()
        if entry.names(kind)
    ]
    common.echo()
    common.echo(table_text(said("plugin offers names", "插件 提供 名称").split(), offered))
    sys.exit(common.BROKEN if manager.problems else common.CLEAN)


def make(folder: Path, offers: str) -> None:
    """Write a new plugin, and say what to do with it."""
    from creditlang.plugin.new_plugin import new_plugin

    try:
        written = new_plugin(folder, offers)
    except ValueError:
        common.fail(common.USAGE, said(
            f"“{folder.name}” cannot be a plugin's name: use lower-case letters, digits and hyphens, such as "
            "creditlang-campus.",
            f"“{folder.name}”不能作插件的名称：只用小写字母、数字和连字符，例如 creditlang-campus。",
        ))  # fmt: skip
    except OSError as error:
        common.refused(folder.name, error)
    for path in written:
        common.echo(path.as_posix())
    common.echo(said("Next:", "接下来："))
    common.echo(f"  pip install -e {folder.as_posix()}\n  creditlang plugins\n  pytest {folder.as_posix()}")
