"""A mapping's rule at work: whether it fits a sheet, and each row as the rows of records that it stands for.

A rule fits if the sheet's name and the lines above its heading are as the rule says, and every heading that it asks for
is there. Names are compared with the sheet's name, the file's, and what messages call it; in a pattern `*` stands for
anything and `{field}` for the text that becomes that field.

A row becomes rows with the policy's own columns, one for each record of the rule, which are then read like any other.
A cell that cannot be taken apart as the rule says makes its record invalid, with the place in the sheet as it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from attrs import field, frozen

from creditlang.data.cells import (
    CellError,
    day_text,
    divided,
    folded,
    quote,
    rounded_text,
    semester_text,
    spelled,
    strip_cell,
    text_at,
    year_first,
)
from creditlang.data.dataset import STUDENT_ID
from creditlang.data.mappings.mapping import Only, Origin, Part, RecordRule, TableRule, Taken, Term
from creditlang.data.mappings.mapping_file import placeholders
from creditlang.data.sheets.column_layout import Layout, Layouts
from creditlang.data.sheets.sheet_heading import (
    LONGEST_NAME,
    RUNNING_NUMBERS,
    Doubt,
    Heading,
    Sheet,
    find_heading,
    plain_heading,
)
from creditlang.diagnostics import Diagnostic, Phrase, Place, listed, nearest, report
from creditlang.schema import RawRow, RawTable

# The last ending of a file's name, and the sheet in brackets after it. It begins with a letter: `2024.10.08` has none.
_ENDING: Final = re.compile(r"(.*)\.[A-Za-z][A-Za-z0-9]{1,6}(?:[ （].*)?", re.DOTALL)
_PIECES: Final = re.compile(r"(\*|\{[^{}]*\})")
_NOTHING: Final = re.compile(r"0*(?:\.0*)?")

Cells = Sequence[str]


@frozen
class Fit:
    """A rule that fits a sheet: where its heading is, and what its name and title say."""

    rule: TableRule
    heading: Heading
    captured: Mapping[str, str]
    _positions: dict[tuple[str, ...], int | None] = field(factory=dict, init=False, eq=False)

    @property
    def is_named(self) -> bool:
        """Whether the sheet is known by more than its headings."""
        return bool(self.rule.names or self.rule.titles)

    def unknown(self, table: RawTable, title: str, layouts: Layouts) -> list[Diagnostic]:
        """Headings of which the rule says nothing: CR646, or CR645 for one that a record has, and would do without."""
        if self.rule.ignores_others:
            return []
        known = list(dict.fromkeys(self.rule.all_headings()))
        plain = {plain_heading(head) for head in known} | RUNNING_NUMBERS
        fields = {plain_heading(text) for record in self.rule.records for text in layouts.names(record.kind)}
        found = []
        for cell in dict.fromkeys(map(strip_cell, self.heading.cells)):
            if cell and plain_heading(cell) not in plain:
                place = Place(table.source, self.heading.place_row, cell)
                code = "CR645" if plain_heading(cell) in fields else "CR646"
                found.append(report(code, place, name=cell, mapping=title, nearest=nearest(cell, known) or ""))
        return found

    def wanted(self, cells: Cells) -> bool:
        """Whether a row is one of those that the rule is about."""
        return all(self.has(cells, only) for only in self.rule.rows)

    def has(self, cells: Cells, only: Only) -> bool:
        """Whether a row has one of the texts that are asked for."""
        position = self.position(only.headings)
        return only.optional if position is None else folded(text_at(cells, position)) in only.folded

    def handed_down(self, rows: Iterable[RawRow]) -> Iterator[RawRow]:
        """The rows, with empty cells filled from above where the rule says so; nothing comes down past a broken row."""
        origins = [origin for record in self.rule.records for origin in record.columns.values()]
        taken = [self.position(x.headings) for x in origins if isinstance(x, Taken) and x.above]
        above: dict[int, str] = {}
        for row in rows:
            if row.problem is not None:
                above.clear()
            elif filled := {at: text_at(row.cells, at) or above.get(at, "") for at in taken if at is not None}:
                above = filled
                row = RawRow(row.number, tuple(filled.get(at, cell) for at, cell in enumerate(row.cells)))  # noqa: PLW2901
            yield row

    def not_known(self, cells: Cells, source: str, row: int) -> Diagnostic | None:
        """CR647 for a row that none of the records is about that ask for certain texts."""
        asked = [record.rows for record in self.rule.records if record.rows]
        if not asked or any(all(self.has(cells, only) for only in rows) for rows in asked):
            return None
        known: dict[int, set[str]] = {}
        for only in (only for rows in asked for only in rows):
            if (position := self.position(only.headings)) is not None:
                known.setdefault(position, set()).update(only.folded)
        wrong = [at for at, texts in known.items() if folded(text_at(cells, at)) not in texts]
        at = next(iter(wrong or known))
        place = Place(source, row, strip_cell(self.heading.cells[at]))
        return report("CR647", place, value=quote(text_at(cells, at)))

    @cached_property
    def _heads(self) -> list[str]:
        return [plain_heading(cell) for cell in self.heading.cells]

    def position(self, headings: tuple[str, ...]) -> int | None:
        """Where the first of some headings stands that is there."""
        if headings not in self._positions:
            heads = map(plain_heading, headings)
            found = next((self._heads.index(head) for head in heads if head in self._heads), None)
            self._positions[headings] = found
        return self._positions[headings]


@frozen
class Misfit:
    """Why a rule does not fit: its heading is in doubt, or the `reason`, the larger the `distance` the farther off."""

    doubt: Doubt | None = None
    reason: Phrase = field(factory=lambda: Phrase("", ""))
    distance: int = 0


def fit(rule: TableRule, sheet: Sheet, numbers: Iterable[str] = STUDENT_ID) -> Fit | Misfit:
    """Whether a rule fits a sheet; `numbers` are what a column of people's numbers may be called."""
    captured = _captured(rule.names, _names(sheet.table))
    if rule.names and captured is None:
        return _otherwise("name", "名称", rule.names)
    known = {plain_heading(head) for head in rule.all_headings()}
    heading = find_heading(sheet, known, {plain_heading(head) for head in numbers})
    if isinstance(heading, Doubt):
        return Misfit(heading)
    there = {plain_heading(cell) for cell in heading.cells}
    filters = (*rule.rows, *(only for record in rule.records for only in record.rows))
    spared = {only.headings for only in filters if only.optional}
    gathered = [] if rule.gather is None else [rule.gather.counted, rule.gather.day]
    gathered = [headings for headings in gathered if not any(map(placeholders, headings))]
    wanted = (*rule.headings, *(only.headings for only in filters if only.headings not in spared), *gathered)
    missing = tuple(group[0] for group in wanted if not there.intersection(map(plain_heading, group)))
    barred = [cell for cell in heading.cells if plain_heading(cell) in set(map(plain_heading, rule.without))]
    if missing or not heading.known:
        return _lacking(missing)
    if barred:
        heads = listed(map(strip_cell, barred))
        return Misfit(reason=Phrase(f"there must not be: {heads}", f"不能有这些列：{heads.zh}"), distance=len(barred))
    titled = _captured(rule.titles, heading.above)
    if rule.titles and titled is None:
        return _otherwise("title", "标题", rule.titles)
    return Fit(rule, heading, {**(captured or {}), **(titled or {})})


