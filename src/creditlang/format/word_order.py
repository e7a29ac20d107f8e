"""The order of words in the other language: what stands after in English stands before in Chinese.

Each function takes a branch whose words are of one language and gives its parts as the other says them; keywords
themselves are said anew afterwards. A form that only one language has becomes the one that means the same. What has no
function here keeps its order, which both languages take.
"""

from typing import Final

from creditlang.diagnostics import Language
from creditlang.format import expression_order, line_order
from creditlang.format.branch_parts import Order
from creditlang.format.concrete_tree import Branch, Word
from creditlang.format.keyword_forms import is_of

_ORDERS: Final[dict[Language, dict[str, Order]]] = {
    "zh": {**line_order.CHINESE, **expression_order.CHINESE},
    "en": {**line_order.ENGLISH, **expression_order.ENGLISH},
}


def in_order(branch: Branch, language: Language) -> None:
    """Put the parts of a tree in the order of a language, wherever they are said in the other."""
    for child in branch.children:
        if isinstance(child, Branch):
            in_order(child, language)
    order = _ORDERS[language].get(branch.rule)
    other: Language = "en" if language == "zh" else "zh"
    if order is not None and _own_words(branch, other):
        branch.children = order(branch.children)


def _own_words(branch: Branch, language: Language) -> bool:
    """Whether a branch has a keyword of a language, itself or in what it is said with."""
    return any(
        is_of(part, language) if isinstance(part, Word) else part.rule in _SAID_WITH and _own_words(part, language)
        for part in branch.children
    )


_SAID_WITH = frozenset({
    "when", "unless", "otherwise", "when_before", "otherwise_before", "scope", "over", "per_event", "per_field",
    "per_gathered", "suffix_per", "prefix_per", "full_suffix", "full_prefix", "amount", "once", "highest_once",
    "last_once", "guard", "scope_after", "scope_before", "balance_before", "previous", "previous_before", "length",
    "in_each",
})  # fmt: skip
