"""The colours of what was typed into a session and answered there, for Pygments: inputs as the prompt shows them.

Found through the entry point `pygments.lexers`; nothing else imports this module.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from pygments import token
from pygments.lexer import Lexer, do_insertions  # type: ignore[attr-defined]  # its stubs lack it

from creditlang.ide import EMPTY
from creditlang.ide.policy_lexer import Piece, pygments_pieces
from creditlang_repl.highlighter import highlight_input
from creditlang_repl.script import CONTINUED, PROMPT


class SessionLexer(Lexer):
    """Inputs after `> `, their further lines after `… `, and the answers."""

    name = "creditlang session"
    aliases: ClassVar[list[str]] = ["session"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[Piece]:
        """The pieces of a text, which together are the text."""
        typed, prompts, begun, position = "", list[tuple[int, list[Piece]]](), 0, 0
        for line in (*re.findall(r"[^\n]*\n|[^\n]+", text), ""):
            prompt = next((each for each in (PROMPT, CONTINUED) if line.startswith(each)), "")
            if prompts and prompt != CONTINUED:
                yield from do_insertions(prompts, pygments_pieces(typed, highlight_input(typed, EMPTY), begun))
                typed, prompts = "", []
            if prompt:
                begun = begun if prompts else position
                prompts.append((len(typed), [(0, token.Generic.Prompt, prompt)]))
                typed += line[len(prompt) :]
            elif line:
                yield position, token.Generic.Output, line
            position += len(line)
