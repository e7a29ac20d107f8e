"""The command line. Only this folder knows click; each command has a file of its own, loaded when it is called.

Exit codes: 0 clean; 1 the policy or an example has findings; 2 usage; 3 data not reconciled or students undetermined;
4 plugin or input and output.
"""

import gc
import sys
from importlib import import_module
from typing import Any

import click

from creditlang.cli import bilingual_help
from creditlang.cli.common import USAGE, language_option, plugin_manager, show
from creditlang.cli.guarded_streams import guarded
from creditlang.cli.installed_plugins import only_built_in

_COMMANDS = (
    "demo",
    "run",
    "why",
    "letter",
    "need",
    "new",
    "import-table",
    "check",
    "fmt",
    "test",
    "diff",
    "verify",
    "correct",
    "repl",
    "lsp",
    "serve",
    "mcp",
    "rulebook",
    "readings",
    "schema",
    "explain",
    "debug",
    "plugins",
)


class _Commands(bilingual_help.Command, click.Group):
    """Commands by file name, and those of plugins, which are looked for when no file has the name."""

    def main(self, args: Any = None, *others: Any, **named: Any) -> Any:
        """Begin with the language, in which even a mistake in the command line is told."""
        bilingual_help.choose_language(sys.argv[1:] if args is None else list(args))
        with guarded():
            return super().main(args, *others, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command; data that cannot be used as they are asked for, or a missing package, end it like a
        mistake in its words.
        """
        try:
            return super().invoke(ctx)
        except Exception as error:
            from creditlang.errors import DataError, PluginError

            if not isinstance(error, (DataError, PluginError)):
                raise
            show(error.diagnostics)
            sys.exit(USAGE)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *_plugin_commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            factory = _plugin_commands().get(cmd_name)
            made = factory() if factory is not None else None
            return made if isinstance(made, click.Command) else None
        command = import_module(f"creditlang.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command; of one that there is not, the nearest names are told."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=known, ctx=ctx) from None


def _plugin_commands() -> dict[str, Any]:
    """The commands of plugins by name; those that come with creditlang have none."""
    return {} if only_built_in() else plugin_manager().offers("commands")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="creditlang", cls=bilingual_help.Option)
@language_option
def main() -> None:
    """Credit and conduct rules, written as the regulation prints them, worked out exactly and explained."""
    gc.set_threshold(50_000)  # trees and cores live as long as the command: seldom look for what could be thrown away


__all__ = ["main"]
