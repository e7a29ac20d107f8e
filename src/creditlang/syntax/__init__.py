"""Text to tree: the lexer, the parser and the nodes. The tree holds no facts beyond what is written."""

from creditlang.syntax.parse import Parsed, parse, parser

__all__ = ["Parsed", "parse", "parser"]
