"""A text in the other dialect: the same tree, its keywords and their order as the other language has them."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from creditlang.diagnostics import Language
from creditlang.format.called_names import NO_NAMES, called
from creditlang.format.concrete_tree import Branch, Concrete, Word, WrittenLine
from creditlang.format.keyword_forms import said_in
from creditlang.format.word_order import in_order


def translated(
    text: Concrete, language: Language, reorder: bool = True, names: Mapping[int, str] = NO_NAMES
) -> list[WrittenLine]:
    """The lines of a text in a language; with `reorder`, with the words in its order; with the `names` that it has, by
    where those of the source begin. The tree is used up.
    """
    place_of = {word.start: place for place, line in enumerate(text.lines) for word in line.words}
    if reorder:
        in_order(text.root, language)
    lines = [WrittenLine(line.depth) for line in text.lines]
    before: Word | None = None
    for word, place in _placed(text.root, place_of, 0):
        said = called(word, names) or said_in(word, language, before)
        lines[place].words.append(evolve(word, text=said))
        before = word
    return lines


def _placed(branch: Branch, place_of: dict[int, int], around: int) -> Iterator[tuple[Word, int]]:
    """The words in order, each with its line; a word that was put in stands with those that its rule took."""
    place = next((place_of[word.start] for word in branch.words() if word.start >= 0), around)
    for child in branch.children:
        if isinstance(child, Branch):
            for word, at in _placed(child, place_of, place):
                place = at
                yield word, at
        else:
            place = place_of.get(child.start, place)
            yield child, place
