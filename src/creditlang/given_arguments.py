"""What programs give as arguments, looked at before anything is worked out: what is not understood is a `DataError`."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

import attrs
from attrs import frozen

from creditlang.core import operators as o
from creditlang.data.cells import CellError, parse_date, quote
from creditlang.data.columns import given_text, setting_value
from creditlang.data.dataset import Student
from creditlang.data.given_rows import GivenRows, unknown_name
from creditlang.data.mappings.mapping import MappingFile
from creditlang.data.mappings.mapping_file import open_mapping
from creditlang.data.people.record_owners import Owners
from creditlang.data.read_rulings import RulingsOfStudents, kinds_and_rulings, with_rulings
from creditlang.diagnostics import Diagnostic, Language, Phrase, Place, either, report
from creditlang.errors import DataError
from creditlang.ledger import Record, StudentResult
from creditlang.one_student import Engine, together_names, wrong_place
from creditlang.schema import RESULT_TABLES
from creditlang.types import WHOLE
from creditlang.words import SORTS, TABLES

_OF_A_YEAR: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|-W(0[1-9]|[1-4]\d|5[0-3])|-Q[1-4])?")
"""What is called by the numbers of its year, in which nothing may have happened."""
_NUMBERED: Final = re.compile(rf"{_OF_A_YEAR.pattern}|\d{{4}}-\d{{4}}(-\d)?")
"""The same where no calendar says which semesters there are."""


def typed_settings(policy: o.Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Named values and what comes out among others, by name, as `settings_by_name` has them; numbers become exact.

    Raises `DataError` for a value that is not of the type of what it stands for.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        fact = policy.facts.get(name)
        kind = policy.setting_types.get(name) or (fact.type if fact is not None else WHOLE)
        try:
            found[name] = setting_value(kind, value, policy.choices)
        except CellError as error:
            raise DataError([error.diagnostic(Place("set", None, name))]) from None
    if (wrong := wrong_place(policy, found)) is not None:
        name, expected = wrong
        raise wrong_argument(name, expected, str(found[name]), '{"name": 1}')
    return found


def given_day(given: date | str | None) -> date | None:
    """The day as of which to work out, a date or a text. Raises `DataError`."""
    try:
        return None if given is None else parse_date(given_text(given))
    except CellError as error:
        raise DataError([error.diagnostic(Place("as_of"))]) from None


@frozen
class _Taken:
    """What an argument may be: whether something is, in words, and as an example."""

    fits: Callable[[Any], bool]
    expected: Phrase
    example: str


def _one_of(*choices: str) -> _Taken:
    named = [f"“{choice}”" for choice in choices]
    return _Taken(lambda x: isinstance(x, str) and x in choices, either(named), f'"{choices[0]}"')


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda given: isinstance(given, types)


def _is_rows(given: object) -> bool:
    """Whether something can be gone through, and is not one thing itself, nor a data frame."""
    one = isinstance(given, (str, bytes, Mapping)) or hasattr(given, "__arrow_c_stream__")
    return isinstance(given, Iterable) and not one


def _is_or_lists(*types: type) -> Callable[[Any], bool]:
    """Whether something is of a type, or a list of such."""
    one = _is(*types)
    return lambda given: one(given) or (isinstance(given, list | tuple) and all(map(one, given)))


_A_DAY: Final = Phrase("a date, or its text", "日期，或者日期的文字")
_NAMES: Final = _is_or_lists(str, Path)
_A_COUNT: Final = _Taken(lambda given: type(given) is int and given >= 0, Phrase("a number of rows", "行数"), "10")
_TAKEN: Final[Mapping[str, _Taken]] = {
    "add": _Taken(
        _is_rows, Phrase("a list of pairs of a kind and a record", "由种类和记录组成的列表"), '[("activity", {…})]'
    ),
    "as_of": _Taken(_is(date, str, type(None)), _A_DAY, '"2025-07-31"'),
    "at_once": _A_COUNT,
    "data": _Taken(
        _NAMES,
        Phrase("the name of a folder or file, or a list of such", "文件夹或文件的名称，或者其列表"),
        '"students/"',
    ),
    "day": _Taken(_is(date, str), _A_DAY, '"2025-07-31"'),
    "drop": _Taken(_is_rows, Phrase("a list of ids of records", "记录编号的列表"), '["A1", "A2"]'),
    "engine": _one_of(*get_args(Engine)),
    "language": _one_of(*get_args(Language)),
    "mapping": _Taken(_NAMES, Phrase("the name of a mapping, or a list of such", "对照的名称，或者其列表"), '"pu"'),
    "most": _A_COUNT,
    "period": _Taken(_is(str), Phrase("the name of a period", "周期的名称"), '"2024-2025-1"'),
    "plugins": _Taken(_is(bool), Phrase("True or False", "True 或 False"), "True"),
    "policy": _Taken(
        _is(str, Path),
        Phrase("a path, a text or the name of a bundled policy", "路径、文本或自带办法的名称"),
        '"hengyang"',
    ),
    "records": _Taken(
        _is(Mapping),
        Phrase("a mapping of kinds to lists of records", "从种类到记录列表的映射"),
        '{"activity": [{…}, {…}]}',
    ),
    "results": _Taken(
        _is_or_lists(str),
        Phrase("the name of a result table, or a list of such", "结果表的名称，或者其列表"),
        '["students", "accounts"]',
    ),
    "set": _Taken(_is(Mapping, type(None)), Phrase("a mapping of names to values", "从名称到值的映射"), '{"name": 1}'),
    "tables": _Taken(
        lambda given: given is None or (isinstance(given, Mapping) and all(isinstance(name, str) for name in given)),
        Phrase("a mapping of kinds to tables", "从种类到表的映射"),
        '{"student": students}',
    ),
    "topic": _Taken(
        _is(str, type(None)),
        Phrase("the name of a result, or the id of a record", "结果的名称，或者记录编号"),
        '"graduation"',
    ),
}
"""What each argument may be, whatever function takes it."""


def look_at(**given: object) -> None:
    """Arguments by name; `set_old` is a `set`. Raises `DataError` CR735 for the first that is not of its shape."""
    for name, value in given.items():
        taken = _TAKEN[name.partition("_")[0] if name.startswith("set_") else name]
        if not taken.fits(value):
            raise wrong_argument(name, taken.expected, value, taken.example)


def wrong_argument(name: str, expected: str, given: object, example: str) -> DataError:
    """What an argument has to be, where something else was given."""
    found = f"“{quote(given)}”" if isinstance(given, str) else type(given).__name__
    return DataError([report("CR735", None, name=name, expected=expected, found=found, example=example)])


def fields_of(given: Any, name: str) -> dict[str, object]:
    """What a mapping or an attrs object holds, by field. Raises `DataError` for anything else."""
    if isinstance(given, Mapping):
        return dict(given)
    if attrs.has(type(given)):
        return attrs.asdict(given, recurse=False)
    expected = Phrase("a mapping of fields to values, or an attrs object", "从字段到值的映射，或者 attrs 对象")
    raise wrong_argument(name, expected, given, "{…}")


def rows_by_kind(policy: o.Policy, records: Mapping[Any, Any]) -> Iterator[tuple[str, dict[str, object]]]:
    """Each record with the name of its kind. Raises `DataError` for kinds that there are not, or that are given twice,
    and where they have no lists.
    """
    for name, rows in _by_name("kind", records, kinds_and_rulings(policy)).items():
        if not _is_rows(rows):
            expected = Phrase("a list of records for each kind", "每种记录一个列表")
            raise wrong_argument("records", expected, rows, _TAKEN["records"].example)
        for row in rows:
            yield name, fields_of(row, "records")


def kinds_with_records(policy: o.Policy, add: Iterable[Any]) -> Iterator[tuple[str, dict[str, object]]]:
    """Each record with the name of its kind. Raises `DataError` where they are not pairs, or the kind is unknown."""
    known = kinds_and_rulings(policy)
    for pair in add:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise wrong_argument("add", _TAKEN["add"].expected, pair, _TAKEN["add"].example)
        yield _named("kind", pair[0], known), fields_of(pair[1], "add")


def student_as_given(
    policy: o.Policy, student: Mapping[str, object], given: Iterable[tuple[str, Mapping[str, object]]]
) -> tuple[Student, tuple[str, ...], list[Diagnostic]]:
    """A student with the records, and the rulings on them, that a program gives with the names of their kinds; the ids
    of all that was given; and what is wrong with it.

    Raises `DataError` for fields that there are not, and where an attribute cannot be read.
    """
    given, records, rulings = list(given), list[Record](), list[Record]()
    ruled = any(kind not in policy.kinds for kind, _ in given)
    rows = GivenRows(with_rulings(policy) if ruled else policy)
    counts, identifiers = Counter[str](), list[str]()
    if wrong := list(rows.not_understood("", student, Place("student"))):
        raise DataError(wrong)
    who = rows.student_from(student, Place("student"))
    if who.problem is not None:
        raise DataError([who.problem])
    for kind, fields in given:
        counts[kind] += 1
        place = Place(kind, counts[kind])
        if wrong := list(rows.not_understood(kind, fields, place)):
            raise DataError(wrong)
        record = rows.record_from(kind, fields, who.identifier, place)
        shown = ((reader.column.name, reader.shown) for reader in rows.columns.of[kind])
        rows.records.check_item(kind, record.values, shown, who.identifier, place)
        identifiers.append(record.identifier)
        (records if kind in policy.kinds else rulings).append(record)
    rows.dataset.students[who.identifier], who.records = who, records
    owners = Owners(policy, rows.dataset)
    for one in records:
        declared = policy.kinds[one.kind]
        room = one.values.get(declared.group or "")
        if declared.membership and not one.named and owners.group_of(who, declared, one) != room:
            one.problem = one.problem or report("CR658", one.place)
    RulingsOfStudents(policy, rows.dataset).give(rulings)
    found = [record.problem for record in records if record.problem is not None]
    return who, tuple(identifiers), [*found, *rows.dataset.problems]


def dropped_ids(drop: Iterable[Any], known: Iterable[str]) -> frozenset[str]:
    """The ids of records to leave out. Raises `DataError` for what is no id, or not a `known` one."""
    gone, taken = list(drop), _TAKEN["drop"]
    if no_id := [x for x in gone if not isinstance(x, str)]:
        raise wrong_argument("drop", taken.expected, no_id[0], taken.example)
    if unknown := [unknown_name("record", x, known, Place("drop")) for x in gone if x not in known]:
        raise DataError(unknown)
    return frozenset(gone)


def settings_by_name(policy: o.Policy, given: Mapping[Any, Any] | None, *, alone: bool = True) -> dict[str, Any]:
    """Values that are set, by name, whatever they were called by; what comes out among others only for a student who
    is `alone`. Raises `DataError` for what cannot be set, and for one given twice.
    """
    named = {**policy.setting_labels, **{name: name for name in policy.settings}}
    return _by_name("let", given or {}, {**named, **together_names(policy)} if alone else named)


def _by_name(sort: str, given: Mapping[Any, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """Things by name, whatever they were called by. Raises `DataError`: CR734 for what there is not, CR736 for what is
    given by two names.
    """
    found: dict[str, Any] = {}
    first: dict[str, str] = {}
    for word, value in given.items():
        name = _named(sort, word, called)
        if (other := first.setdefault(name, word)) != word:
            raise DataError([report("CR736", Place(sort), first=other, second=word, sort=SORTS[sort])])
        found[name] = value
    return found


def _named(sort: str, word: object, called: Mapping[str, str]) -> str:
    """The name of what is called so. Raises `DataError` CR734 where nothing is."""
    if not isinstance(word, str) or word not in called:
        raise DataError([unknown_name(sort, word, called, None)])
    return called[word]


def opened_mappings(policy: o.Policy, names: Iterable[str | Path]) -> tuple[MappingFile, ...]:
    """Mappings by file or name. Raises `DataError` for one that cannot be used."""
    found = [open_mapping(str(name), policy) for name in names]
    if wrong := [problem for mapping in found if isinstance(mapping, list) for problem in mapping]:
        raise DataError(wrong)
    return tuple(mapping for mapping in found if not isinstance(mapping, list))


def asked_tables(results: str | Iterable[str]) -> tuple[str, ...]:
    """The result tables to make, by name or label, in their order and with the manifest; all, where none is named.
    Raises `DataError` CR734 for one that there is not.
    """
    look_at(results=results)
    called = {name: name for name in RESULT_TABLES} | {TABLES[name].zh: name for name in RESULT_TABLES}
    asked = {_named("table", name, called) for name in ([results] if isinstance(results, str) else results)}
    return tuple(name for name in RESULT_TABLES if not asked or name in asked or name == "manifest")


def check_period(policy: o.Policy, result: StudentResult, period: object) -> None:
    """Raises `DataError` for a period that neither calendar nor results know, and that has no year's numbers."""
    look_at(period=period)
    periods = [line.period for line in result.accounts] + [line.period for line in result.facts]
    known = dict.fromkeys(filter(None, periods))
    known |= dict.fromkeys(each.key for of in result.periods.values() for each in of)
    calendar = policy.calendar.semesters
    known |= dict.fromkeys(name for each in calendar for name in (each.name, each.year))
    numbered = _OF_A_YEAR if calendar else _NUMBERED
    if period and period not in known and not numbered.fullmatch(str(period)):
        raise DataError([unknown_name("period", period, known, None)])


def declared_name(sort: str, name: object, declared: Mapping[str, Any]) -> str:
    """The name of what is called so, by name or label. Raises `DataError` where nothing is."""
    labels = {text: key for key, thing in reversed(tuple(declared.items())) for text in thing.labels}
    return _named(sort, name, {**labels, **{key: key for key in declared}})
