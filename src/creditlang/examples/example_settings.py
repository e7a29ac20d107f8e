"""Named values, ranks and counts that an example sets."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.example_cases import BadExample, unknown
from creditlang.examples.judge import constant
from creditlang.one_student import wrong_place
from creditlang.resolve import Program
from creditlang.syntax import tree as t
from creditlang.types import WHOLE, Type
from creditlang.words import EXPECTED


def settings_of(policy: o.Policy, program: Program, settings: Iterable[t.Setting]) -> Mapping[str, Any]:
    """Named values that are set, by name. Raises `BadExample`."""
    found = {}
    for setting in settings:
        name = program.canonical("let", setting.name.text)
        if name is None or setting.part is not None:
            called = written_name(setting)
            raise BadExample(Phrase(f"there is no named value “{called}”", f"没有设定值“{called}”"), setting.span)
        found[name] = _value_of(setting, policy.setting_types[name], policy.choices)
    return found


def ranks_of(policy: o.Policy, among: Mapping[str, str], settings: Iterable[t.Setting]) -> Mapping[str, Any]:
    """What is said to come out among others, by name. Raises `BadExample`."""
    found = {}
    for setting in settings:
        name = among[written_name(setting)]
        found[name] = _value_of(setting, policy.facts[name].type if name in policy.facts else WHOLE, policy.choices)
        if (wrong := wrong_place(policy, found)) is not None:
            called, expected = wrong
            raise BadExample(Phrase(f"“{called}” has to be {expected}", f"“{called}”应当是{expected.zh}"), setting.span)
    return found


def written_name(setting: t.Setting) -> str:
    """How a setting is called where it is written."""
    return setting.name.text if setting.part is None else f"{setting.name.text}.{setting.part.text}"


def _value_of(setting: t.Setting, wanted: Type, choices: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Any:
    value, called = constant(setting.value), written_name(setting)
    if wanted.enumeration is not None:
        labels = choices[wanted.enumeration]
        if (name := next((x for x, texts in labels.items() if value in (x, *texts)), None)) is not None:
            return name
        reason = Phrase(f"“{called}” does not have the value “{value}”", f"“{called}”没有“{value}”这个值")
        raise unknown(reason, str(value), labels, setting.value.span)
    if not isinstance(value, _CONSTANTS.get(wanted.name, object)):
        sort = EXPECTED[wanted.name] if wanted.name in _CONSTANTS else Phrase("another kind of value", "另一种值")
        raise BadExample(Phrase(f"“{called}” stands for {sort}", f"“{called}”应是{sort.zh}"), setting.span)
    return value


_CONSTANTS: Final[Mapping[str, type]] = {"number": Decimal, "date": date, "text": str, "yes or no": bool}