def _otherwise(en: str, zh: str, patterns: Sequence[str]) -> Misfit:
    """The sheet's name or title is not like these."""
    return Misfit(
        reason=Phrase(f"its {en} would be like “{'”, “'.join(patterns)}”", f"{zh}应像“{'”“'.join(patterns)}”这样"),
        distance=len(patterns),
    )


def _lacking(missing: Sequence[str]) -> Misfit:
    if not missing:
        return Misfit()
    heads = listed(missing)
    reason = Phrase(f"these headings are not there: {heads}", f"缺少这些列：{heads.zh}")
    return Misfit(reason=reason, distance=len(missing))


def _names(table: RawTable) -> tuple[str, ...]:
    """What a table is called: the sheet, the file without its ending, and as messages call it."""
    ending = _ENDING.fullmatch(table.source)
    return (table.name, table.source if ending is None else ending[1], table.source)


def _captured(patterns: Iterable[str], texts: Sequence[str]) -> dict[str, str] | None:
    """What the first pattern that fits takes out of the first text that it fits; None if there is none."""
    for pattern in patterns:
        names, expression = placeholders(pattern), _expression(pattern)
        for text in texts:
            if len(text) <= LONGEST_NAME and (match := expression.fullmatch(text)):
                return {name: strip_cell(value) for name, value in zip(names, match.groups(), strict=True)}
    return None


def _expression(pattern: str) -> re.Pattern[str]:
    """A pattern as an expression. A field ends where the text after it first comes, and is never tried longer.

    The last field has what is left. So nothing is tried twice but where a `*` ends, and every name costs little.
    """
    pieces = _PIECES.split(pattern)
    parts = []
    for at, piece in enumerate(pieces):
        after = re.escape(pieces[at + 1]) if at + 1 < len(pieces) else ""
        if piece == "*":
            parts.append(".*")
        elif not piece.startswith("{"):
            parts.append(re.escape(piece))
        elif at == len(pieces) - 2:
            parts.append("(.+)")
        else:
            parts.append(rf"(?>(.(?:(?!{after}).)*)(?={after}))" if after else "(.)")
    return re.compile("".join(parts), re.DOTALL)


