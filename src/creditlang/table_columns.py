"""Rows of a result table side by side, as columns of codes: the form in which many are made, sorted and handed over.

A million rows have a few thousand different cells. So a value is an object once for all rows that have it, and what is
asked of rows is asked of numbers. Whoever wants rows goes through them as through a list.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import ne
from typing import TYPE_CHECKING, Any, Final, overload

from attrs import frozen

from creditlang.arrow_texts import TOGETHER, ArrowTexts
from creditlang.schema import Row, Value

if TYPE_CHECKING:
    import numpy

    Numbers = numpy.ndarray[Any, numpy.dtype[Any]]

FEW: Final = 65_536
"""So many different values of a column are made one where they are equal; more are kept as they come."""
_KEY_COLUMNS: Final = 3
_LARGEST_KEY: Final = 2**62


@frozen(eq=False)
class CodedCells:
    """A column: values, of which one may stand there twice, and for each row the position of its own among them."""

    values: Sequence[Value]
    codes: "Numbers"
    """Whole numbers."""

    @staticmethod
    def of(values: Sequence[Value]) -> "CodedCells":
        """Cells as they stand in rows."""
        import numpy

        places: dict[Any, int] = {}
        if {*map(type, values)} <= {str, type(None)}:
            codes = [places.setdefault(value, len(places)) for value in values]
            return CodedCells(list(places), numpy.array(codes, numpy.int32))
        codes = [places.setdefault((type(value), value), len(places)) for value in values]
        return CodedCells([value for _, value in places], numpy.array(codes, numpy.int32))

    @staticmethod
    def alike(value: Value, count: int) -> "CodedCells":
        """The same in so many rows."""
        import numpy

        return CodedCells([value], numpy.zeros(count, numpy.int8))

    def narrow(self) -> "CodedCells":
        """The same in as little room as it needs."""
        return CodedCells(self.values, self.codes.astype(_codes_of(len(self.values)), copy=False))

    @property
    def is_text(self) -> bool:
        """Whether there are only texts, and nothing."""
        return isinstance(self.values, ArrowTexts) or all(
            issubclass(kind, (str, type(None))) for kind in {*map(type, self.values)}
        )

    @staticmethod
    def joined(parts: Sequence["CodedCells"]) -> "CodedCells":
        """Columns one behind the other."""
        import numpy

        if len(parts[0].values) > FEW and all(part.values is parts[0].values for part in parts):
            return CodedCells(parts[0].values, numpy.concatenate([part.codes for part in parts]))
        if any(isinstance(part.values, ArrowTexts) for part in parts) and all(part.is_text for part in parts):
            *before, count = numpy.cumsum([0, *(len(part.values) for part in parts)]).tolist()
            kind = _codes_of(count)
            shifted = [part.codes.astype(kind) + kind.type(more) for part, more in zip(parts, before, strict=True)]
            return CodedCells(ArrowTexts.joined(part.values for part in parts), numpy.concatenate(shifted))
        values: list[Value] = []
        known: dict[tuple[type, Value], int] = {}
        moved: dict[int, Any] = {}
        """Of values, by identity: the new place of each, or how much further all of them stand."""
        for part in parts:
            if id(part.values) in moved:
                continue
            if len(part.values) > FEW:
                moved[id(part.values)] = len(values)
                values += part.values
                continue
            places = []
            for value in part.values:
                place = known.setdefault((type(value), value), len(values))
                if place == len(values):
                    values.append(value)
                places.append(place)
            moved[id(part.values)] = numpy.array(places, numpy.int64)
        narrow = _codes_of(len(values))
        codes = []
        for part in parts:
            own = moved[id(part.values)]
            codes.append(
                part.codes.astype(narrow) + narrow.type(own) if isinstance(own, int) else own.astype(narrow)[part.codes]
            )
        return CodedCells(values, numpy.concatenate(codes))

    def objects(self) -> "Numbers":
        """The values as an array that codes are looked up in."""
        import numpy

        if isinstance(self.values, ArrowTexts):
            texts: Numbers = self.values.array.to_numpy(zero_copy_only=False)
            return texts
        found = numpy.empty(len(self.values), object)
        found[:] = self.values
        return found

    @cached_property
    def there(self) -> "Numbers":
        """The positions of the values that rows have, rising."""
        import numpy

        return numpy.flatnonzero(numpy.bincount(self.codes, minlength=len(self.values)))

    def at(self, places: "Numbers") -> Sequence[Value]:
        """The values at some positions."""
        values = self.values
        return values.at(places) if isinstance(values, ArrowTexts) else [values[at] for at in places.tolist()]

    def used(self) -> "CodedCells":
        """The same without values that no row has."""
        import numpy

        there = self.there
        if len(there) == len(self.values):
            return self
        moved = numpy.zeros(len(self.values), _codes_of(len(there)))
        moved[there] = numpy.arange(len(there))
        return CodedCells(self.at(there), moved.take(self.codes))

    def first_come(self, text: Callable[[Value], str]) -> "CodedCells":
        """The same as texts, each once, in the order in which rows first have them."""
        import numpy

        first = numpy.full(len(self.values), len(self.codes), numpy.int32)
        places_of_rows = numpy.arange(len(self.codes), dtype=numpy.int32)
        first[self.codes[::-1]] = places_of_rows[::-1]  # of several, the first is put there last
        there = numpy.flatnonzero(first < len(self.codes))
        order = there[numpy.argsort(first[there])]
        places: dict[str, int] = {}
        again = numpy.zeros(len(self.values), numpy.int32)
        again[order] = [places.setdefault(text(value), len(places)) for value in self.at(order)]
        return CodedCells(list(places), again.take(self.codes))

    def ranks(self) -> "Numbers":
        """For each value where its text stands among those of all; texts that are equal stand together."""
        import numpy

        if isinstance(self.values, ArrowTexts):
            return self.values.ranks()
        texts = ["" if value is None else str(value) for value in self.values]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        ranks = numpy.zeros(len(texts), numpy.int64)
        in_order = [texts[at] for at in order]
        new = numpy.fromiter(map(ne, in_order, [None, *in_order[:-1]]), bool, len(texts))
        ranks[order] = numpy.cumsum(new) - 1
        return ranks


def _codes_of(values: int) -> "numpy.dtype[Any]":
    """The smallest type of numbers for codes of so many values: results have a dozen for each record."""
    import numpy

    return numpy.min_scalar_type(max(values - 1, 0))


class TablePieces(ABC):
    """The rows of a table that come some at a time, as often as somebody goes through them."""

    @abstractmethod
    def pieces(self) -> "Iterator[TableColumns]":
        """Some rows after the other."""

    @abstractmethod
    def __len__(self) -> int:
        """How many there are in all."""

    def __iter__(self) -> Iterator[Row]:
        return (row for piece in self.pieces() for row in piece)


class TableColumns(TablePieces, Sequence[Row]):
    """The rows of a table: a sequence of tuples, and the columns that they are made of when somebody asks."""

    def __init__(self, cells: Sequence[CodedCells]) -> None:
        """At least one column; all are of one length."""
        self.cells = tuple(cells)

    @staticmethod
    def of(rows: "Iterable[Row] | TableColumns", width: int) -> "TableColumns":
        """Rows of so many cells as columns."""
        if isinstance(rows, TableColumns):
            return rows
        columns = list(zip(*rows, strict=True)) or [()] * width
        return TableColumns([CodedCells.of(column) for column in columns])

    @staticmethod
    def joined(tables: Sequence["TableColumns"]) -> "TableColumns":
        """Tables with the same columns, one behind the other."""
        if len(tables) == 1:
            return tables[0]
        return TableColumns(
            [CodedCells.joined(parts) for parts in zip(*(table.cells for table in tables), strict=True)]
        )

    def __len__(self) -> int:
        return len(self.cells[0].codes)

    def pieces(self) -> "Iterator[TableColumns]":
        """All at once."""
        yield self

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return self.chosen(at)
        return tuple(cells.values[cells.codes[at]] for cells in self.cells)

    def __iter__(self) -> Iterator[Row]:
        objects = [cells.objects() for cells in self.cells]
        for start in range(0, len(self), TOGETHER):
            parts = (x[cells.codes[start : start + TOGETHER]] for x, cells in zip(objects, self.cells, strict=True))
            yield from zip(*(part.tolist() for part in parts), strict=True)

    def __eq__(self, other: object) -> bool:
        """Whether the rows are the same, however they are kept."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    __hash__ = None  # type: ignore[assignment]

    def chosen(self, rows: "Numbers | slice") -> "TableColumns":
        """Some of the rows in the order given."""
        return TableColumns([CodedCells(cells.values, cells.codes[rows]) for cells in self.cells])

    def by(self, keys: "Iterable[Numbers | Sequence[int]]") -> "TableColumns":
        """The rows sorted by numbers, one for each; those with equal ones as they stand."""
        import numpy

        order = _sorting(numpy.concatenate([numpy.asarray(x, numpy.int64) for x in keys]))
        return self if order is None else self.chosen(order)

    def in_order(self) -> "TableColumns":
        """The rows sorted by the texts of their cells, from the first column on; equal ones as they stand."""
        import numpy

        key, size, taken = numpy.zeros(len(self), numpy.int64), 1, 0
        for cells in self.cells[:_KEY_COLUMNS]:  # by which rows are told apart, nearly always
            ranks = cells.ranks()
            if size * (most := int(ranks.max(initial=0)) + 1) > _LARGEST_KEY:
                break
            key *= most
            key += ranks[cells.codes]
            size, taken = size * most, taken + 1
        order = _sorting(key)
        key = key if order is None else key[order]
        unsorted, order = order is not None, numpy.arange(len(self)) if order is None else order
        places, groups = _tied(key, numpy.arange(len(key)))
        for cells in self.cells[taken:]:
            if not len(places):
                break
            ranks = cells.ranks()[cells.codes[order[places]]]
            key = groups * (int(ranks.max(initial=0)) + 1) + ranks
            if (moved := _sorting(key)) is not None:
                order[places], key, unsorted = order[places[moved]], key[moved], True
            places, groups = _tied(key, places)
        return self.chosen(order) if unsorted else self


def _sorting(key: "Numbers") -> "Numbers | None":
    """The order in which numbers rise, equal ones as they stand; None if they do so already."""
    return None if bool((key[1:] >= key[:-1]).all()) else key.argsort(kind="stable")


def _tied(key: "Numbers", places: "Numbers") -> "tuple[Numbers, Numbers]":
    """Of places with rising numbers those whose number another one has, and a number for each such group."""
    import numpy

    same = key[1:] == key[:-1]
    if not same.any():
        return places[:0], places[:0]
    tied = numpy.zeros(len(key), bool)
    tied[1:] = same
    tied[:-1] |= same
    groups = numpy.cumsum(numpy.concatenate([[False], ~same]))
    return places[tied], groups[tied]


def _same(one: Row, two: Row) -> bool:
    return tuple(one) == tuple(two)
