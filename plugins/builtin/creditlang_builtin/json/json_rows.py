"""From the text of JSON to tables and rows: a list of objects, several such lists by name, or an object on each line.

The text is gone through twice. The first time finds its mistakes, its tables and the names in their rows, for every
row may have names of its own; the second time hands the rows over one by one. What is held is the text and one row.

JSON says numbers in text, and they stay text: they never become floats. `1.50` is `1.5` and `2e3` is `2000`, the
shortest decimal that is exactly the same number. What stands in quotes is left as it is.

Invariants: a mistake in a document refuses all of it, because what follows cannot be told; a mistake on a line costs
that line. A row in which a name stands twice, or whose cell is a list, an object, NaN or half a character, has a
problem. A name that a row does not have is an empty cell. Rows are counted from 1 within their table; on lines, the
number is that of the line. Only rows can be nested, and only as deep as Python reads.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final

from attrs import define

from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import RawRow
from creditlang.toolkit.arrow_text import BROKEN_TEXT
from creditlang.toolkit.table_heading import BLANKS
from creditlang.words import A_LIST, AN_OBJECT, TOO_DEEP

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_HALF_CHARACTER: Final = re.compile(r"\\u[dD][89a-fA-F]")
_LARGEST_EXPONENT: Final = 400
_NOT_A_NUMBER: Final = Phrase("NaN or Infinity", "NaN 或 Infinity")
_NOT_AN_OBJECT: Final = Phrase("it is not an object", "它不是对象")
_TWICE: Final = Phrase("a name stands twice in it", "同一个名称出现了两次")
_NOT_JSON: Final = Phrase("it is not JSON", "它不是 JSON")
_MORE: Final = Phrase(
    "more follows after its end; if each line is an object of its own, the ending is .jsonl",
    "结束以后还有内容；如果每行是一个对象，扩展名应为 .jsonl",
)


@define
class JsonTable:
    """A table of a text: its name if it has one, where its rows begin, and the names in them."""

    name: str | None
    entry: int
    start: int
    names: dict[str, None]
    rows: int = 0

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in the order in which they first appear."""
        return tuple(name.strip(BLANKS) for name in self.names)


