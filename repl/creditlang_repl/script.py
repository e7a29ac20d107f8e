"""Inputs from a file instead of a keyboard: each is shown, then its reply, without styles and always the same."""

from collections.abc import Callable, Iterable

from creditlang.source import visible
from creditlang_repl.completer import Completer
from creditlang_repl.input_parts import whole
from creditlang_repl.reply import Reply
from creditlang_repl.session import Session

PROMPT = "> "
CONTINUED = "… "


def run_script(session: Session, lines: Iterable[str], write: Callable[[str], None]) -> bool:
    """Carry out the inputs in `lines`; True if one of them failed.

    Lines are gathered until the input is whole. A block ends at an empty line, at a line that is not indented or at the
    end. Lines that begin with `#` are passed over. Whatever fails, the next input follows; `quit` ends it.
    """
    failed = False
    for text in _inputs(Completer(session), lines):
        for number, line in enumerate(text.split("\n")):
            write(f"{CONTINUED if number else PROMPT}{visible(line)}\n")
        reply = session.answer(text)
        write(plain(reply))
        failed = failed or reply.failed
        if reply.leave:
            break
    return failed


def plain(reply: Reply) -> str:
    """A reply without styles, nothing in it that could act on a terminal."""
    return "".join("".join(visible(text) for _, text in line).rstrip() + "\n" for line in reply.lines)


def _inputs(completer: Completer, lines: Iterable[str]) -> Iterable[str]:
    """The inputs, each with its lines joined; the policy as it stands after one input cuts the next."""
    gathered = ""
    for line in (line.rstrip("\r\n") for line in lines):
        if gathered and line.strip() and not line[0].isspace() and _may_end(gathered, completer):
            yield gathered
            gathered = ""
        if not gathered and (not line.strip() or line.lstrip().startswith("#")):
            continue
        gathered = f"{gathered}\n{line}" if gathered else line
        if whole(gathered, completer.vocabulary).state != "more":
            yield gathered.rstrip()
            gathered = ""
    if gathered:
        yield gathered.rstrip()


def _may_end(text: str, completer: Completer) -> bool:
    """Whether an input that could go on could also end here; an open bracket could not."""
    return whole(text + "\n", completer.vocabulary).state == "whole"
