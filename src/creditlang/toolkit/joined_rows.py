"""Lines of text made of a table's columns: each different cell is written once, and lines are put together of those."""

from collections.abc import Iterator, Sequence
from typing import Any

from creditlang.arrow_texts import TOGETHER, ArrowTexts
from creditlang.table_columns import CodedCells


def joined_rows(pieces: Sequence[str | CodedCells]) -> Iterator[str]:
    """Many rows at a time, a row being these pieces one after the other: what stands in each, or the cells of a column,
    which are texts. At least one is a column.
    """
    import pyarrow
    from pyarrow import compute

    wide = pyarrow.large_string()
    known: list[Any] = [
        pyarrow.scalar(x, wide) if isinstance(x, str) else ArrowTexts.of(x.values).array.cast(wide) for x in pieces
    ]
    codes = [None if isinstance(x, str) else x.codes for x in pieces]
    count = len(next(x for x in codes if x is not None))
    for start in range(0, count, TOGETHER):
        texts = [
            text if own is None else text.take(pyarrow.array(own[start : start + TOGETHER]))
            for text, own in zip(known, codes, strict=True)
        ]
        rows = compute.binary_join_element_wise(*texts, pyarrow.scalar("", wide))
        _, offsets, content = rows.buffers()
        yield str(memoryview(content)[: memoryview(offsets).cast("q")[len(rows)]], "utf-8")
