"""Named values, ranks and counts that an example sets."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.example_cases import BadExample
from creditlang.examples.judge import constant
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
        found[name] = _value_of(setting, policy.setting_types[name])
    return found


def ranks_of(policy: o.Policy, among: Mapping[str, str], settings: Iterable[t.Setting]) -> Mapping[str, Any]:
    """What is said to come out among others, by name. Raises `BadExample`."""
    found = {}
    for setting in settings:
        name = among[written_name(setting)]
        found[name] = _value_of(setting, policy.facts[name].type if name in policy.facts else WHOLE)
        counted = "." in name or policy.facts[name].rank is not None
        if counted and not (found[name] == int(found[name]) and found[name] >= 1):
            raise BadExample(Phrase("places are counted 1, 2, 3 …", "名次和人数是1、2、3……"), setting.span)
        ranking = name.partition(".")[0]
        counts = [found[x] for x in (ranking, f"{ranking}.ranked", f"{ranking}.all") if x in found]
        if counted and counts != sorted(counts):
            few = Phrase(
                "a place is among those ranked, and they are among all", "名次不超过参评人数，参评人数不超过总人数"
            )
            raise BadExample(few, setting.span)
    return found


def written_name(setting: t.Setting) -> str:
    """How a setting is called where it is written."""
    return setting.name.text if setting.part is None else f"{setting.name.text}.{setting.part.text}"


def _value_of(setting: t.Setting, wanted: Type) -> Any:
    value = constant(setting.value)
    if not isinstance(value, _CONSTANTS.get(wanted.name, object)):
        called = written_name(setting)
        sort = EXPECTED[wanted.name] if wanted.name in _CONSTANTS else Phrase("another kind of value", "另一种值")
        raise BadExample(Phrase(f"“{called}” stands for {sort}", f"“{called}”应是{sort.zh}"), setting.span)
    return value


_CONSTANTS: Final[Mapping[str, type]] = {"number": Decimal, "date": date, "text": str, "yes or no": bool}
