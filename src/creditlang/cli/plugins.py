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
    from creditlang.plugin import KIND_WORDS

    manager = common.plugin_manager(language, common.DataRequest((), no_plugins=no_plugins))
    rows = [[entry.name, f"{entry.distribution} {entry.version}", entry.status] for entry in manager.listing()]
    zh = language == "zh"
    click.echo(table_text(["插件", "来自", "状态"] if zh else ["plugin", "from", "status"], rows))
    offered = [
        [entry.name, words.zh if zh else f"{words}s", " ".join(entry.names(kind))]
        for entry in manager.listing()
        for kind, words in KIND_WORDS.items()
        if entry.names(kind)
    ]
    click.echo()
    click.echo(table_text(["插件", "提供", "名称"] if zh else ["plugin", "offers", "names"], offered))
    sys.exit(common.BROKEN if manager.problems else common.CLEAN)
