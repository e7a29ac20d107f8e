"""``creditlang plugins``: what is installed."""

import sys
from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language


@click.command("plugins")
@click.option("--no-plugins", is_flag=True, help="As if only the built-in ones were allowed.")
@common.language_option
def command(no_plugins: bool, language: "Language") -> None:
    """List the plugins: what each offers, from where, and what failed to load and why."""
    from creditlang.cli.tables import table_text
    from creditlang.plugin import PluginManager

    manager = PluginManager(no_plugins=no_plugins)
    rows = [
        [
            entry.name,
            f"{entry.distribution} {entry.version}",
            entry.status,
            " ".join(entry.sources),
            " ".join(entry.outputs),
        ]
        for entry in manager.listing()
    ]
    zh = ["插件", "来自", "状态", "数据来源", "输出"]
    click.echo(table_text(zh if language == "zh" else ["plugin", "from", "status", "sources", "outputs"], rows))
    common.show(manager.problems, language)
    sys.exit(common.BROKEN if manager.problems else common.CLEAN)
