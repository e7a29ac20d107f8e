"""The text of a policy, changed as an editor would change it: a declaration replaced, put in or taken out.

A declaration is a heading and the lines under it that stand further to the right. What is typed at a prompt need not
repeat what is known: a declaration that is replaced keeps its name, and its labels and articles where none are given,
for data and readers know it by those; an item also the records that it is about. The result is text, compiled like any
other.
"""

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from creditlang.driver import Compiled
from creditlang.source import Span
from creditlang.syntax import tree as t

_QUOTED = r"(?:\"[^\"\n]*\"|“[^”\n]*”|＂[^＂\n]*＂)"
_LABELS = re.compile(rf"(?:[ \t　]*{_QUOTED})*")
_SKIPPED = re.compile(rf"{_QUOTED}|\[[^\]\n]*\]|【[^】\n]*】|\([^)\n]*\)|（[^）\n]*）")
_PLAIN = re.compile(r"[-−]?[ \t]*[\d.]+")
_ACCOUNTS = (t.Category, t.Score, t.Credit, t.Account)


@frozen
class Block:
    """A declaration in a text: where its lines begin and end, the last line feed left out."""

    text: str
    start: int
    end: int

    @property
    def indent(self) -> str:
        """The blanks before its heading."""
        return leading(self.text[self.start : self.end])

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text[self.start : self.end].split("\n")


def leading(line: str) -> str:
    """The blanks at the beginning of a line."""
    return line[: len(line) - len(line.lstrip(" \t　"))]


def block_at(text: str, offset: int) -> Block:
    """The declaration whose heading holds `offset`."""
    start = text.rfind("\n", 0, offset) + 1
    end = _line_end(text, start)
    depth = len(leading(text[start:end]))
    position = end
    while position < len(text):
        position += 1
        stop = _line_end(text, position)
        line = text[position:stop]
        if line.strip():
            if len(leading(line)) <= depth:
                break
            end = stop
        position = stop
    return Block(text, start, end)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


# ---- finding
def named(compiled: Compiled) -> Iterator[t.Named]:
    """Every declaration with a name, outer ones first, of the policy and of the files it uses."""
    for module in compiled.modules:
        yield from _named(module.declarations)


def _named(lines: Iterable[object]) -> Iterator[t.Named]:
    for line in lines:
        if isinstance(line, t.Named):
            yield line
            yield from _named(getattr(line, "lines", ()))


def like(compiled: Compiled, typed: t.Named) -> t.Named | None:
    """The declaration of the same sort with the same name, or with the typed name for a label."""
    same = [node for node in named(compiled) if _sort(node) is _sort(typed)]
    exact = [node for node in same if node.name.text == typed.name.text]
    return next(iter(exact or [node for node in same if typed.name.text in node.labels]), None)


def _sort(node: t.Named) -> type:
    return t.Account if isinstance(node, _ACCOUNTS) else type(node)


def container(compiled: Compiled, name: str) -> t.Named | None:
    """The account or item of a name or label, whose body may have more lines."""
    program = compiled.compilation.program
    account, item = program.account(name), program.item(name)
    return account.node if account else item.node if item else None


def is_in(text: str, inner: t.Named, outer: t.Named) -> bool:
    """Whether a declaration of `text` stands in the body of another."""
    block = block_at(text, outer.span.start)
    return block.start < inner.span.start < block.end


# ---- changing
def replaced(text: str, old: t.Named, typed: t.Named) -> str:
    """`text` with the declaration `old` written as it is typed, under the name, labels and articles it has."""
    block = block_at(text, old.span.start)
    written = _indented(merged(old, typed), block.indent)
    return text[: block.start] + written + text[block.end :]


def merged(old: t.Named, typed: t.Named) -> str:
    """The text that is typed, with the name of `old`, and its labels, records and articles where it gives none."""
    source = typed.span.source.text
    text = source[typed.span.start :].rstrip()
    at = typed.name.span.start - typed.span.start
    labels = _LABELS.match(text, at + len(typed.name.span.text))
    assert labels is not None
    known = labels.group() or _labels_after(old.name.span)
    if isinstance(old, t.Item) and isinstance(typed, t.Item) and typed.kind is None and typed.where is None:
        known += _records_of(old)
    text = f"{text[:at]}{old.name.span.text}{known}{text[labels.end() :]}"
    if old.cites and not typed.cites and not isinstance(typed, (t.Enumeration, t.Let)):
        cites = " ".join(cite.span.text for cite in old.cites)
        head, rest = divided(text)
        text = f"{head.rstrip()} {cites}{rest}"
    return text


def _records_of(item: t.Item) -> str:
    """Which records an item says that it is about, ` from course where …`; empty where it does not say."""
    text, start = item.span.source.text, item.name.span.end + len(_labels_after(item.name.span))
    head, _ = divided(text[item.span.start :])
    end = min([item.span.start + len(head), *(cite.span.start for cite in item.cites)])
    said = text[start:end].strip(" \t　")
    return f" {said}" if said else ""


def _labels_after(name: Span) -> str:
    match = _LABELS.match(name.source.text, name.end)
    return match.group() if match else ""


def divided(text: str) -> tuple[str, str]:
    """A declaration's heading, and what follows from the colon or the end of the line on."""
    line = text[: _line_end(text, 0)]
    hidden = _SKIPPED.sub(lambda match: "x" * len(match.group()), line)
    comment = hidden.find("#")
    end = comment if comment >= 0 else len(line)
    colons = [position for sign in ":：" if (position := hidden.find(sign, 0, end)) >= 0]
    place = min(colons, default=len(line[:end].rstrip()))
    return text[:place], text[place:]


def put_in(text: str, into: t.Named, typed: str) -> str:
    """`text` with one more line, or block of lines, at the end of the body of `into`."""
    block = block_at(text, into.span.start)
    lines = block.lines
    body = [line for line in lines[1:] if line.strip() and not line.lstrip().startswith("#")]
    inner = leading(body[0]) if body else block.indent + "    "
    head, rest = divided(lines[0])
    if rest[:1] in (":", "：") and not body:
        lines = [head.rstrip(), f"{inner}{rest[1:].strip()}"]
    return text[: block.start] + "\n".join([*lines, _indented(typed.rstrip(), inner)]) + text[block.end :]


def appended(text: str, typed: str) -> str:
    """`text` with a declaration at its end."""
    return f"{text.rstrip()}\n\n{typed.rstrip()}\n"


def taken_out(text: str, old: t.Named) -> str:
    """`text` without a declaration."""
    block = block_at(text, old.span.start)
    return text[: block.start] + text[min(block.end + 1, len(text)) :]


def with_value(text: str, let: t.Let, value: str) -> str:
    """`text` in which a named value is another one, from whenever on: dated values go. A number keeps its unit."""
    block = block_at(text, let.span.start)
    old = let.values[0].value
    if isinstance(old, t.Number) and old.unit is not None and _PLAIN.fullmatch(value):
        value = f"{value} {old.unit.span.text}"
    first = let.values[0].value.span
    lines = [line for line in (text[first.end : block.end]).split("\n")]
    dated = {other.span.source.line_number(other.span.start) for other in let.values[1:]}
    number = let.span.source.line_number(first.end)
    kept = [line for place, line in enumerate(lines, start=number) if place not in dated]
    return text[: first.start] + value + "\n".join(kept) + text[block.end :]


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line.strip() else line for line in text.split("\n"))
