"""The shapes of what a policy takes and gives, for other programs: JSON Schema (draft 2020-12) and Arrow schemas.

    creditlang.input_schema("hengyang")        # what `evaluate` takes, as one JSON object
    creditlang.result_schema("hengyang")       # the JSON document of a run's results
    creditlang.arrow_schemas("hengyang")       # the sheets that `run` takes, and the tables that it gives

They speak of the policy's own names; data under labels are understood as well. A schema says what JSON Schema can say:
of what it lets through, a number of too many decimals still makes its record invalid. Nothing in it is a `$ref`, so
that any part can stand in another document, such as an OpenAPI description. `version`, in `x-creditlang`, grows when a
reader would have to change.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from creditlang.api import Policy, loaded
from creditlang.core import operators as o
from creditlang.core.operators import RANK_WORDS
from creditlang.data.cells import LONGEST_TEXT, MOST_DIGITS
from creditlang.data.columns import Columns
from creditlang.data.dataset import RECORD_ID, number_columns
from creditlang.data.read_rulings import with_rulings
from creditlang.data.sheets.column_layout import Layouts
from creditlang.results import Results
from creditlang.schema import RESULT_TABLES, RESULTS_VERSION, Column
from creditlang.toolkit.arrow_results import MOST_DIGITS as AMOUNT_DIGITS
from creditlang.toolkit.arrow_results import WITH_WORDS, arrow_table
from creditlang.toolkit.extras import need
from creditlang.types import DATE, WHOLE, Type

if TYPE_CHECKING:
    import pyarrow

VERSION: Final = 1
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_IDENTIFIER: Final[Mapping[str, Any]] = {"type": ["string", "integer"]}
_AMOUNT: Final = r"-?[0-9]+(\.[0-9]+)?"
_OPEN: Final = rf"^({_AMOUNT}|({_AMOUNT} )?…( {_AMOUNT})?)$"
_CODED: Final = frozenset({"disposition", "severity", "status"})
"""Columns that hold one of a few codes."""
_PERSON: Final = "student"


# ---- JSON
def input_schema(policy: Policy | str | Path) -> dict[str, Any]:
    """What `Policy.evaluate` takes, as a JSON Schema of one object: `student`, `records`, `as_of` and `set`."""
    core = loaded(policy).core
    number, record_id = number_columns(core)[0], RECORD_ID[0]
    student = _row(core, core.attributes, {number: _IDENTIFIER})
    kinds = {
        name: {"type": "array", "items": _row(core, kind.columns, {record_id: _IDENTIFIER, number: _IDENTIFIER})}
        | _titled(kind.labels)
        for name, kind in with_rulings(core).given_kinds.items()
    }
    settings = {name: _value(core, kind) for name, kind in core.setting_types.items()}
    for fact in core.facts.values():
        if fact.among_others:
            parts = dict.fromkeys(RANK_WORDS.values()) if fact.rank is not None else {}
            settings[fact.name] = _value(core, fact.type if fact.rank is None else WHOLE) | _titled(fact.labels)
            settings |= {f"{fact.name}.{part}": _value(core, WHOLE) for part in parts}
    return _document(core, "input") | _object(
        {_PERSON: student, "records": _object(kinds), "as_of": _or_null(_value(core, DATE)), "set": _object(settings)},
        [_PERSON, "records"],
    )


def result_schema(policy: Policy | str | Path) -> dict[str, Any]:
    """The JSON document of a run's results, `{"tables": {"students": [{…}], …}, "version": 1}`, as a JSON Schema."""
    core = loaded(policy).core
    results = Results(core, "en")
    tables = {
        name: {"type": "array", "items": _result_row(core, name, results.columns(name))} for name in RESULT_TABLES
    }
    properties = {"tables": _object(tables), "version": {"const": RESULTS_VERSION}}
    return _document(core, "results") | _object(properties, list(properties))


def _document(core: o.Policy, what: str) -> dict[str, Any]:
    title = f"{core.title or core.identifier}: {what}"
    about = {"policy": core.identifier, "policy_hash": core.fingerprint, "version": VERSION}
    return {"$schema": _DRAFT, "title": title, "x-creditlang": about}


