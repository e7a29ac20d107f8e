"""The colours of policies for Pygments, and so for Sphinx, notebooks and rich: those that editors show.

Found through the entry point `pygments.lexers`; nothing else imports this module.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

from pygments import token
from pygments.lexer import Lexer

from creditlang.ide.highlighting import highlight
from creditlang.ide.walk import Beginning, reach

Piece = tuple[int, Any, str]
"""Where a piece of a text begins, what Pygments calls its sort, and the piece."""

_TOKENS: Final[Mapping[str, Any]] = {
    "keyword": token.Keyword, "name": token.Name, "item": token.Name.Function, "account": token.Name.Class,
    "kind": token.Name.Class, "field": token.Name.Attribute, "value": token.Name.Constant,
    "setting": token.Name.Variable, "fact": token.Name.Property, "number": token.Number, "date": token.Literal.Date,
    "text": token.String, "citation": token.Name.Label, "comment": token.Comment.Single, "operator": token.Operator,
    "error": token.Text, "command": token.Name.Builtin, "operand": token.Text,
}  # fmt: skip
_BEGINNINGS: Final[tuple[Beginning, ...]] = ("policy", "line", "records", "condition")


class PolicyLexer(Lexer):
    """A policy, or a piece of one: a few lines of a category, a record, a condition."""

    name = "creditlang"
    aliases: ClassVar[list[str]] = ["credit", "creditlang"]
    filenames: ClassVar[list[str]] = ["*.credit"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[Piece]:
        """The pieces of a text, which together are the text; it is read as what it can be read as farthest."""
        beginning = max(_BEGINNINGS, key=lambda each: reach(text, each))
        pieces = ((span.start, span.end, span.kind) for span in highlight(text, beginning))
        return pygments_pieces(text, pieces)


def pygments_pieces(text: str, pieces: Iterable[tuple[int, int, str]], start: int = 0) -> Iterator[Piece]:
    """Coloured pieces, in order, and what lies between them, as Pygments takes them; the text begins at `start`."""
    position = 0
    for first, last, kind in pieces:
        yield start + position, token.Text, text[position:first]
        yield start + first, _TOKENS[kind], text[first:last]
        position = last
    yield start + position, token.Text, text[position:]
