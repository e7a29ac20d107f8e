"""Many texts as one array: what is asked of all of them at once is what asking each would say."""

from string import digits

import pyarrow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditlang.arrow_texts import ArrowTexts, longest, most_differ, only_of
from creditlang.data.coded.coded_sheet import CodedSheet
from creditlang.schema import RawBatch

TEXTS = st.lists(st.text("0a:张", max_size=12), max_size=40)


@given(texts=TEXTS, first=st.integers(0, 3))
@example(texts=["12345678", "123456780", "12345678\0"], first=0)
def test_many_texts_say_what_each_of_them_says(texts: list[str], first: int) -> None:
    """A slice is looked at as the texts that it has; texts of which two are the same never differ."""
    many, texts = ArrowTexts(pyarrow.array(texts, pyarrow.string())[first:]), texts[first:]
    assert many.surely_differ() == (len({*texts}) == len(texts))
    assert only_of(many, digits) == only_of(texts, digits) == all(x and {*x} <= {*digits} for x in texts)
    assert longest(many) == longest(texts)


def test_long_texts_and_missing_ones_are_not_said_to_differ() -> None:
    """Whoever asks then looks at each."""
    assert not ArrowTexts(pyarrow.array(["a" * 65, "b"])).surely_differ()
    assert not ArrowTexts(pyarrow.array([None, "b"], pyarrow.string())).surely_differ()
    assert not ArrowTexts(pyarrow.array([None, "b"], pyarrow.string())).only_of("b")


@pytest.mark.parametrize("again", [0, 1])
@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.dictionary(pyarrow.int32(), pyarrow.string())])
def test_a_column_in_pieces_is_one_column(kind: pyarrow.DataType, again: int) -> None:
    """Whether most rows have a text of their own or not, and whether some of them come again in another piece."""
    pieces = [
        [f"{number}" for number in range(50)],
        [f"{number}" for number in range(50 - again, 90)],
        [*["0"] * 300, "张"],
        ["0", "张"] * 4,
    ]
    for first in (0, 2):
        columns = [pyarrow.array(piece, kind) for piece in pieces[first:]]
        assert most_differ(columns[0]) == (first == 0)
        batches = [RawBatch(range(len(column)), (column,)) for column in columns]
        for some in (batches, batches[:2]):
            column = CodedSheet.of(some, 1).columns[0]
            told = [column[at] for at in range(len(column.codes))]
            assert told == [text for batch in some for text in batch.columns[0].to_pylist()]
            assert len({*column.texts}) == len(column.texts)