def _object(properties: Mapping[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    own: dict[str, Any] = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return own | ({"required": required} if required else {})


def _titled(labels: tuple[str, ...]) -> dict[str, str]:
    return {"title": labels[0]} if labels else {}


def _row(core: o.Policy, columns: tuple[o.Column, ...], ids: Mapping[str, Any]) -> dict[str, Any]:
    """A student or a record: its columns, and the ids that it may have beside them."""
    properties = dict(ids)
    for column in columns:
        own = _value(core, column.type, column) | _titled(column.labels)
        if (column.minimum, column.maximum) != (None, None):
            bounds = {"minimum": column.minimum, "maximum": column.maximum}
            own |= {key: _json_number(value) for key, value in bounds.items() if value is not None}
        if column.default is not None:
            own["default"] = _json_value(column.default)
        properties[column.name] = own if column.needed else _or_null(own)
    return _object(properties, [column.name for column in columns if column.needed])


def _value(core: o.Policy, kind: Type, column: o.Column | None = None) -> dict[str, Any]:
    """A value of a type; where it stands in a column, one of those that can stand there."""
    values = list(dict.fromkeys((column.values or {}).values())) if column is not None else []
    match kind.name:
        case "number":
            decimals = rf"(\.[0-9]{{1,{kind.decimals}}})?" if kind.decimals else ""
            number = "number" if kind.decimals else "integer"
            return {"type": [number, "string"], "pattern": f"^[+-]?[0-9]{{1,{MOST_DIGITS}}}{decimals}$"}
        case "date":
            return {"type": "string", "format": "date"}
        case "yes or no":
            return {"type": "boolean"}
        case "semester":
            names = [semester.name for semester in core.calendar.semesters]
            return {"type": "string"} | ({"enum": names} if names else {"pattern": "^[0-9]{4}-[0-9]{4}-[12]$"})
        case "value":
            return {"type": "string", "enum": list(core.choices.get(kind.enumeration or "", {})) or values}
        case "account":
            return {"type": "string", "enum": values}
        case "item":
            return {"type": "string", "minLength": 1, "examples": values}
        case _:
            return {"type": "string", "maxLength": LONGEST_TEXT}


def _or_null(own: dict[str, Any]) -> dict[str, Any]:
    """The same, or nothing."""
    types = own["type"] if isinstance(own["type"], list) else [own["type"]]
    values = {"enum": [*own["enum"], None]} if "enum" in own else {}
    return own | {"type": [*types, "null"]} | values


def _json_number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _json_value(value: object) -> object:
    match value:
        case Decimal():
            return _json_number(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _result_row(core: o.Policy, table: str, columns: tuple[Column, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for column in columns:
        own: dict[str, Any] = {"type": ["string", "null"]}
        if column.kind == "whole":
            own = {"type": ["integer", "null"]}
        elif column.kind == "date":
            own |= {"format": "date"}
        elif column.kind == "number" and (table, column.name) not in WITH_WORDS:
            own |= {"pattern": _OPEN}
        elif column.name in _CODED or (table == "students" and column.name in core.requirements):
            own |= {"enum": [*column.words, None]}
        properties[column.name] = own | ({"title": column.label} if column.label else {})
    return _object(properties, list(properties))


# ---- Arrow
def arrow_schemas(policy: Policy | str | Path) -> dict[str, dict[str, "pyarrow.Schema"]]:
    """`sheets`, that `Policy.run` takes as tables, by name; and `results`, the tables of a run, by name.

    A column that has to be filled in is not nullable. The result tables of one run have as few decimals as their
    amounts need; `cohort.tables[name].to_arrow().cast(schema)` brings those of all runs of a policy to one schema.
    Raises `PluginError` CR787 without Arrow.
    """
    need("arrow")
    import pyarrow

    core = loaded(policy).core
    read = with_rulings(core)
    layouts = Layouts(read, Columns(read))
    people = core.person.name if core.person is not None else _PERSON
    sheets = {people: _sheet(layouts.builtin(""), core.attributes)}
    sheets |= {name: _sheet(layouts.builtin(name), kind.columns) for name, kind in read.given_kinds.items()}
    most = max(core.scales.values(), default=0)
    results = {}
    shapes = Results(core, "en")
    for name in RESULT_TABLES:
        fields = arrow_table(name, shapes.columns(name), []).schema
        decimal = pyarrow.decimal128(AMOUNT_DIGITS, most)
        results[name] = pyarrow.schema(
            [x.with_type(decimal) if pyarrow.types.is_decimal(x.type) else x for x in fields]
        )
    return {"sheets": sheets, "results": results}


def _sheet(ids: Mapping[str, tuple[str, ...]], columns: tuple[o.Column, ...]) -> "pyarrow.Schema":
    """The columns of a sheet, those of ids first; that of people's numbers is always filled in."""
    import pyarrow

    fields = [pyarrow.field(texts[0], pyarrow.string(), name != "student_id") for name, texts in ids.items()]
    for column in columns:
        metadata = {"label": column.labels[0]} if column.labels else None
        fields.append(pyarrow.field(column.name, _arrow_type(column.type), not column.needed, metadata))
    return pyarrow.schema(fields)


def _arrow_type(kind: Type) -> "pyarrow.DataType":
    import pyarrow

    match kind.name:
        case "number":
            return pyarrow.decimal128(MOST_DIGITS + kind.decimals, kind.decimals) if kind.decimals else pyarrow.int64()
        case "date":
            return pyarrow.date32()
        case "yes or no":
            return pyarrow.bool_()
        case _:
            return pyarrow.string()
