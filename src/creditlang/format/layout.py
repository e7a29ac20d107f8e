"""Lines of words to a text in the one layout: depth, blanks, columns, citations; comments and blank lines as they were.

Every character of the source that is no blank comes out again: words in their order, each comment after the word that
it followed. Lines of fields, rows of tables and cases one under the other have columns; citations stand in a column
of their own. Widths are display widths: a Chinese character takes two columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise, zip_longest

from attrs import define, field

from creditlang.format.concrete_tree import Concrete, Word, WrittenLine
from creditlang.format.spacing import gap
from creditlang.source import display_width

INDENT = 4
CITATIONS = 84
"""The column in which the citations at the end of a line begin, if the line is shorter."""
MOST_PADDING = 40
"""No column is pushed further than this by a long neighbour."""
MOST_BETWEEN_CASES = 16
"""Conditions stand in a column where the amounts before them differ by no more than this."""
MOST_BLANK_LINES = 2
NO_BREAKS: Mapping[int, str] = {}
_CONDITIONS = frozenset({"when", "unless", "otherwise"})


@define(eq=False)
class _Laid:
    """A line laid out as far as it can be by itself."""

    depth: int
    sort: str
    """What it is one of, if lines of its sort stand in columns."""
    cells: list[str]
    citations: str
    comment: str = ""
    above: list[str] = field(factory=list)
    """Comments and blank lines before it; each comment with the column in which it stood."""


def laid_out(text: Concrete, lines: Sequence[WrittenLine] | None = None) -> str:
    """The text in the one layout; with `lines`, with their words in place of its own."""
    source = text.source.text
    laid: list[_Laid] = []
    end, column = 0, 0
    for own, line in zip(text.lines, lines or text.lines, strict=True):
        start, stop = own.words[0].start, max(word.end for word in own.words)
        trailing, *between = source[end:start].split("\n")
        if laid:
            laid[-1].comment = " ".join(filter(None, (laid[-1].comment, trailing.strip())))
        else:
            between = [trailing, *between]
        above = list(_between(between[:-1], laid[-1].depth if laid else 0, line.depth, column, len(between[-1])))
        column = len(between[-1]) if between else start - end
        laid.append(_by_itself(line, own, source, above))
        end = stop
    trailing, *after = source[end:].split("\n")
    if laid:
        laid[-1].comment = " ".join(filter(None, (laid[-1].comment, trailing.strip())))
    else:
        after = [trailing, *after]
    ending = list(_between(after, laid[-1].depth if laid else 0, 0, column, 0))
    while ending and not ending[-1]:
        ending.pop()
    texts = [line for one in _in_columns(laid) for line in one] + ending
    while texts and not texts[0]:
        texts.pop(0)
    return "".join(f"{line.rstrip()}\n" for line in texts)


def _between(lines: Iterable[str], before: int, after: int, column: int, next_column: int) -> Iterator[str]:
    """The comments and blank lines between two lines of depths `before` and `after`, which stood in these columns."""
    blank = 0
    for line in lines:
        comment = line.strip()
        if not comment:
            blank += 1
            if blank <= MOST_BLANK_LINES:
                yield ""
            continue
        blank = 0
        stood = len(line) - len(line.lstrip())
        inside = after < before and stood > next_column and stood >= min(column, next_column + 1)
        yield " " * (INDENT * (before if inside else after)) + comment


def _by_itself(line: WrittenLine, own: WrittenLine, source: str, above: list[str]) -> _Laid:
    words = list(line.words)
    cited: list[Word] = []
    while len(words) > 1 and words[-1].kind == "CITATION" and words[-1].rule == "cites":
        cited.insert(0, words.pop())
    breaks, comments = _breaks(words, own, source)
    sort, starts = _columns(line, words)
    if breaks:
        sort, starts = "", [0]
    cells = [joined(words[start:stop], source, breaks, line.depth) for start, stop in pairwise([*starts, len(words)])]
    return _Laid(line.depth, sort, cells, joined(cited, source), comments, above)


def _breaks(words: list[Word], own: WrittenLine, source: str) -> tuple[dict[int, str], str]:
    """The words before which the line was broken inside brackets, with the comment there; and the comments whose place
    is gone.
    """
    after = {id(word): before for before, word in pairwise(words)}
    breaks: dict[int, str] = {}
    lost: list[str] = []
    for before, word in pairwise(sorted(own.words, key=lambda word: word.start)):
        between = source[before.end : word.start]
        if "\n" not in between:
            continue
        comment = " ".join(part.strip() for part in between.split("\n") if part.strip())
        if after.get(id(word)) is before:
            breaks[id(word)] = comment
        elif comment:
            lost.append(comment)
    return breaks, " ".join(lost)


def joined(words: Sequence[Word], source: str, breaks: Mapping[int, str] = NO_BREAKS, depth: int = 0) -> str:
    """Words as a text; `breaks` are those that begin a line, by identity, with the comment before them."""
    parts: list[str] = []
    opened = 0
    for before, word in zip([None, *words], words, strict=False):
        if before is not None and id(word) in breaks:
            comment = f"  {breaks[id(word)]}" if breaks[id(word)] else ""
            closing = word.kind in ("RPAR", "RSQB")
            parts.append(comment + "\n" + " " * (INDENT * (depth + max(0, opened - closing))))
        elif before is not None:
            parts.append(gap(before, word, source))
        opened += (word.kind in ("LPAR", "LSQB")) - (word.kind in ("RPAR", "RSQB"))
        parts.append(word.text)
    return "".join(parts)


def _columns(line: WrittenLine, words: list[Word]) -> tuple[str, list[int]]:
    """The sort of a line that stands in columns with those beside it, and the words with which its columns begin."""
    rule = words[0].rule
    colon = _first(words, lambda word: word.kind == "COLON" and word.rule == rule == "field")
    if colon is not None and words[colon].text == ":":
        return "field", [0, _first(words[:colon], lambda word: word.rule == "labels") or colon, colon]
    if rule == "grid_row":
        starts = [
            n for n, word in enumerate(words) if n == 0 or not (word.kind == "SLASH" or words[n - 1].kind == "SLASH")
        ]
        return "grid", starts
    when = _first(words, lambda word: word.rule in _CONDITIONS and word.kind in ("WHEN", "UNLESS", "OTHERWISE"))
    if when and not any(word.kind == "CLAUSE_COMMA" for word in words):
        return "case", [0, when]
    return "", [0]


def _first(words: Sequence[Word], fits: Callable[[Word], bool]) -> int | None:
    return next((place for place, word in enumerate(words) if fits(word)), None)


def _in_columns(laid: Sequence[_Laid]) -> Iterator[list[str]]:
    """The texts of each line, with what stands above it."""
    block = 0
    keys: list[tuple[int, str, int]] = []
    for before, line in zip([None, *laid], laid, strict=False):
        together = before is not None and (before.sort, before.depth) == (line.sort, line.depth) and line.sort
        block += not (together and (line.sort != "case" or not line.above))
        keys.append((block, line.sort, line.depth))
    for _, group in groupby(zip(keys, laid, strict=True), key=lambda pair: pair[0]):
        lines = [line for _, line in group]
        _head(lines)
        widths = _widths(lines)
        for line in lines:
            yield [*line.above, *_written(line, widths)]


def _head(lines: Sequence[_Laid]) -> None:
    """The heading of a table names the columns after that of the rows' own names."""
    first, *rows = lines
    if first.sort == "grid" and max((len(row.cells) for row in rows), default=0) == len(first.cells) + 1:
        first.cells.insert(0, "")


def _widths(lines: Sequence[_Laid]) -> list[int]:
    if not lines[0].sort:
        return []
    columns = list(zip_longest(*([display_width(cell) for cell in line.cells[:-1]] for line in lines), fillvalue=0))
    widths = [max((width for width in column if width <= MOST_PADDING), default=0) for column in columns]
    if lines[0].sort == "case" and max(columns[0]) - min(columns[0]) > MOST_BETWEEN_CASES:
        return []
    return widths


def _written(line: _Laid, widths: Sequence[int]) -> list[str]:
    between = "  " if line.sort == "grid" else " "
    text = ""
    for place, cell in enumerate(line.cells):
        last = place == len(line.cells) - 1
        width = 0 if last or not widths else widths[place]
        padded = cell + " " * max(0, width - display_width(cell))
        text += padded if last else padded + between if cell or width else padded
    *first, text = (" " * (INDENT * line.depth) + text).split("\n")
    if line.citations:
        text += " " * max(1, CITATIONS - display_width(text)) + line.citations
    if line.comment:
        text += f"  {line.comment}" if text.strip() else line.comment
    return [*first, text]
