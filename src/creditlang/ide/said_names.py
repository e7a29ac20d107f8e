"""What the names in the files of a policy are called in a language: each by the label that the language has for what it
stands for, or by its name.
"""

from collections.abc import Mapping
from functools import cache

from creditlang.diagnostics import Language
from creditlang.driver import Compiled
from creditlang.format.keyword_forms import name_is_in
from creditlang.ide.hover import names_in
from creditlang.ide.vocabulary import PLAIN, Entry, Vocabulary, vocabulary

_BY_THEIR_PLACE = ("unit", "enumeration", "type", "adjust", "table", "semester", "article", "status")
"""Sorts of names of which the place tells that it can be no other."""
_OF_SOMETHING = ("field", "value", "item", "part")
"""Sorts whose names can be told apart by what they are of."""


def said_names(compiled: Compiled, language: Language) -> tuple[Mapping[int, str], ...]:
    """For each file of a policy that could be compiled, where names of the other language begin, and what they are
    called in this one; what it has no word for is left out.
    """
    known = vocabulary(compiled)
    word = cache(lambda entry: _word(entry, language, known))
    return tuple(
        {
            each.start: said
            for each in names_in(compiled, source, known)
            if not each.declares and not name_is_in(source.text[each.start : each.end], language)
            and (said := word(each.entry)) is not None
        }
        for source in compiled.sources
    )  # fmt: skip


def _word(entry: Entry, language: Language, known: Vocabulary) -> str | None:
    """The name, or the first label that is a word and stands for nothing else that could be meant in its place."""
    if name_is_in(entry.name, language):
        return entry.name
    labels = (text for text in entry.labels if name_is_in(text, language) and PLAIN.fullmatch(text))
    return next((x for x in labels if not any(_could_be(entry, other) for other in known.by_text[x])), None)


def _could_be(entry: Entry, other: Entry) -> bool:
    if entry == other:
        return False
    if entry.sort in _BY_THEIR_PLACE or other.sort in _BY_THEIR_PLACE:
        return entry.sort == other.sort
    if {entry.sort, other.sort} == {"given", "kind"}:
        return False
    return not (entry.sort in _OF_SOMETHING and other.sort in _OF_SOMETHING and entry.of != other.of)
