"""Types of what one student has under a policy, as the text of a Python module, for editors and type checkers.

    Path("club_types.py").write_text(creditlang.generate_types("club.credit"), "utf-8")

The module has a `TypedDict` for the student and for each kind of record, under the policy's own names, `Records` for
the records by kind and `Settings` for what `set` takes. It imports nothing of creditlang.
"""

from collections.abc import Iterable, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Final

from creditlang.api import Policy, loaded
from creditlang.core import operators as o
from creditlang.core.operators import RANK_WORDS
from creditlang.data.dataset import RECORD_ID, number_columns
from creditlang.data.read_rulings import with_rulings
from creditlang.types import WHOLE, Type

_HEAD: Final = '''\
"""Types of the records of {identifier}, made by creditlang from the policy {fingerprint}."""

from datetime import date
from decimal import Decimal
from typing import Literal, NotRequired, TypedDict

_Day = date | str
_Identifier = str | int
_Number = Decimal | int | float | str
_Whole = Decimal | int | str
'''
_OWN: Final = ("Records", "Settings")


def generate_types(policy: Policy | str | Path) -> str:
    """The text of a module with the types of a policy's records. Raises as `load` does."""
    core = loaded(policy).core
    number, record_id = number_columns(core)[0], RECORD_ID[0]
    person = core.person.name if core.person is not None else "student"
    kinds = with_rulings(core).given_kinds
    named = _class_names([person, *kinds])
    parts = [_HEAD.format(identifier=core.identifier, fingerprint=core.fingerprint[:12])]
    ids = {number: "NotRequired[_Identifier]"}
    parts.append(_typed_dict(named[person], core.student_labels, {**ids, **_fields(core, core.attributes)}))
    for name, kind in kinds.items():
        own = {record_id: "NotRequired[_Identifier]", **ids, **_fields(core, kind.columns)}
        parts.append(_typed_dict(named[name], kind.labels, own))
    records = {name: f"NotRequired[list[{named[name]}]]" for name in kinds}
    parts.append(_typed_dict("Records", (), records))
    parts.append(_typed_dict("Settings", (), {name: f"NotRequired[{kind}]" for name, kind in _settings(core)}))
    return "\n\n".join(parts)


def _class_names(names: Iterable[str]) -> Mapping[str, str]:
    """A name for each class: `course_mark` is `CourseMark`, unless that is taken."""
    found: dict[str, str] = {}
    for name in names:
        own = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
        while own in _OWN or own in found.values():
            own += "_"
        found[name] = own
    return found


def _typed_dict(name: str, labels: tuple[str, ...], fields: Mapping[str, str]) -> str:
    """A class; where a field is no name in Python, such as `class`, by a call."""
    if all(field.isidentifier() and not iskeyword(field) for field in fields):
        about = [f"    # {labels[0]}"] if labels else []
        lines = [f"    {field}: {kind}" for field, kind in fields.items()] or ["    pass"]
        return "\n".join([f"class {name}(TypedDict):", *about, *lines, ""])
    lines = [f"        {field!r}: {kind}," for field, kind in fields.items()]
    about = [f"# {labels[0]}"] if labels else []
    return "\n".join([*about, f"{name} = TypedDict(", f"    {name!r},", "    {", *lines, "    },", ")", ""])


def _fields(core: o.Policy, columns: Iterable[o.Column]) -> dict[str, str]:
    found = {}
    for column in columns:
        kind = _type(core, column.type, column.values)
        found[column.name] = kind if column.needed else f"NotRequired[{kind} | None]"
    return found


def _settings(core: o.Policy) -> Iterable[tuple[str, str]]:
    """Named values, and what comes out among others, with their types."""
    yield from ((name, _type(core, kind)) for name, kind in core.setting_types.items())
    for fact in core.facts.values():
        if fact.among_others:
            yield fact.name, _type(core, WHOLE if fact.rank is not None else fact.type)
        if fact.rank is not None:
            yield from ((f"{fact.name}.{part}", "_Whole") for part in dict.fromkeys(RANK_WORDS.values()))


def _type(core: o.Policy, kind: Type, values: Mapping[str, str] | None = None) -> str:
    match kind.name:
        case "number":
            return "_Number" if kind.decimals else "_Whole"
        case "date":
            return "_Day"
        case "yes or no":
            return "bool"
        case "value" | "account":
            known = core.choices.get(kind.enumeration or "") or dict.fromkeys((values or {}).values())
            return f"Literal[{', '.join(map(repr, known))}]" if known else "str"
        case _:
            return "str"
