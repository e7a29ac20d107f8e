"""What is still needed, as plain values for programs: amounts as text, exact; records as they can be given."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypedDict

from creditlang.core import operators as o
from creditlang.diagnostics import Language
from creditlang.need.addition import Addition, values_of
from creditlang.need.need_text import NeedText
from creditlang.need.plan import Plan
from creditlang.need.short_parts import Filler, Need, ShortPart
from creditlang.values import Number, low, written
from creditlang.words import label


class FillerData(TypedDict):
    """What helps a part: what each record gives, what its limits leave, how many records bring that."""

    kind: str
    item: str
    label: str
    least: str
    most: str
    leaves: str
    records: int
    fills: bool
    own: bool
    """Whether the student has such records."""


class ShortPartData(TypedDict):
    """A part that is not met; `most` where it surely cannot be reached, `fixed` where no record brings it nearer."""

    part: str
    article: str
    status: str
    needed: str | None
    have: str | None
    short: str | None
    most: str | None
    fixed: bool
    fillers: list[FillerData]


class RecordData(TypedDict):
    """A record that could be added, its fields as a question about a student takes them."""

    kind: str
    fields: dict[str, str]


class PlanData(TypedDict):
    """Records with which the requirement is met; `made_of` what the student has done before, what is least for each
    record, or what makes it short. `fewest` where no fewer records do, for certain.
    """

    made_of: str
    fewest: bool
    records: list[RecordData]


class NeedData(TypedDict):
    """What is short of a requirement by a day, and plans that meet it; `out_of_reach` where it is certain that none
    does.
    """

    requirement: str
    label: str
    applies: bool
    status: str
    by: str
    assumed_enrolled: list[str]
    out_of_reach: bool
    parts: list[ShortPartData]
    plans: list[PlanData]
    text: str


def need_data(policy: o.Policy, need: Need, language: Language) -> NeedData:
    """What is needed; labels and `text` are in a language."""
    words = NeedText(policy, language)
    return {
        "requirement": need.requirement,
        "label": label(policy.requirements[need.requirement], words.language),
        "applies": need.applies,
        "status": need.status,
        "by": need.by.isoformat(),
        "assumed_enrolled": list(need.assumed),
        "out_of_reach": need.out_of_reach,
        "parts": [_part(part, words) for part in need.parts],
        "plans": [_plan(policy, plan) for plan in need.plans],
        "text": "\n".join(words.lines(need)),
    }


def _part(part: ShortPart, words: NeedText) -> ShortPartData:
    line = part.line
    return {
        "part": line.part, "article": line.article, "status": line.status, "needed": _amount(line.needed),
        "have": _amount(line.have), "short": _amount(line.short), "most": _amount(part.most), "fixed": part.fixed,
        "fillers": [_filler(x, words) for x in part.fillers],
    }  # fmt: skip


def _filler(filler: Filler, words: NeedText) -> FillerData:
    kind, item = filler.what
    return {
        "kind": kind, "item": item, "label": words.name(filler.what), "least": f"{filler.least:f}",
        "most": f"{filler.most:f}", "leaves": f"{filler.leaves:f}", "records": len(filler.alone), "fills": filler.fills,
        "own": filler.own,
    }  # fmt: skip


def _plan(policy: o.Policy, plan: Plan) -> PlanData:
    records = [record_data(policy, one, number) for number, one in enumerate(plan.records, start=1)]
    return {"made_of": plan.sort, "fewest": plan.fewest, "records": records}


def record_data(policy: o.Policy, one: Addition, number: int) -> RecordData:
    """A record as it can be given; `number` tells its texts from those of others."""
    values: Mapping[str, object] = values_of(policy, one, f"need-{number}")
    return {"kind": one.kind, "fields": {name: _cell(value) for name, value in values.items()}}


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _amount(value: Number | None) -> str | None:
    """An amount as it is written; of an open one both ends."""
    return None if value is None else f"{low(value):f}" if isinstance(value, Decimal) else written(value)