class JsonMistake(Exception):
    """Why a text is not JSON, and on which line."""

    def __init__(self, reason: Phrase, row: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row


class _Twice(dict[str, Any]):
    """An object in which a name stands twice."""


class _NoNumber:
    """What stands for NaN and Infinity."""


def number_text(text: str) -> str:
    """The shortest decimal that is exactly the number; what would be hundreds of digits stays as it is written."""
    mantissa, _, exponent = text.lower().partition("e")
    if exponent:
        if len(exponent) > 4 or abs(int(exponent)) > _LARGEST_EXPONENT:
            return text
        mantissa = f"{Decimal(text):f}"
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return "0" if mantissa == "-0" else mantissa


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twice(found)


_QUICK: Final = JSONDecoder(parse_float=str, parse_int=str)
_EXACT: Final = JSONDecoder(
    parse_float=number_text, parse_int=number_text, parse_constant=lambda _: _NoNumber(), object_pairs_hook=_object
)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _value(decoder: JSONDecoder, text: str, position: int) -> tuple[Any, int]:
    """The value at a position and where it ends, blanks after it included."""
    try:
        value, end = decoder.raw_decode(text, position)
    except JSONDecodeError as error:
        raise _mistake(text, error.pos) from None
    except RecursionError:
        raise JsonMistake(TOO_DEEP, text.count("\n", 0, position) + 1) from None
    return value, _skip(text, end)


def _mistake(text: str, position: int) -> JsonMistake:
    line = text.rfind("\n", 0, position) + 1
    place = position - line + 1
    reason = Phrase(f"there is a mistake at character {place:,} of the line", f"该行第 {place:,} 个字符处有错")
    return JsonMistake(reason, text.count("\n", 0, position) + 1)


def _elements(decoder: JSONDecoder, text: str, position: int) -> Iterator[tuple[Any, int]]:
    """The values of a list that opened before the position, each with the position behind it; last, behind the list."""
    position = _skip(text, position)
    if text[position : position + 1] == "]":
        return
    while True:
        value, position = _value(decoder, text, position)
        yield value, position
        after = text[position : position + 1]
        if after == "]":
            return
        if after != ",":
            raise _mistake(text, position)
        position = _skip(text, position + 1)


class JsonDocument:
    """The tables of one document. `source` names the file in messages; `problems` are those of its entries."""

    def __init__(self, text: str, source: str) -> None:
        """Go through the text once. Raises `JsonMistake`."""
        self.text = text
        self.source = source
        self.tables: list[JsonTable] = []
        self.problems: list[Diagnostic] = []
        self.of_results = False
        self._reading = _Rows(text)
        end = self._survey(_skip(text, 0))
        if self.of_results:
            return
        if end < len(text):
            raise JsonMistake(_MORE, text.count("\n", 0, end) + 1)
        if not self.tables and not self.problems:
            self.problems.append(report("CR741", Place(source), position=1))

    def rows(self, table: JsonTable, source: str) -> Iterator[RawRow]:
        """The rows of a table."""
        for number, (value, _) in enumerate(_elements(_EXACT, self.text, table.start), 1):
            yield self._reading.row(number, value, tuple(table.names), source)

    def _survey(self, position: int) -> int:
        opening = self.text[position : position + 1]
        if opening == "[":
            return self._list(None, 1, position + 1)
        if opening == "{":
            return self._object(position + 1)
        _, end = _value(_QUICK, self.text, position)
        self.problems.append(report("CR741", Place(self.source), position=1))
        return end

    def _object(self, position: int) -> int:
        text, entry = self.text, 0
        refused = []
        position = _skip(text, position)
        after = "," if text[position : position + 1] != "}" else "}"
        while after == ",":
            entry += 1
            name, position = self._name(position)
            opening = text[position : position + 1]
            if opening == "{" and name == "tables":
                self.of_results = True
                return position
            if opening == "[":
                position = self._list(name, entry, position + 1)
            else:
                _, position = _value(_QUICK, text, position)
                refused.append(report("CR741", Place(self.source), position=entry))
            after = text[position : position + 1]
            if after not in (",", "}"):
                raise _mistake(text, position)
            position = _skip(text, position + 1)
        self.problems += refused if self.tables else refused[:1]
        return position if entry else _skip(text, position + 1)

    def _name(self, position: int) -> tuple[str, int]:
        """The name of an entry, and where its value begins."""
        if self.text[position : position + 1] != '"':
            raise _mistake(self.text, position)
        name, position = _value(_QUICK, self.text, position)
        if self.text[position : position + 1] != ":":
            raise _mistake(self.text, position)
        return name, _skip(self.text, position + 1)

    def _list(self, name: str | None, entry: int, position: int) -> int:
        """Note a table; the position behind it."""
        table = JsonTable(name, entry, position, {})
        known = table.names
        end = _skip(self.text, position)
        for value, end in _elements(_QUICK, self.text, position):  # noqa: B007 - used after the loop
            table.rows += 1
            if type(value) is dict and not known.keys() >= value.keys():
                known.update(dict.fromkeys(value))
        self.tables.append(table)
        return _skip(self.text, end + 1)


class JsonLines:
    """The one table of a text with an object on each line; blank lines are passed over."""

    def __init__(self, text: str, source: str) -> None:
        """Go through the text once."""
        self.text = text
        self.source = source
        self.table = JsonTable(None, 1, 0, {})
        self._reading = _Rows(text)
        known = self.table.names
        for _, line in self._lines():
            self.table.rows += 1
            try:
                value = _QUICK.decode(line)
            except (JSONDecodeError, RecursionError):
                continue
            if type(value) is dict and not known.keys() >= value.keys():
                known.update(dict.fromkeys(value))

    def rows(self) -> Iterator[RawRow]:
        """The rows, each with the number of its line."""
        names = tuple(self.table.names)
        for number, line in self._lines():
            try:
                value = _EXACT.decode(line)
            except (JSONDecodeError, RecursionError) as error:
                reason = TOO_DEEP if isinstance(error, RecursionError) else _NOT_JSON
                yield RawRow(number, (), report("CR742", Place(self.source, number), reason=reason))
                continue
            yield self._reading.row(number, value, names, self.source)

    def _lines(self) -> Iterator[tuple[int, str]]:
        number, start = 0, 0
        while start < len(self.text):
            end = self.text.find("\n", start)
            end = len(self.text) if end < 0 else end
            number += 1
            line = self.text[start:end]
            if line.strip(" \t\r"):
                yield number, line
            start = end + 1


class _Rows:
    """Turns values into rows."""

    def __init__(self, text: str) -> None:
        """Only a text with an escape for half a character can have one."""
        self._odd = _HALF_CHARACTER.search(text) is not None

    def row(self, number: int, value: Any, names: tuple[str, ...], source: str) -> RawRow:
        """A row, or the problem of one."""
        if not isinstance(value, dict) or isinstance(value, _Twice):
            reason = _TWICE if isinstance(value, dict) else _NOT_AN_OBJECT
            return RawRow(number, (), report("CR742", Place(source, number), reason=reason))
        cells: list[str] = []
        problem = None
        for name in names:
            cell = value.get(name)
            if type(cell) is not str or self._odd:
                cell, found = self._cell(cell)
                if found is not None and problem is None:
                    problem = report("CR743", Place(source, number, name.strip(BLANKS)), found=found)
            cells.append(cell)
        return RawRow(number, tuple(cells), problem)

    def _cell(self, cell: Any) -> tuple[str, Phrase | None]:
        """The text of a value, or what stands there instead."""
        match cell:
            case None:
                return "", None
            case bool():
                return "true" if cell else "false", None
            case str():
                try:
                    cell.encode("utf-8")
                except UnicodeEncodeError:
                    return "", BROKEN_TEXT.found
                return cell, None
            case _NoNumber():
                return "", _NOT_A_NUMBER
            case _:
                return "", A_LIST if isinstance(cell, list) else AN_OBJECT
