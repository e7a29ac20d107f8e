"""Many texts at once, as Arrow keeps them, and what is asked of all of a column: none is an object before it is seen.

What is asked of texts in a list is answered alike.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, overload

from creditlang.schema import Value

if TYPE_CHECKING:
    import numpy
    import pyarrow

    Numbers = numpy.ndarray[Any, numpy.dtype[Any]]

TOGETHER: Final = 65_536
"""Rows that are gone through together."""
_LOOKED_AT: Final = 1024
_WORD: Final = 8
_LONGEST_COMPARED: Final = 64
_FACTOR: Final = 0x9E3779B97F4A7C15


class ArrowTexts(Sequence[str | None]):
    """Many texts, or nothing in place of one, that are not objects before somebody asks for them."""

    def __init__(self, array: "pyarrow.StringArray") -> None:
        """Of type `string`."""
        self.array = array

    @staticmethod
    def of(values: Sequence[Value]) -> "ArrowTexts":
        """Texts as they may be kept otherwise."""
        import pyarrow

        return values if isinstance(values, ArrowTexts) else ArrowTexts(pyarrow.array(values, pyarrow.string()))

    @staticmethod
    def joined(parts: Iterable[Sequence[Value]]) -> "ArrowTexts":
        """Some behind each other."""
        import pyarrow

        return ArrowTexts(pyarrow.concat_arrays([ArrowTexts.of(part).array for part in parts]))

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, at: int) -> str | None: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str | None]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str | None] | None:
        return ArrowTexts(self.array[at]) if isinstance(at, slice) else self.array[int(at)].as_py()

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.array.to_pylist())

    def at(self, places: "Numbers") -> "ArrowTexts":
        """Those at some positions."""
        import pyarrow

        return ArrowTexts(self.array.take(pyarrow.array(places)))

    def rise_within(self, groups: "Numbers") -> bool:
        """Whether of neighbours with one number each is after the one before it, or the same."""
        import pyarrow
        from pyarrow import compute

        together = compute.less_equal(self.array[:-1], self.array[1:])
        return bool(compute.all(compute.or_(together, pyarrow.array(groups[1:] != groups[:-1]))).as_py())

    def ranks(self) -> "Numbers":
        """For each where it stands among all, equal ones together: UTF-8 is in the order of its characters."""
        import numpy
        from pyarrow import compute

        texts = self.array.fill_null("")
        if compute.all(compute.less(texts[:-1], texts[1:])).as_py():
            return numpy.arange(len(texts))
        order = compute.array_sort_indices(texts)
        in_order = texts.take(order)
        ranks = numpy.zeros(len(texts), numpy.int64)
        new = compute.not_equal(in_order[1:], in_order[:-1]).to_numpy(zero_copy_only=False)
        ranks[order.to_numpy()[1:]] = numpy.cumsum(new)
        return ranks

    def only_of(self, characters: str) -> bool:
        """Whether no text is empty, or nothing, or has other characters than these, which are ASCII."""
        import numpy

        if self.array.null_count:
            return False
        starts, content = self._bytes()
        known = numpy.zeros(256, bool)
        known[list(characters.encode())] = True
        return bool((numpy.diff(starts) > 0).all() and known[content[starts[0] : starts[-1]]].all())

    def surely_differ(self) -> bool:
        """Whether no two texts are the same; not always said of texts that differ, and never of long ones.

        Texts that are the same have the same number of 64 bits, made of their bytes, so if no two numbers are, no two
        texts are. That takes a fifth of the time of keeping each text in a table.
        """
        starts, _ = self._bytes()
        if self.array.null_count or (starts[1:] - starts[:-1]).max(initial=0) > _LONGEST_COMPARED:
            return False
        found = self.bits()
        found.sort()
        return bool((found[1:] != found[:-1]).all())

    def bits(self) -> "Numbers":
        """For each text, there being nothing else, a number of 64 bits, made of its length and bytes."""
        import numpy

        starts, content = self._bytes()
        lengths = numpy.diff(starts)
        longest = int(lengths.max(initial=0))
        padded = numpy.zeros(len(content) + longest + _WORD, numpy.uint8)
        padded[: len(content)] = content
        words: Numbers = numpy.ndarray((len(padded) - _WORD + 1,), numpy.uint64, padded, strides=(1,))
        masks = numpy.array([(1 << 8 * size) - 1 for size in range(_WORD + 1)], numpy.uint64)
        found = lengths.astype(numpy.uint64)
        for first in range(0, len(found), TOGETHER):
            here = slice(first, first + TOGETHER)
            numbers = found[here]
            for at in range(0, longest, _WORD):
                part = words[starts[:-1][here] + at] & masks[numpy.clip(lengths[here] - at, 0, _WORD)]
                numbers ^= part
                numbers *= _FACTOR
                numbers ^= numbers >> 29
        return found

    def _bytes(self) -> "tuple[Numbers, Numbers]":
        """Where the texts begin and the last one ends in all their bytes, and these."""
        import numpy

        _, starts, content = self.array.buffers()
        first = self.array.offset
        places = numpy.frombuffer(starts, numpy.int32)[first : first + len(self) + 1] if starts else numpy.zeros(1, int)
        return places, numpy.frombuffer(content or b"", numpy.uint8)


def most_differ(column: "pyarrow.StringArray | pyarrow.DictionaryArray") -> bool:
    """Whether most rows have a text of their own, none of them so long that it had better be kept once."""
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        texts, count = column.dictionary, len(column.dictionary)
    else:
        head = column.slice(0, _LOOKED_AT)
        texts, count = column, len(head.unique()) * len(column) // max(len(head), 1)
    return bool(count > len(column) // 2 and texts.nbytes <= _LONGEST_COMPARED * len(column))


def only_of(texts: Sequence[str], characters: str) -> bool:
    """Whether no text is empty or has other characters than these, which are ASCII."""
    if isinstance(texts, ArrowTexts):
        return texts.only_of(characters)
    return all(texts) and {*"".join(texts)} <= {*characters}


def longest(texts: Sequence[str]) -> int:
    """The length of the longest text."""
    if isinstance(texts, ArrowTexts):
        from pyarrow import compute

        return compute.max(compute.utf8_length(texts.array)).as_py() or 0
    return max(map(len, texts), default=0)


def some_match(texts: Sequence[str | None], pattern: str) -> bool:
    """Whether a regular expression, as both Arrow and Python have them, is found in any of some texts."""
    if isinstance(texts, ArrowTexts):
        from pyarrow import compute

        return bool(compute.any(compute.match_substring_regex(texts.array, pattern)).as_py())
    found = re.compile(pattern).search
    return any(text is not None and found(text) is not None for text in texts)
