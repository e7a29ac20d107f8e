"""``creditlang explain``: more about a code."""

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, reader_language, said


@bilingual_help.command("explain")
@argument("code")
@common.language_option
def command(code: str) -> None:
    """Tell more about the code of a finding, with an example of wrong and right."""
    from creditlang.diagnostics import codes, explain, nearest

    text = explain(code.upper(), reader_language())
    if text is None:
        close = nearest(code.upper(), codes()) or ""
        hint = said(f" Did you mean {close}?", f"是不是{close}？") if close else ""
        common.fail(common.USAGE, said(f"There is no code {code}.{hint}", f"没有代码{code}。{hint}"))
    common.echo(readable(text))


def readable(text: str) -> str:
    """The Markdown of a page for a screen: examples indented under a word, instead of between fences."""
    words = {"wrong": said("Wrong:", "错误："), "right": said("Right:", "正确：")}
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
            kinds = [word for word in line.split()[1:] if word in words]
            if inside and kinds:
                lines += [words[kinds[0]]]
        else:
            lines.append(f"    {line}" if inside and line else line)
    return "\n".join(lines)
