"""``creditlang readings``: the interpretations that a policy makes."""

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, said


@bilingual_help.command("readings")
@argument("policy")
@common.language_option
def command(policy: str) -> None:
    """List how a policy reads what the regulation leaves unclear, with article and place."""
    compiled = common.sound_policy(policy)
    for reading in compiled.policy.readings:
        common.echo(f"[{reading.article or '—'}] {reading.text}  ({reading.place})")
    if compiled.policy.settings:
        common.echo(said("\nNamed values, to change with --set:", "\n可用 --set 调整的设定值："))
    for name in compiled.policy.settings:
        node = compiled.compilation.program.lets[name]
        cites = "；".join(cite.text for cite in node.cites)
        values = "; ".join(
            value.value.span.text + (f" ({value.since})" if value.since else "") for value in node.values
        )
        label = f" {node.labels[0]}" if node.labels else ""
        common.echo(f"  {name}{label} = {values}{f'  [{cites}]' if cites else ''}")
