"""Data of many students, read for some of them at a time, with everything said of the whole as if it were read at once.

All tables are gone through once, and their rows put aside. Then the students are parted by their numbers, in order, so
that each part has about as many rows, and the parts are read one after the other: by the same code as any data, with
the headings that have been found in the whole. A record belongs to one student, so nothing in a part hangs on another;
what would (ids that stand in several rows, what is said at the end of a table) is asked of all parts together. Data of
which that cannot be said are refused with `NotInParts`, most of them before anything is put aside.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from creditlang.core import operators as o
from creditlang.data.dataset import Dataset
from creditlang.data.dealt.dealt_sheet import DealtSheet
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.people.record_owners import Owners
from creditlang.data.read_rulings import RulingsOfStudents, apart, only_records
from creditlang.data.reader import DataReader
from creditlang.data.records import Identifiers
from creditlang.data.sheets.sheet_heading import Heading, Sheet
from creditlang.data.sheets.sheet_records import AT_THE_END, Ending
from creditlang.diagnostics import Diagnostic, Phrase
from creditlang.ledger import Record
from creditlang.schema import BATCH_ROWS, RawBatch, RawTable
from creditlang.toolkit.batch_shelf import BatchShelf
from creditlang.words import AMONG_ALL

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords

_MOST_LOOKED_AT: Final = 200_000
"""Rows by which the students are parted."""
_BEFORE, _IN_ROWS, _AT_END = range(3)
_DECIDED, _OF_STUDENT = 2, 3
_Stage = tuple[int, int, int, int]
"""When something is said: in reading, once the students of records are known, of rulings, or of a student; of which
table, whether before, in or after its rows, and of which row.
"""
_MAPPED: Final = Phrase("rows are read by the rules of a mapping", "要按对照表中的规则读取")
_OF_GROUPS: Final = Phrase(
    "records of {name} belong to groups, not to single people", "{name}的记录属于集体，不属于个人"
)
_NO_NUMBERS: Final = Phrase("{name} has no column of the numbers of people", "{name}没有学号列")
_NO_LIST: Final = Phrase("there is no list of the people", "没有人员名单")
_LINES_ABOVE: Final = Phrase("the heading of {name} is not its first line", "{name}的表头不在首行")
_OTHER_NAME: Final = Phrase("{name} is read under another name", "{name}不是按原名读取的")
_BY_NAMES: Final = Phrase("rows without a number are joined by names", "没有学号的行要按姓名对应")
_LIKE_MADE: Final = Phrase(
    "record ids in {name} look like those that are made where there is none", "{name}中有的记录编号像是自动生成的编号"
)


class NotInParts(Exception):
    """Why data cannot be read in parts."""

    def __init__(self, reason: Phrase) -> None:
        """`reason` is told to people."""
        super().__init__(reason)
        self.reason = reason


def not_in_parts(policy: o.Policy, mappings: Iterable[MappingFile] = ()) -> Phrase | None:
    """Why students of a policy cannot be worked out in parts, as far as that is known without data."""
    if any(fact.among_others for fact in policy.facts.values()):
        return AMONG_ALL
    return _MAPPED if any(mapping.rules for mapping in mappings) else None


@define(eq=False)
class DealtData:
    """The tables of a run, put aside; `close` lets go of them."""

    policy: o.Policy
    mappings: Sequence[MappingFile]
    shelf: BatchShelf = field(factory=BatchShelf)
    whole: DataReader = field(init=False)
    """What is said of all data comes together in its dataset; there are no students in it."""
    sheets: list[DealtSheet] = field(factory=list)
    first: dict[str, dict[str, tuple[str, int]]] = field(factory=dict)
    """Of record ids that stand in several rows of a kind: the first of each, by its sheet and number."""
    _said: list[tuple[_Stage, Diagnostic, str]] = field(factory=list)
    """And of whom."""
    _endings: dict[str, Ending] = field(factory=dict)
    """Of the tables that are read, by name."""
    _numbers: dict[str, int] = field(factory=dict)
    """Which one of all tables one is."""
    _people: list[str] = field(factory=list)
    """Whose every so manieth row is."""
    _every: int = 1
    _looked_at: int = 0

    def __attrs_post_init__(self) -> None:
        if (reason := not_in_parts(self.policy, self.mappings)) is not None:
            raise NotInParts(reason)
        self.whole = DataReader(self.policy, self.mappings)

    @property
    def rows(self) -> int:
        """How many have been put aside."""
        return sum(sheet.rows for sheet in self.sheets)

    @property
    def listed(self) -> int:
        """How many rows the lists of students have."""
        return sum(sheet.rows for sheet in self.sheets if not sheet.kind)

    # ---- putting aside
    def take(self, tables: Iterable[RawTable]) -> None:
        """Put all tables aside. Raises `NotInParts`, and `PluginError` CR867 where the disk has no room."""
        for number, table in enumerate(tables):
            sheet = Sheet(self.whole.tables.apart.named(table))
            self._take(sheet, self.whole.names.exact(sheet.table.name))
            self._numbers[sheet.table.source] = number
            self._keep(self.whole.dataset, _at((0, number, _BEFORE, 0)))
        if not self.whole.lists_of_students:
            raise NotInParts(_NO_LIST)
        from creditlang.data.dealt.repeated_identifiers import RepeatedIdentifiers

        kinds: dict[str, list[DealtSheet]] = {}
        for dealt in self.sheets:
            if dealt.kind and dealt.record_id is not None:
                kinds.setdefault(dealt.kind, []).append(dealt)
        for kind, sheets in kinds.items():
            repeated = RepeatedIdentifiers(sheets)
            self.first[kind] = repeated.find()
            if repeated.strange:
                raise NotInParts(_named(_LIKE_MADE, sheets[0].table.source))

    def _take(self, sheet: Sheet, kind: str | None) -> None:
        whole, source = self.whole, sheet.table.source
        if kind is None:
            if next(whole.read_table(sheet), None) is not None or whole.dataset.students:
                raise NotInParts(_named(_OTHER_NAME, source))
            return
        if kind and whole.layouts.policy.kinds[kind].group is not None:
            raise NotInParts(_named(_OF_GROUPS, source))
        whole.lists_of_students += not kind
        if (heading := whole.tables.heading_of(sheet, kind)) is None:
            return
        layout = whole.layouts.lay_out(source, kind, heading.cells)
        if heading.skipped:
            raise NotInParts(_named(_LINES_ABOVE, source))
        if layout.identity is None:
            raise NotInParts(_named(_NO_NUMBERS, source))
        dealt = DealtSheet(sheet.table, kind, heading, layout.identity, layout.record_id, self.shelf)
        self.sheets.append(dealt)
        for batch in _batches(sheet, heading):
            self._look_at(dealt.put(batch))

    def _look_at(self, people: Any) -> None:
        """Note whose every so manieth row is; of more rows, fewer."""
        self._people += people[-self._looked_at % self._every :: self._every].to_pylist()
        self._looked_at += len(people)
        while len(self._people) > _MOST_LOOKED_AT:
            del self._people[1::2]
            self._every *= 2

    # ---- reading
    def parts(self, at_once: int) -> Iterator[Dataset]:
        """The students in parts of about so many rows, in the order of their numbers; what is said of each while it is
        at hand goes to its dataset. Raises `NotInParts`.
        """
        people, count = sorted(self._people), -(-self.rows // at_once)
        bounds = sorted({people[len(people) * at // count] for at in range(1, count)} - {""})
        for first, last in zip(["", *bounds], [*bounds, None], strict=True):
            dataset = self._read(first, last)
            yield dataset
            self._keep(dataset, _at((_OF_STUDENT, 0, 0, 0)))

    def records(self, at_once: int) -> Iterator[Record]:
        """The records of all students."""
        for dataset in self.parts(at_once):
            for student in dataset.students.values():
                yield from student.records

    def _read(self, first: str, last: str | None) -> Dataset:
        reader = DataReader(self.policy, self.mappings)
        dataset = reader.dataset
        dataset.read |= dict.fromkeys(self.whole.dataset.read, 0)
        for kind, firsts in self.first.items():
            reader.rows.records.used.setdefault(kind, Identifiers()).first = firsts
        records: list[Record | CodedRecords] = []
        for sheet in self.sheets:
            records += reader.tables.under(Sheet(sheet.of(first, last)), sheet.kind, sheet.heading)
        reader.people.settle()
        if dataset.joined:
            raise NotInParts(_BY_NAMES)
        for source, ending in reader.tables.endings.items():
            known = self._endings.get(source)
            self._endings[source] = ending if known is None else known.with_rows_of(ending)
        dataset.problems = [found for found in dataset.problems if found.code not in AT_THE_END]
        self._keep(dataset, partial(self._place, 0))
        found, rulings = apart(records, self.policy)
        Owners(self.policy, dataset).assign(found)
        self._keep(dataset, partial(self._place, 1))
        RulingsOfStudents(self.policy, dataset).give(rulings)
        self._keep(dataset, partial(self._place, _DECIDED))
        for kind, count in only_records(self.policy, dataset.read).items():
            self.whole.dataset.read[kind] += count
        return dataset

    def _keep(self, dataset: Dataset, place: Callable[[Diagnostic], _Stage]) -> None:
        """Take what has been said of a part."""
        self._said += [(place(found), found, dataset.owners.get(id(found), "")) for found in dataset.problems]
        dataset.problems, dataset.owners = [], {}

    def _place(self, stage: int, found: Diagnostic) -> _Stage:
        where = found.place
        assert where is not None, "what is said of rows has a place"
        return stage, self._numbers[where.source], _IN_ROWS, where.row or 0

    def said(self, of_sources: Iterable[Diagnostic]) -> Dataset:
        """What there is to say of all data, in the order in which it is said where they are read at once."""
        whole, said = self.whole, self._said
        for source, ending in self._endings.items():
            notes = [*ending.notes(source), *(ending.repeated.note(source) if ending.repeated is not None else ())]
            said += [((0, self._numbers[source], _AT_END, 0), found, "") for found in notes]
        said.sort(key=itemgetter(0))
        for place, found, owner in said:
            if place[0]:
                break
            whole.dataset.problem(found, owner)
        for table in whole.passed_over:
            whole.nearly_named(table)
        whole.note_of_missing_kinds()
        for place, found, owner in said:
            if 0 < place[0] < _OF_STUDENT:
                whole.dataset.problem(found, owner)
        whole.note_of_sources(of_sources)
        for place, found, owner in said:
            if place[0] == _OF_STUDENT:
                whole.dataset.problem(found, owner)
        return whole.dataset


def _at(stage: _Stage) -> Callable[[Diagnostic], _Stage]:
    return lambda found: stage


def _batches(sheet: Sheet, heading: Heading) -> Iterator[RawBatch]:
    if sheet.is_columnar:
        return sheet.batches()
    below = sheet.below(heading)
    return evolve(below, header=heading.cells).batches(BATCH_ROWS)


def _named(reason: Phrase, source: str) -> Phrase:
    return Phrase(reason.format(name=source), reason.zh.format(name=source))
