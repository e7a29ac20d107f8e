"""``creditlang readings``: the interpretations that a policy makes."""

from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language


@click.command("readings")
@click.argument("policy")
@common.language_option
def command(policy: str, language: "Language") -> None:
    """List how a policy reads what the regulation leaves unclear, with article and place.

    Those that are numbers or switches can be tried with `creditlang run --set NAME=VALUE`; they come last.
    """
    compiled = common.sound_policy(policy, language)
    for reading in compiled.policy.readings:
        click.echo(f"[{reading.article or '—'}] {reading.text}  ({reading.place})")
    if compiled.policy.settings:
        click.echo({"en": "\nNamed values, to change with --set:", "zh": "\n可用 --set 调整的设定值："}[language])
    for name in compiled.policy.settings:
        node = compiled.compilation.program.lets[name]
        cites = "；".join(cite.text for cite in node.cites)
        values = "; ".join(
            value.value.span.text + (f" ({value.since})" if value.since else "") for value in node.values
        )
        label = f" {node.labels[0]}" if node.labels else ""
        click.echo(f"  {name}{label} = {values}{f'  [{cites}]' if cites else ''}")
