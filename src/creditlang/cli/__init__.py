"""The command line. Only this folder knows click; each command has a file of its own, loaded when it is called.

Exit codes: 0 clean; 1 the policy or an example has findings; 2 usage; 3 data not reconciled or students undetermined;
4 plugin or input and output.
"""

from importlib import import_module

import click

_COMMANDS = ("demo", "run", "why", "check", "test", "readings", "schema", "explain", "debug", "plugins")


class _Commands(click.Group):
    """Commands by file name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"creditlang.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


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

    POLICY is a file or the name of a bundled policy (hengyang). Messages are in English or Chinese: --lang en|zh, or
    the environment's CREDITLANG_LANG or LANG.
    """


__all__ = ["main"]