class Projection:
    """Makes one record's row out of a row of the sheet. `more` are columns that are filled in later."""

    def __init__(
        self, record: RecordRule, fitted: Fit, layouts: Layouts, source: str, more: Iterable[str] = ()
    ) -> None:
        """Find the columns that the record takes."""
        self.record = record
        self.fitted = fitted
        self.source = source
        builtin = layouts.builtin(record.kind)
        readers = (*layouts.readers(record.kind), *layouts.of_people(record.kind))
        self._days = {x.column.name for x in readers if x.column.type.name == "date" and fitted.rule.date_order}
        self.names: list[str] = []
        self.takers: list[tuple[str, Callable[[Cells], str]]] = []
        labels, shown = {x.column.name: x.shown for x in readers}, dict[str, str]()
        for name in record.fields:
            origin = record.columns.get(name)
            heading = self._heading(origin)
            captured = next((fitted.captured[text] for text, taken in record.captured.items() if taken == name), "")
            otherwise = self._translated(name, captured) or record.constants.get(name, "")
            if heading is None and not otherwise:
                continue
            own = builtin.get(name, (name,))[0]
            shown[own] = heading or labels.get(name, name)
            self.names.append(own)
            self.takers.append((shown[own], self._taker(name, origin, otherwise)))
        self.names += [name for name in more if name not in self.names]
        self.layout: Layout = layouts.lay_out(source, record.kind, self.names, shown)
        self.when = [fitted.position((column,)) for column in record.when]

    def _heading(self, origin: Origin | None) -> str | None:
        """What the sheet calls the column that a field is taken from; None if it is not there."""
        groups = [origin.headings] if isinstance(origin, Taken) else [origin.year, origin.term] if origin else []
        positions = [self.fitted.position(group) for group in groups]
        if not positions or None in positions:
            return None
        return strip_cell(self.fitted.heading.cells[positions[-1] or 0])

    def _translated(self, name: str, text: str) -> str:
        return _translation(self.record.values.get(name, {}))(text)

    def _taker(self, name: str, origin: Origin | None, otherwise: str) -> Callable[[Cells], str]:
        translated = _translation(self.record.values.get(name, {}))
        read, order = self._read(origin), self.fitted.rule.date_order

        def take(cells: Cells) -> str:
            return translated(read(cells)) or otherwise

        return (lambda cells: year_first(take(cells), order)) if name in self._days else take

    def _read(self, origin: Origin | None) -> Callable[[Cells], str]:
        """How the text of a field is got out of a row."""
        if self._heading(origin) is None or origin is None:
            return lambda cells: ""
        if isinstance(origin, Term):
            year, term = self.fitted.position(origin.year), self.fitted.position(origin.term)
            return lambda cells: _semester(text_at(cells, year), text_at(cells, term))
        position, mark, decimals = self.fitted.position(origin.headings), origin.mark, origin.decimals
        parts: dict[Part, Callable[[str], str]] = {
            "all": lambda text: text,
            "day": day_text,
            "number": lambda text: divided(text)[0],
            "words": lambda text: divided(text)[1],
            "before": lambda text: text.partition(mark)[0],
            "after": lambda text: text.partition(mark)[2],
        }
        part = parts[origin.part]
        if decimals is None:
            return lambda cells: part(text_at(cells, position))
        return lambda cells: rounded_text(part(text_at(cells, position)), decimals)

    def exists(self, cells: Cells) -> bool:
        """Whether a row has this record."""
        if not all(self.fitted.has(cells, only) for only in self.record.rows):
            return False
        return not self.when or any(not _NOTHING.fullmatch(text_at(cells, position)) for position in self.when)

    def row(self, given: RawRow) -> RawRow:
        """The row of the record."""
        if given.problem is not None:
            return RawRow(given.number, (), given.problem)
        problem = None
        cells = []
        for shown, take in self.takers:
            try:
                cells.append(take(given.cells))
            except CellError as error:
                cells.append("")
                problem = problem or error.diagnostic(Place(self.source, given.number, shown))
        cells += [""] * (len(self.names) - len(cells))
        return RawRow(given.number, tuple(cells), problem)


def _translation(values: Mapping[str, str]) -> Callable[[str], str]:
    """What texts of a column stand for; one that is not among them, for itself."""
    find = spelled(values)

    def translated(text: str) -> str:
        found = find(text)
        return text if found is None else found

    return translated if values else str


def _semester(year: str, term: str) -> str:
    return semester_text(year, term) if year or term else ""
