"""The interactive session: a policy, sample students, and the question “what if?”.

`session` takes text and gives replies and knows no terminal; `commands` is the table of what may be typed beside the
language; `prompt` is the one file that knows prompt_toolkit, `script` carries out a file of inputs.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from creditlang.plugin import PluginManager

__all__ = ["run"]


def run(
    manager: PluginManager,
    opening: Sequence[str] = (),
    script: Iterable[str] | None = None,
    write: Callable[[str], None] | None = None,
    keys: Literal["emacs", "vi"] = "emacs",
    colour: bool = True,
    **options: Any,
) -> bool:
    """Hold a session: the inputs of `opening`, then those of `script` (told with `write`), else those typed.

    `options` are those of `Session`. Returns whether an input of the script, or one of the opening before it, failed.
    Raises ImportError if a terminal is wanted and prompt_toolkit is not installed.
    """
    from creditlang_repl.script import plain, run_script
    from creditlang_repl.session import Session

    make: Any = Session
    if script is None:
        from creditlang_repl.prompt import Prompt

        Prompt(make(manager=manager, **options), keys=keys, colour=colour).run(opening)
        return False
    session: Session = make(manager=manager, **options)
    told = write or (lambda text: None)
    failed = False
    for text in opening:
        reply = session.answer(text)
        if reply.failed:
            told(plain(reply))
            failed = True
    return run_script(session, script, told) or failed
