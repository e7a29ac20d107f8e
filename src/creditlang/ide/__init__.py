"""What an editor or a prompt asks while text is being typed: colours, what can come next, whether it is whole, what a
name stands for.

All go over the text with the language's own lexer and the parser's table (`walk`), so none of them knows the grammar
anew. The room knows no terminal, no editor protocol and no student; it reads no files.
"""

from creditlang.ide.completeness import Completeness, completeness
from creditlang.ide.completion import Completion, complete
from creditlang.ide.highlighting import Highlight, HighlightClass, highlight
from creditlang.ide.hover import Hover, hover
from creditlang.ide.vocabulary import EMPTY, Entry, Vocabulary, vocabulary
from creditlang.ide.walk import Beginning

__all__ = [
    "EMPTY", "Beginning", "Completeness", "Completion", "Entry", "Highlight", "HighlightClass", "Hover",
    "Vocabulary", "complete", "completeness", "highlight", "hover", "vocabulary",
]  # fmt: skip
