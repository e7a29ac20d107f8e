"""What programs give as arguments, looked at before anything is worked out: what is not understood is a `DataError`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from creditlang.core import operators as o
from creditlang.data.cells import CellError, parse_date
from creditlang.data.columns import given_text, setting_value
from creditlang.data.given_rows import unknown_name
from creditlang.diagnostics import Phrase, Place, report
from creditlang.errors import DataError
from creditlang.one_student import together_names, unknown_values
from creditlang.types import Type
from creditlang.words import SORTS


def typed_settings(policy: o.Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of what they stand for, which may be given by label; numbers become exact amounts.

    Raises `DataError` for a name that there is not, and a value that is not of the type of what it stands for.
    """
    overrides = {policy.setting_labels.get(name, name): value for name, value in given.items()}
    if unknown := unknown_values(policy, overrides):
        raise DataError(unknown)
    try:
        return {name: setting_value(policy.setting_types[name], value) for name, value in overrides.items()}
    except CellError as error:
        raise DataError([error.diagnostic(Place("set"))]) from None


def typed_ranks(policy: o.Policy, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is said to come out among others, by name; numbers become exact. Raises `DataError`."""
    types = {name: fact.type for name, fact in policy.facts.items()}
    try:
        return {name: setting_value(types.get(name, Type("number")), value) for name, value in given.items()}
    except CellError as error:
        raise DataError([error.diagnostic(Place("set"))]) from None


def given_day(given: date | str | None) -> date | None:
    """The day as of which to work out, a date or a text. Raises `DataError`."""
    try:
        return None if given is None else parse_date(given_text(given))
    except CellError as error:
        raise DataError([error.diagnostic(Place("as_of"))]) from None


def wrong_argument(name: str, expected: str, chinese: str, given: object, example: str) -> DataError:
    """What an argument has to be (in both languages), where something of another type was given."""
    found = type(given).__name__
    return DataError(
        [report("CR735", None, name=name, expected=Phrase(expected, chinese), found=found, example=example)]
    )


def fields_of(given: Any, name: str) -> dict[str, object]:
    """What a mapping or an attrs object holds, by field. Raises `DataError` for anything else."""
    if isinstance(given, Mapping):
        return dict(given)
    if attrs.has(type(given)):
        return attrs.asdict(given, recurse=False)
    raise wrong_argument(
        name, "a mapping of fields to values, or an attrs object", "从字段到值的映射，或者 attrs 对象", given, "{…}"
    )


def rows_by_kind(records: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Each record with its kind. Raises `DataError` where they are not lists by kind."""
    example = '{"activity": [{…}, {…}]}'
    if not isinstance(records, Mapping):
        raise wrong_argument(
            "records", "a mapping of kinds to lists of records", "从种类到记录列表的映射", records, example
        )
    for kind, rows in records.items():
        if isinstance(rows, (str, bytes, Mapping)) or not isinstance(rows, Iterable):
            raise wrong_argument("records", "a list of records for each kind", "每种记录一个列表", rows, example)
        for row in rows:
            yield kind, fields_of(row, "records")


def settings_by_name(policy: o.Policy, given: object) -> dict[str, Any]:
    """Values that are set, by name, whatever they were called by. Raises `DataError` also for one given twice."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise wrong_argument("set", "a mapping of names to values", "从名称到值的映射", given, '{"name": 1}')
    called = {**policy.setting_labels, **together_names(policy)}
    found: dict[str, Any] = {}
    first: dict[str, str] = {}
    for name, value in given.items():
        if not isinstance(name, str):
            raise DataError([unknown_name("let", name, policy.settings, None)])
        own = called.get(name, name)
        if (other := first.setdefault(own, name)) != name:
            raise DataError([report("CR736", Place("set"), first=other, second=name, sort=SORTS["let"])])
        found[own] = value
    return found


def declared_name(sort: str, name: object, declared: Mapping[str, Any]) -> str:
    """The name of what is called so, by name or label. Raises `DataError` where nothing is."""
    for key, thing in declared.items():
        if name in (key, *thing.labels):
            return key
    known = [*declared, *(text for thing in declared.values() for text in thing.labels)]
    raise DataError([unknown_name(sort, name, known, None)])


def kinds_with_records(add: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Each record with its kind. Raises `DataError` where they are not pairs."""
    example = '[("activity", {…})]'
    if isinstance(add, (str, bytes, Mapping)) or not isinstance(add, Iterable):
        raise wrong_argument("add", "a list of pairs of a kind and a record", "由种类和记录组成的列表", add, example)
    for pair in add:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise wrong_argument(
                "add", "a list of pairs of a kind and a record", "由种类和记录组成的列表", pair, example
            )
        yield pair[0], fields_of(pair[1], "add")
