"""The arrow from a printed table to the language: a policy to go on from, and all that was not read.

Two shapes are known. Where most columns hold numbers, the table is a `table` over its first column and its headings.
Where one column holds rates in words (`0.2/次`, `2.5/2.0/1.5 /件`, `成员: 0.5 负责人: 1.0`), each row is an item, its
rates by the levels in the rows below it. What fits neither is told, never guessed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from attrs import define, field, frozen

from creditlang.diagnostics import Language, Phrase
from creditlang.driver import compile_text
from creditlang.format import formatted
from creditlang.import_table.printed_grid import Grid
from creditlang.source import SourceFile
from creditlang.syntax.keywords import keywords
from creditlang.words import said, speaks_chinese

_UNITS: Final = "学分|学时|课时|分|点|credits?|points?|hours?"
_NUMBER: Final = r"\d+(?:\.\d+)?"
_PER: Final = r"(?:\s*/?\s*(?P<per>次|项|件|篇|个|人次|场|本|event|time|item|each))?"
_RATE: Final = re.compile(rf"(?P<number>{_NUMBER})\s*(?:{_UNITS})?{_PER}", re.IGNORECASE)
_ONCE: Final = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?:{_UNITS})?\s*(?:/\s*(?:每|per )?|每|(?:per|a) )"
    r"(?P<period>学期|学年|semester|term|academic year)",
    re.IGNORECASE,
)
"""So much for a whole period: once, however often."""
_PERIODS: Final = {"学期": "semester", "学年": "academic year", "term": "semester"}
_PLACINGS: Final = re.compile(rf"({_NUMBER})/({_NUMBER})/({_NUMBER})\s*/?\s*(?:{_UNITS})?{_PER}", re.IGNORECASE)
_SHARE: Final = re.compile(
    rf"(?P<label>[^:：\d\s][^:：]*?)\s*[:：]?\s*{_RATE.pattern}(?:[\s;；,，、]+|$)", re.IGNORECASE
)
_CELL: Final = re.compile(rf"({_NUMBER}%?)\s*(?:{_UNITS})?{_PER}\s*([（(].*[)）])?", re.IGNORECASE)
_EMPTY: Final = ("", "-", "—", "——", "–", "/", "无", "none")
_BAND: Final = re.compile(
    rf"({_NUMBER})\s*[-–—~～至]\s*({_NUMBER})|({_NUMBER})\s*(?:\+|及?以上)|(不足|超过)\s*({_NUMBER})|{_NUMBER}"
)
_RATES: Final = re.compile(r"标准|学分|分值|学时|分数|得分|rate|credit|point|score|hours", re.IGNORECASE)

_NOT_READ: Final = Phrase("not read: {what}: {text}", "没有读入：{what}：{text}")
_PLACE: Final = Phrase("{row}, “{column}”", "{row}，“{column}”一栏")
_REMARK: Final = Phrase("a remark", "备注")
_AWARDS: Final = Phrase(
    "taken as first, second and third prize: rates with two strokes",
    "一格里用斜线隔开的三个标准，按一、二、三等奖的顺序读",
)


@frozen
class Imported:
    """A policy in the language, and what of the table is not in it, a line each."""

    text: str
    not_read: tuple[str, ...]


def table_to_policy(grid: Grid) -> Imported | None:
    """The policy; None where no shape that is known has been found."""
    numeric = [
        place for place in range(1, len(grid.headings))
        if (cells := [row[place] for row in grid.rows if row[place] not in _EMPTY])
        and 2 * sum(_CELL.fullmatch(cell) is not None for cell in cells) >= len(cells)
    ]  # fmt: skip
    chinese = speaks_chinese("".join((grid.title, *grid.headings, *(row[0] for row in grid.rows))))
    for plainly in (False, True):
        made = _Made(grid, chinese, plainly)
        if len(numeric) > 1 or len(grid.headings) == len(numeric) + 1:
            made.table(numeric)
        else:
            made.items(numeric)
        if not made.lines:
            return None
        text = "\n".join((*made.head(), *made.lines, ""))
        if not compile_text(text).errors:
            break
    else:
        return None
    heading = "".join(f"# {line}\n" for line in made.not_read)
    laid_out = formatted(SourceFile("table", text), (), "zh" if chinese else "en")
    return Imported(f"{heading}\n{laid_out}" if heading else laid_out, tuple(made.not_read))


@define
class _Made:
    grid: Grid
    chinese: bool
    plainly: bool
    """Whether names are made up and what is printed stands in labels only."""
    lines: list[str] = field(factory=list)
    not_read: list[str] = field(factory=list)
    choices: dict[str, dict[str, str]] = field(factory=dict)
    """For each list of values, what is printed and the name of each."""
    taken: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        for remark in self.grid.remarks:
            self.leave_out(_REMARK, re.sub(r"^(备注|注)[:：]", "", remark))

    @property
    def language(self) -> Language:
        """That of the table."""
        return "zh" if self.chinese else "en"

    def leave_out(self, what: str, text: str) -> None:
        """Tell of what is not in the policy."""
        self.not_read.append(said(_NOT_READ, self.language, what=what, text=text))

    def name(self, text: str, sort: str) -> str:
        """A name for what is printed, and the print as its label where that is not the name."""
        word = re.split(r"[、，,；;（(]", re.sub(r"^\d+\s*[.、．)）]\s*", "", text))[0].strip()
        word = re.sub(r"\W+", "_", word.lower()).strip("_") if word.isascii() else re.sub(r"[\s/]", "", word)
        if self.plainly or not re.fullmatch(r"[^\W\d]\w{0,15}", word) or word in keywords().words | self.taken:
            word = next(name for n in range(1, 10_000) if (name := f"{sort}_{n}") not in self.taken)
        self.taken.add(word)
        return word

    def labelled(self, text: str, sort: str) -> str:
        """A name and its label, as they are declared."""
        name = self.name(text, sort)
        return name if name == text else f"{name} {_quoted(text)}"

    def value(self, choice: str, text: str) -> str:
        """The name of a value that is printed."""
        values = self.choices.setdefault(choice, {})
        if text not in values:
            values[text] = self.name(text, choice if choice.isascii() else "value")
        return values[text]

    def head(self) -> list[str]:
        """What the rest needs: the unit and the lists of values."""
        printed = " ".join((self.grid.title, *self.grid.headings, *(cell for row in self.grid.rows for cell in row)))
        after_numbers = re.findall(rf"{_NUMBER}\s*({_UNITS})", printed.lower())  # what follows a stroke is no unit
        headed = re.findall(_UNITS, " ".join((self.grid.title, *self.grid.headings)).lower())
        units = Counter(x.removesuffix("s") for x in after_numbers or headed if x != "分" or self.chinese)
        unit = max(units, key=units.__getitem__, default="学分" if self.chinese else "credit")
        lines = [f"unit {'分' if unit == '点' else unit}", ""]
        if any(" once per " in f" {line.strip()}" for line in self.lines):
            lines.insert(0, 'use "common/calendar"')
        for choice, values in self.choices.items():
            named = (name if name == text else f"{name} {_quoted(text)}" for text, name in values.items())
            lines += (f"choice {choice}: {' | '.join(named)}", "")
        return lines

    # ---- a table of numbers
    def table(self, numeric: Sequence[int]) -> None:
        """A `table` over the first column and, where there are several columns of numbers, their headings."""
        grid = self.grid
        corner = re.split(r"[\\/、|]", grid.headings[0])
        over = next(filter(None, (grid.above[place] for place in numeric)), "")
        sides = [corner[0], corner[1] if len(corner) > 1 else over or ("等次" if self.chinese else "column")]
        for place in range(1, len(grid.headings)):
            if place not in numeric:
                self.rest_of(place)
        labels = [self.side(sides[0], [row[0] for row in grid.rows])]
        dimensions = [labels[0][0]]
        if len(numeric) > 1:
            labels.append(self.side(sides[1], [grid.headings[place] for place in numeric]))
            dimensions.append(labels[1][0])
        title = grid.title or ("标准" if self.chinese else "rates")
        self.lines.append(f"table {self.labelled(title, 'rates')} ({', '.join(dimensions)})")
        if len(numeric) > 1:
            self.lines.append(f"    {' ' * 8}{'  '.join(x or '-' for x in labels[1][1])}")
        for label, row in zip(labels[0][1], grid.rows, strict=True):
            if label is None:
                self.leave_out(grid.headings[0], " ".join(row))
            else:
                self.lines.append(f"    {label}  {'  '.join(self.number(row, place) for place in numeric)}")

    def side(self, printed: str, labels: Sequence[str]) -> tuple[str, list[str | None]]:
        """The name of a dimension and of its labels: numbers and bands stand for themselves, others are declared."""
        bands = [_band(label) for label in labels]
        name = self.name(printed, "side")
        if any(bands):
            return name, bands
        return name, [self.value(name, label) for label in labels]

    def number(self, row: Sequence[str], place: int) -> str:
        """A cell of a table."""
        found = _CELL.fullmatch(row[place])
        left = (found[3] or "") if found is not None else "" if row[place] in _EMPTY else row[place]
        if left:
            self.leave_out(said(_PLACE, self.language, row=row[0], column=self.grid.headings[place]), left)
        return found[1] if found is not None else "-"

    def rest_of(self, place: int) -> None:
        """A column that is not read."""
        for row in self.grid.rows:
            if row[place]:
                self.leave_out(said(_PLACE, self.language, row=row[0], column=self.grid.headings[place]), row[place])

    # ---- a list of items
    def items(self, numeric: Sequence[int]) -> None:
        """A category with an item for each row, or for several that go together; where none of these is understood,
        the first column may be of groups, and the one before the rates of items.
        """
        grid, chinese = self.grid, self.chinese
        headed = [place for place, heading in enumerate(grid.headings) if place and _RATES.search(heading)]
        rate = next(iter([*numeric, *headed]), 0)
        if not rate:
            return
        level = rate - 1 if rate > 1 else 0
        for place in range(1, len(grid.headings)):
            if place not in (rate, level):
                self.rest_of(place)
        before = len(self.not_read)
        by_level = self.name(grid.headings[level], "level") if level else ""
        bodies = self.bodies(grid.rows, 0, level, rate, by_level)
        if not bodies and level:
            del self.not_read[before:]
            for text, together in groupby(grid.rows, key=lambda row: row[0]):
                inner = self.bodies(list(together), level, 0, rate, "级别" if chinese else "level")
                if inner and text:
                    inner = [f"    category {self.labelled(text, 'category')}", *(f"    {line}" for line in inner)]
                bodies += inner
        if not bodies:
            return
        kind, item, on = ("活动", "项目", "日期") if chinese else ("activity", "item", "on")
        self.lines += [f"record {kind}", f"    {item} : item", f"    {on} : date"]
        self.lines += [f"    {choice} : {choice}, required when used" for choice in self.choices]
        title = grid.title or ("活动学分" if chinese else "activities")
        unit = next(line for line in self.head() if line.startswith("unit ")).removeprefix("unit ")
        self.lines += ["", f"category {self.labelled(title, 'category')} in {unit}", *bodies]

    def bodies(self, rows: Sequence[Sequence[str]], item: int, level: int, rate: int, by_level: str) -> list[str]:
        """The items of some rows, from the columns of items, of levels (0 for none) and of rates."""
        by_award, by_role = ("奖次", "角色") if self.chinese else ("award", "role")
        lines: list[str] = []
        for text, together in groupby(rows, key=lambda row: row[item]):
            cells = [(row[level] if level and row[level] not in _EMPTY else "", row[rate]) for row in together]
            body = self.body(cells, by_level, by_award, by_role) if text else None
            if body is None:
                self.leave_out(text or rows[0][0], "；".join(" ".join(filter(None, row)) for row in cells))
                continue
            lines += (f"    item {self.labelled(text, 'item')}", *(f"        {line}" for line in body))
        return lines

    def body(self, rows: Sequence[tuple[str, str]], level: str, award: str, role: str) -> list[str] | None:
        """What an item gives; None where that is not understood."""
        singles = [_RATE.fullmatch(rate) for _, rate in rows]
        if len(rows) == 1 and not rows[0][0] and (once := _ONCE.fullmatch(rows[0][1])):
            period = once["period"].lower()
            return [f"{once['number']} per event", f"once per {_PERIODS.get(period, period)}"]
        if len(rows) == 1 and not rows[0][0] and singles[0]:
            return [f"{singles[0]['number']} per event"]
        if all(singles) and _distinct(rows):
            rates = ((self.value(level, each), x["number"]) for (each, _), x in zip(rows, singles, strict=True) if x)
            return [f"per event by {level}", *(f"    {each} {rate}" for each, rate in rates)]
        placings = [_PLACINGS.fullmatch(rate) for _, rate in rows]
        if all(placings) and _distinct(rows):
            if (note := said(_AWARDS, self.language)) not in self.not_read:
                self.not_read.append(note)
            prizes = ("一等奖", "二等奖", "三等奖") if self.chinese else ("first", "second", "third")
            names = [self.value(award, prize) for prize in prizes]
            cells = (
                (self.value(level, each), *x.groups()[:3]) for (each, _), x in zip(rows, placings, strict=True) if x
            )
            table = ["  ".join(row) for row in ((" " * 8, *names), *cells)]
            return [f"per event by {level} and {award}", *(f"    {row}" for row in table)]
        if len(rows) == 1 and (shares := _shares(rows[0][1])):
            of_levels = bool(level) and all(label.endswith("级") for label, _ in shares)
            choice = level if of_levels else role
            if rows[0][0] and of_levels:
                return None
            lines = [
                f"per event by {choice}",
                *(f"    {self.value(choice, label)} {number}" for label, number in shares),
            ]
            if rows[0][0]:
                lines[0] += f" when {level} is {self.value(level, rows[0][0])}"
            return lines
        return None


def _distinct(rows: Sequence[tuple[str, str]]) -> bool:
    levels = [level for level, _ in rows]
    return all(levels) and len(set(levels)) == len(levels)


def _shares(text: str) -> list[tuple[str, str]]:
    """Rates with what they are for; none if anything else stands there."""
    found, position = [], 0
    while match := _SHARE.match(text, position):
        found.append((match["label"].strip(), match["number"]))
        position = match.end()
    return found if position == len(text) and len({label for label, _ in found}) == len(found) else []


def _band(label: str) -> str | None:
    """A number or a band of numbers as the language writes it; None for anything else."""
    found = _BAND.fullmatch(re.sub(rf"\s*(?:{_UNITS}|名|人)", "", label))
    if found is None:
        return None
    low, high, least, sign, bound, *_ = found.groups()
    return f"{low}-{high}" if low else f"{least}+" if least else f"{sign}{bound}" if sign else found[0]


def _quoted(text: str) -> str:
    """A text in marks that do not stand in it."""
    marks = (('"', '"'), ("“", "”"), ("「", "」"))
    first, last = next((pair for pair in marks if not set(pair) & set(text)), ("『", "』"))
    return f"{first}{text.replace('『', '').replace('』', '')}{last}"
