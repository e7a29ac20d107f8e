"""What plugin authors test with: the contract tests, one class for each kind of plugin, and a policy's words."""

from creditlang.driver import compile_text
from creditlang.plugin.contract_tests import OutputContract, SourceContract
from creditlang.plugin.contract_tests_of_extensions import (
    CalendarContract,
    CheckContract,
    FormContract,
    FunctionContract,
)
from creditlang.policy_words import PolicyWords
from creditlang.to_policy_words import policy_words


def words_of(text: str) -> PolicyWords:
    """What a policy given as text and everything in it is called. Raises `ValueError` if it has errors."""
    compiled = compile_text(text)
    if compiled.errors:
        raise ValueError([error.code for error in compiled.errors])
    return policy_words(compiled.policy, compiled.compilation.program)


__all__ = [
    "CalendarContract", "CheckContract", "FormContract", "FunctionContract", "OutputContract", "SourceContract",
    "words_of",
]  # fmt: skip
