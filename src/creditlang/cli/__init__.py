"""The command line. Only this folder knows click; each command has a file of its own, loaded when it is called.

Exit codes: 0 clean; 1 the policy or an example has findings; 2 usage; 3 data not reconciled or students undetermined;
4 plugin or input and output.
"""

import codecs
import gc
import sys
from importlib import import_module
from typing import Any

import click

_COMMANDS = ("demo", "run", "why", "check", "test", "diff", "repl", "readings", "schema", "explain", "debug", "plugins")


class _Commands(click.Group):
    """Commands by file name, and those of plugins, which are looked for when no file has the name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *_plugin_commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            factory = _plugin_commands().get(cmd_name)
            made = factory() if factory is not None else None
            return made if isinstance(made, click.Command) else None
        command = import_module(f"creditlang.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


def _plugin_commands() -> dict[str, Any]:
    """The commands of plugins by name; plugins are loaded only if others than the built-in ones are installed."""
    from importlib.metadata import entry_points

    if all(point.dist and point.dist.name == "creditlang" for point in entry_points(group="creditlang")):
        return {}
    from creditlang.cli.common import plugin_manager

    return plugin_manager("en").offers("commands")


_OTHER_SIGNS = "creditlang_other_signs"
_ALIKE = {"✓": "√", "✗": "×"}


def _other_signs(error: UnicodeError) -> tuple[str | bytes, int]:
    """A sign that the encoding of a stream has not, as one that it has or by its number; never a traceback."""
    if isinstance(error, UnicodeEncodeError):
        alike = _ALIKE.get(error.object[error.start], "")
        if alike and alike.encode(error.encoding, "ignore"):
            return alike, error.start + 1
    return codecs.backslashreplace_errors(error)


codecs.register_error(_OTHER_SIGNS, _other_signs)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="creditlang")
def main() -> None:
    """Credit and conduct rules, written as the regulation prints them, worked out exactly and explained.

    \b
    Begin with:
      creditlang demo                                    see a regulation at work on sample data
      creditlang why hengyang --data sample:hengyang --student 2024010101
      creditlang check my-policy.credit                  is the policy sound?
      creditlang test my-policy.credit                   do its examples hold?
      creditlang run my-policy.credit --data folder/     all students, from a folder of CSV files
      creditlang repl hengyang --data sample:hengyang    try things out: what if …?
      creditlang diff hengyang my-policy.credit --data folder/    who gains and who loses by the new version

    POLICY is a file or the name of a bundled policy (hengyang). Messages are in English or Chinese: --lang en|zh, or
    the environment's CREDITLANG_LANG or LANG.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_OTHER_SIGNS)
    gc.set_threshold(50_000)  # trees and cores live as long as the command: seldom look for what could be thrown away


__all__ = ["main"]
