"""``creditlang explain``: more about a code."""

from typing import TYPE_CHECKING

import click

from creditlang.cli import common

if TYPE_CHECKING:
    from creditlang.diagnostics import Language


@click.command("explain")
@click.argument("code")
@common.language_option
def command(code: str, language: "Language") -> None:
    """Tell more about the code of a finding, with an example of wrong and right: creditlang explain CR311"""
    from creditlang.diagnostics import codes, explain, nearest

    text = explain(code.upper(), language)
    if text is None:
        close = nearest(code.upper(), codes()) or ""
        hint = {"en": f" Did you mean {close}?", "zh": f"是不是{close}？"}[language] if close else ""
        texts = {"en": f"There is no code {code}.{hint}", "zh": f"没有代码{code}。{hint}"}
        common.fail(common.USAGE, texts[language])
    click.echo(readable(text, language))


def readable(text: str, language: "Language") -> str:
    """The Markdown of a page for a screen: examples indented under a word, instead of between fences."""
    words = {"wrong": {"en": "Wrong:", "zh": "错误："}, "right": {"en": "Right:", "zh": "正确："}}
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
            kinds = [word for word in line.split()[1:] if word in words]
            if inside and kinds:
                lines += [words[kinds[0]][language]]
        else:
            lines.append(f"    {line}" if inside and line else line)
    return "\n".join(lines)
