"""Rows that stand in a sheet and are no records: who filled it in, what to mind, sums, the heading once more.

A row is taken for such only if it cannot be a record. It has no student number and no code, and it is one of these:
nothing at all; the heading again; one filled cell in the first two columns, under a heading that the policy does not
know (a running number and nothing else) or with the look of a remark (`填表人：…`, `以上情况属实`); cells that all say
who signs or when (`制表人：…`, `填报日期：…`, `（盖章）`); a line that begins with the word for a sum. Everything else
is a record, if need be an invalid one. What was passed over is said, with its rows.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from string import digits
from typing import Final

from attrs import define, field

from creditlang.arrow_texts import only_of
from creditlang.data.cells import strip_cell
from creditlang.data.sheets.sheet_heading import RUNNING_NUMBERS, WRONG_LENGTH, plain_heading
from creditlang.diagnostics import Diagnostic, Phrase, Place, report
from creditlang.schema import RawRow

_SUMS: Final = re.compile(
    r"(?:本页|本班|全班|班级|全院|全校|累计)?(?:合计|总计|小计|共计|总和|总分|总数|总人数|人数|平均[分值数]?|最[高低]分|[及优][格秀良]率)"
    r"(?:人数)?[:：]?[0-9.]*[人条行项分%]?|(?:grand|sub)?(?:total|average|mean|sum)s?:?[0-9.]*",
    re.IGNORECASE,
)
_REMARK: Final = re.compile(
    r"(?=.*[\u4e00-\u9fff])(?:.*[：:。；！].*|(?:注|说明|备注|填表|制表|审核|以上|合计|总计|共).*)", re.DOTALL
)
_SIGNED: Final = re.compile(
    r"(?:填[表报写]|制表|统计|上报|审[核批]|经办|负责|联系|分管|学院|系部|班主任|辅导员|班长|领导|院长|主任|电话|日期|时间|盖章|签[字名章]|备注|注)"
    r"[^：:]{0,12}[：:].*|.*[（(](?:盖章|公章|签[字名章])[）)][：:]?",
    re.DOTALL,
)
_DAY: Final = re.compile("[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日")
_NAMED: Final = 10


def numbered(rows: Sequence[int]) -> Phrase:
    """Row numbers as messages have them: the first ten."""
    more = len(rows) - _NAMED
    english = ", ".join(map(str, rows[:_NAMED]))
    chinese = "、".join(map(str, rows[:_NAMED]))
    return Phrase(english, chinese) if more <= 0 else Phrase(f"{english} and {more} more", f"{chinese}等{len(rows)}行")


@define
class Unrecorded:
    """Looks through the rows of one sheet. `heads` is its heading, the rest tells where the policy's columns stand."""

    heads: Sequence[str]
    identity: int | None
    record_id: int | None
    codes: Collection[int]
    """Where items stand."""
    own: Collection[int]
    """Where any column of the policy stands."""
    rows: list[int] = field(factory=list)
    """The rows that were passed over."""

    def passes_over(self, row: RawRow) -> bool:
        """Whether a row is no record; it is noted then."""
        cells = row.cells
        if self.identity is not None and self.identity < len(cells) and self.is_number(cells[self.identity]):
            return False
        if len(cells) > len(self.heads) or (row.problem is not None and row.problem.code != WRONG_LENGTH):
            return False
        passed = self._is_none(cells) and (row.problem is None or any(cells))
        if passed:
            self.rows.append(row.number)
        return passed

    def is_number(self, cell: str) -> bool:
        """Whether the cell where people's numbers stand makes a row a record, whatever else stands in it."""
        if not (cell.isascii() and cell.isalnum()) or self.identity is None:
            return False
        return cell != self.heads[self.identity] and not _SUMS.fullmatch(cell)

    def are_numbers(self, cells: Sequence[str]) -> Iterable[bool]:
        """The same of many cells."""
        if self.identity is not None and only_of(cells, digits) and not self.heads[self.identity].isdigit():
            return repeat(True, len(cells))
        return map(self.is_number, cells)

    def _is_none(self, cells: Sequence[str]) -> bool:
        filled = [(position, text) for position, cell in enumerate(cells) if (text := strip_cell(cell))]
        if len(filled) > 1 and all(plain_heading(text) == plain_heading(self.heads[at]) for at, text in filled):
            return True
        if not filled:
            return True
        dayless = [text for _, text in filled if not _DAY.fullmatch(text)]
        if dayless and all(_SIGNED.fullmatch(text) for text in dayless):
            return True
        if len(filled) > 1 and filled[0][1].isdecimal() and plain_heading(self.heads[filled[0][0]]) in RUNNING_NUMBERS:
            filled = filled[1:]
        (position, text), *others = filled
        telling = {*self.codes, self.identity, self.record_id}
        if position in self.codes or any(other in telling for other, _ in others):
            return False
        if _SUMS.fullmatch(plain_heading(text)):
            return True
        return not others and position <= 1 and (position not in self.own or bool(_REMARK.fullmatch(text)))

    def note(self, source: str) -> list[Diagnostic]:
        """What was passed over: CR672."""
        if not self.rows:
            return []
        return [report("CR672", Place(source), count=len(self.rows), rows=numbered(self.rows))]
