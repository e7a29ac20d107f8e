"""Lines of a policy in words, as an office would put them, made of the core and never of the text of the policy."""

from creditlang.rule_words.declaration_words import DeclarationWords
from creditlang.rule_words.expression_words import ExpressionWords
from creditlang.rule_words.line_words import LineWords

__all__ = ["DeclarationWords", "ExpressionWords", "LineWords"]
