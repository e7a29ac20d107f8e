"""``creditlang debug``: a stage of a policy, for people who work on the language."""

from typing import Any

import click

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option


@bilingual_help.command("debug")
@argument("policy")
@option("--stage", type=click.Choice(["tree", "core", "plan"]), default="core")
@common.language_option
def command(policy: str, stage: str) -> None:
    """Print a stage: the syntax tree, the core, or the plan by which engines work it out."""
    compiled = common.compile_policy(policy)
    common.show(compiled.errors)
    if stage == "tree":
        for declaration in compiled.modules[-1].declarations:
            common.echo("\n".join(outline(declaration)))
    elif stage == "plan":
        from creditlang.plan import lower
        from creditlang.plan.show import plan_lines

        common.echo("\n".join(plan_lines(lower(compiled.policy))))
    else:
        core = compiled.policy
        for group in (core.settings, core.rules, core.accounts, core.facts, core.requirements):
            for value in group.values():
                common.echo("\n".join(outline(value)))
        common.echo("scales: " + ", ".join(f"{name} {scale}" for name, scale in core.scales.items()))
        for move in core.moves:
            common.echo("\n".join(outline(move)))


def outline(value: Any, depth: int = 0, name: str = "") -> list[str]:
    """A node and its parts as indented lines; what is empty is left out."""
    import attrs

    if isinstance(value, frozenset):
        value = tuple(sorted(value))
    pad, head = "  " * depth, f"{name}: " if name else ""
    if attrs.has(type(value)):
        if type(value).__name__ == "Identifier":
            return [f"{pad}{head}{value.text}"]
        lines = [f"{pad}{head}{type(value).__name__}"]
        for field in attrs.fields(type(value)):
            part = getattr(value, field.name)
            if field.name not in ("span", "depth") and part is not False and part not in (None, (), ""):
                lines += outline(part, depth + 1, field.name)
        return lines
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return [f"{pad}{name}:", *(line for part in value for line in outline(part, depth + 1))]
    return [f"{pad}{head}{value}"]
