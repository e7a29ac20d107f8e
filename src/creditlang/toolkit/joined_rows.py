"""Lines of text made of a table's columns: each different cell is written once, and lines are put together of those."""

from collections.abc import Iterator, Sequence

from creditlang.table_columns import FEW, TOGETHER, CodedCells


def joined_rows(pieces: Sequence[str | CodedCells]) -> Iterator[str]:
    """Many rows at a time, a row being these pieces one after the other: what stands in each, or the cells of a column,
    which are texts. At least one is a column.
    """
    import numpy

    columns: list[CodedCells] = []
    before = ""
    for piece in pieces:
        if isinstance(piece, str):
            before += piece
        elif before and len(piece.values) > FEW:
            columns += [CodedCells.alike(before, len(piece.codes)), piece]
            before = ""
        else:
            columns.append(CodedCells([f"{before}{value}" for value in piece.values], piece.codes) if before else piece)
            before = ""
    if before:
        columns.append(CodedCells.alike(before, len(columns[0].codes)))
    objects = [cells.objects() for cells in columns]
    for start in range(0, len(columns[0].codes), TOGETHER):
        codes = [cells.codes[start : start + TOGETHER] for cells in columns]
        texts = numpy.empty((len(codes[0]), len(codes)), object)
        for place, (own, known) in enumerate(zip(codes, objects, strict=True)):
            texts[:, place] = known[own]
        yield "".join(texts.ravel().tolist())
