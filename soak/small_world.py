"""All students with up to three records from a few days and bounds, through every engine, for each construct."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations_with_replacement, product

from attrs import define, field
from tests.differential.constructs import Coverage, constructs_of
from tests.differential.drafts import drafted
from tests.differential.outcomes import differences, outcome
from tests.differential.people import Rows, World
from tests.differential.written_cases import written

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references_of
from creditlang.one_student import Engine
from soak.part import Part

MOST_RECORDS = 3
MOST_KINDS_OF_RECORD = 12
"""So many different records make 455 students with up to three of them."""
DAYS = ("2024-09-02", "2025-01-17", "2025-02-17", "2025-07-04")
"""First and last days of two semesters."""
AS_OF = date(2025, 8, 31)
ENGINES: tuple[Engine, ...] = ("compiled", "columnar")


@define
class SmallWorld(Part):
    """Policies that show a construct not yet shown often enough."""

    coverage: Coverage = field(factory=Coverage, init=False)
    whole: int = field(default=0, init=False)
    """Policies of which every record that there can be over the bounds was among those combined."""
    enough: int = 3

    def case(self, number: int) -> None:
        """A policy, if it shows something that few have shown."""
        rng = random.Random(number)
        draft = drafted(rng, "zh" if rng.random() < 0.25 else "en")
        if draft is None:
            return
        constructs = constructs_of(draft.policy)
        if all(self.coverage.single[name] >= self.enough for name in constructs):
            return
        self.coverage.add(constructs)
        records = [*every_record(draft.policy)]
        self.whole += len(records) <= MOST_KINDS_OF_RECORD
        some = rng.sample(records, min(len(records), MOST_KINDS_OF_RECORD))
        world = everybody(draft.policy, some)
        reference = outcome(draft.policy, world)
        self.cases += len(world.students)
        if reference.raised:
            if not reference.raised.startswith("DataError"):
                self.note(number, reference.raised, "reference.md", written("reference", draft.text, world, []))
            return
        for engine in ENGINES:
            if found := differences(reference, outcome(draft.policy, world, engine)):
                self.note(number, f"{engine}: {found[0]}", f"{engine}.md", written(engine, draft.text, world, found))

    def lines(self) -> list[str]:
        """The figures."""
        return [
            f"policies: {self.coverage.policies}, every record combined in {self.whole}; students: {self.cases}",
            *self.coverage.lines(),
        ]


def every_record(policy: o.Policy) -> Iterator[tuple[str, dict[str, str]]]:
    """The records that there can be over the bounds that the policy writes, by kind; of a column that nothing
    reads, with the least value only.
    """
    read = {x.name for x in references_of(policy, e.Read)}
    for kind in policy.given_kinds.values():
        if kind.enrolment:
            continue
        columns = {x.name: _bounds(policy, kind, x, x.name in read) for x in kind.columns}
        for cells in product(*columns.values()):
            yield kind.name, dict(zip(columns, cells, strict=True))


def _bounds(policy: o.Policy, kind: o.RecordKind, column: o.Column, read: bool) -> list[str]:
    """The texts that a column has in a small world."""
    found: list[str]
    match column.type.name:
        case "item":
            return [rule.name for rule in policy.rules.values() if rule.kind == kind.name] or ["unheard_of"]
        case "date":
            return list(DAYS)
        case "semester":
            found = [x.name for x in policy.calendar.semesters[-2:]] or ["2024-2025-1"]
        case "yes or no":
            found = ["no", "yes"]
        case "value":
            found = list(dict.fromkeys((column.values or {}).values()))
        case "account":
            found = list(policy.accounts)[:2]
        case "number":
            found = _numbers(policy, column)
        case _:
            found = ["A", "B"] if not column.parts else ["CS 301", "MA 101"]
    found = found if read else found[:1]
    return found if column.needed else ["", *found]


def _numbers(policy: o.Policy, column: o.Column) -> list[str]:
    """The least and the most that the policy writes of it, and what lies a unit beside."""
    written = {x.value for x in references_of(policy, e.Constant)}
    numbers = sorted(x for x in written if isinstance(x, Decimal) and 0 <= x <= 400)[:2] or [Decimal(1)]
    unit = Decimal(1).scaleb(-min(column.type.decimals, 2))
    around = {x.quantize(unit) + step for x in numbers for step in (-unit, 0, unit)}
    low, high = column.minimum, column.maximum
    inside = [x for x in sorted(around) if (low is None or x >= low) and (high is None or x <= high)]
    return [f"{x:f}" for x in inside] or [f"{low if low is not None else high:f}"]


def everybody(policy: o.Policy, records: list[tuple[str, dict[str, str]]]) -> World:
    """A student for each way to have up to three of the records, enrolled in every semester."""
    rows: Rows = {"student": [], **{name: [] for name in policy.given_kinds}}
    attributes = {
        x.name: _bounds(policy, next(iter(policy.given_kinds.values())), x, True)[-1] for x in policy.attributes
    }
    number = 0
    for count in range(MOST_RECORDS + 1):
        for chosen in combinations_with_replacement(records, count):
            who = f"s{len(rows['student']):03d}"
            rows["student"].append({"student_id": who, **attributes})
            for kind, cells in chosen:
                rows[kind].append({"record_id": f"r{number:05d}", "student_id": who, **cells})
                number += 1
    for enrolment in policy.given_kinds.values():
        if enrolment.enrolment:
            field_name, semesters = enrolment.semester_field or "", [x.name for x in policy.calendar.semesters]
            rows[enrolment.name] = [
                {"record_id": f"e{line['student_id']}{n}", "student_id": line["student_id"], field_name: semester}
                for line in rows["student"] for n, semester in enumerate(semesters)
            ]  # fmt: skip
    return World(rows, AS_OF)
