"""What a sheet is by its name: one of the policy's names as it stands, or one with more around it.

Offices call a sheet 学生名单 or 2024级违纪违规记录 where the policy says 学生 and 违纪违规. Such a name is taken for
the longest of the policy's names that it holds, and only if all columns are there that are needed: the name alone
would be a guess. What was taken for what is said.
"""

from collections.abc import Mapping
from typing import Final

from creditlang.core import operators as o
from creditlang.data.cells import spelled, strip_cell
from creditlang.data.dataset import FOR_PEOPLE, people_tables
from creditlang.data.sheets.column_layout import Layouts
from creditlang.data.sheets.sheet_heading import Heading, Sheet, plain_heading
from creditlang.diagnostics import nearest

_FOR_PEOPLE: Final = ("说明", "须知")


class SheetNames:
    """The names of one policy."""

    def __init__(self, policy: o.Policy, layouts: Layouts) -> None:
        """The students have the empty kind."""
        self.layouts = layouts
        self.students = people_tables(policy)
        self.kinds: dict[str, str] = {}
        for name, kind in policy.given_kinds.items():
            for text in (*kind.labels, name):
                self.kinds.setdefault(text, name)
        self.all: Mapping[str, str] = {**self.kinds, **dict.fromkeys(self.students, "")}
        self.exact = spelled(self.all, plain_heading)

    def inside(self, sheet: Sheet) -> tuple[str, str] | None:
        """The kind of a longer name and the name in it, if the sheet has all columns that the kind needs."""
        found = self._within(sheet.table.name)
        for text in sorted(found, key=len, reverse=True)[:1]:
            kind = self.all[text]
            if self.is_whole(sheet, kind):
                return kind, text
        return None

    def close(self, name: str) -> str:
        """What may have been meant: a name that is inside of this one, or nearly it."""
        found = self._within(name)
        return max(found, key=len) if found else nearest(name, list(self.all)) or ""

    def _within(self, name: str) -> list[str]:
        whole = plain_heading(name)
        return [text for text in self.all if plain_heading(text) in whole]

    def is_whole(self, sheet: Sheet, kind: str) -> bool:
        """Whether a sheet has all columns that its kind needs, under the policy's own names."""
        found = self.layouts.heading(sheet, kind)
        return isinstance(found, Heading) and not self.layouts.lay_out("", kind, found.cells).missing

    def is_for_people(self, sheet: Sheet) -> bool:
        """Whether it explains: it is called so, and a longer name only counts if no line is a heading."""
        name = strip_cell(sheet.table.name)
        if name in FOR_PEOPLE:
            return True
        kinds = ("", *set(self.kinds.values()))
        headings = (self.layouts.heading(sheet, kind) for kind in kinds)
        return name.endswith(_FOR_PEOPLE) and not any(isinstance(x, Heading) and x.known for x in headings)
