"""Students and records for a policy, at random, as the tables of text that a source hands over.

Values lie at the bounds that the policy writes, days close together and at the ends of semesters, so that records tie
and fall on either side; some cells are empty, some cannot be read, some records are of no one.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b

from attrs import evolve, frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references_of
from creditlang.schema import RawRow, RawTable

Rows = dict[str, list[dict[str, str]]]
"""Rows by table; the table of students is called `student`."""
_EDGES = (
    "2024-09-02", "2025-01-17", "2025-01-18", "2025-02-16", "2025-02-17", "2025-07-04", "2024-12-31", "2024-11-30",
    "2024-11-05", "2024-11-04", "2024-02-29", "2023-10-08", "2025-08-31", "2025-09-01",
)  # fmt: skip
AS_OF = (
    "2025-08-31",
    "2025-08-31",
    "2025-08-31",
    "2025-07-04",
    "2025-01-17",
    "2025-01-18",
    "2024-12-01",
    "2025-03-03",
    "2025-07-05",
)
_UNREADABLE = ("??", "2024-13-40", "1.2345", "-")


def number_of(text: str) -> int:
    """A number of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=7).digest())


@frozen
class World:
    """What a policy is run on: tables, and the as-of day."""

    rows: Rows
    as_of: date | None

    def tables(self) -> list[RawTable]:
        """The tables as a source would hand them over."""
        found = []
        for name, lines in self.rows.items():
            header = tuple(dict.fromkeys(column for line in lines for column in line)) or ("student_id",)
            rows = [
                RawRow(number, tuple(line.get(column, "") for column in header))
                for number, line in enumerate(lines, start=2)
            ]
            found.append(RawTable(name, f"{name}.csv", header, rows))
        return found

    @property
    def students(self) -> list[str]:
        """The students on the list."""
        return [line["student_id"] for line in self.rows["student"]]

    def signatures(self) -> Iterator[int]:
        """For each student a number that is the same where attributes and all records are, but for ids."""
        told: dict[str, list[str]] = {name: [] for name in self.students}
        for table, lines in self.rows.items():
            for line in lines:
                if (own := told.get(line["student_id"])) is not None:
                    cells = (f"{name} {text}" for name, text in line.items() if text and not name.endswith("_id"))
                    own.append("\t".join((table, *cells)))
        yield from (number_of("\n".join(sorted(own))) for own in told.values())

    def of(self, students: Iterable[str]) -> "World":
        """The same of some students; what is of no student by name stays."""
        kept = {*students, ""}
        return evolve(self, rows={
            name: [line for line in lines if line["student_id"] in kept] for name, lines in self.rows.items()
        })  # fmt: skip


def world(rng: random.Random, policy: o.Policy, students: int, records: int) -> World:
    """Students with up to so many records each."""
    return _Peopling(rng, policy).world(students, records)


class _Peopling:
    """Values for the columns of one policy."""

    def __init__(self, rng: random.Random, policy: o.Policy) -> None:
        self.rng = rng
        self.policy = policy
        constants = [x.value for x in references_of(policy, e.Constant)]
        self.numbers = sorted(
            {Decimal(x) for x in constants if isinstance(x, Decimal) and 0 <= x <= 400} | {Decimal(1)}
        )
        first = date(2024, 9, 2) + timedelta(rng.randrange(330))
        near = [(first + timedelta(rng.randrange(12))).isoformat() for _ in range(4)]
        written = [x for x in constants if isinstance(x, date)]
        around = [
            (day + timedelta(shift)).isoformat() for day in written for shift in (-1, 0, 1) if 1 < day.year < 9999
        ]
        known = policy.calendar.semesters
        inside = [day for day in (*_EDGES, *around) if not known or known[0].start <= day < known[-1].end]
        outside = rng.sample(_EDGES, 1) if rng.random() < 0.3 else []
        self.days = [*near, *near, *rng.sample(inside, min(5, len(inside))), *outside]
        self.semesters = [x.name for x in policy.calendar.semesters] or ["2024-2025-1"]
        self.texts = ("A", "B", "", "AB", "CS 301", "MA 101", "CS 250")
        self.unreadable = rng.choice((0, 0, 0.01, 0.05))

    def world(self, students: int, records: int) -> World:
        """All tables; the numbers of records tell nothing of their order."""
        policy, rng = self.policy, self.rng
        names = [f"s{number:0{max(2, len(str(students - 1)))}}" for number in range(students)]
        rows: Rows = {"student": [
            {"student_id": name} | {x.name: self.cell(x) for x in policy.attributes} for name in names
        ]}  # fmt: skip
        kinds = [kind for kind in policy.given_kinds.values() if not kind.enrolment]
        fed = {rule.kind for rule in policy.rules.values()} | {move.kind for move in policy.moves}
        weighted = [kind for kind in kinds for _ in range(4 if kind.name in fed else 1)]
        for kind in policy.given_kinds.values():
            rows[kind.name] = []
        asked = [rng.choice(weighted) for _ in range(students * records * 2 // 3)] if weighted else []
        numbers = rng.sample(range(max(9999, 2 * len(asked))), len(asked))
        few = rng.choice((1, 1, 2))
        for number, kind in zip(numbers, asked, strict=True):
            # some have many records, most have a few: the lower of two or one at random
            who = names[min(rng.randrange(students) for _ in range(few))]
            shared = kind.group is not None and rng.random() < 0.5
            line = {"record_id": f"r{number:04}", "student_id": "" if shared or rng.random() < 0.002 else who}
            rows[kind.name].append(line | {x.name: self.cell(x, kind.name) for x in kind.columns})
        for kind in policy.given_kinds.values():
            if kind.enrolment:
                others = [x for x in kind.columns if x.name != kind.semester_field]
                again = rng.choice((0, 0, 0.05))
                rows[kind.name] = [
                    {"record_id": f"e{name}{number}{more}", "student_id": name, kind.semester_field or "": semester}
                    | {x.name: self.cell(x, kind.name) for x in others}
                    for name in names for number, semester in enumerate(self.semesters) if rng.random() < 0.85
                    for more in ("", "b") if not more or rng.random() < again
                ]  # fmt: skip
        for line in [*rows["student"], *(line for kind in kinds for line in rows[kind.name])]:
            names_of_cells = [name for name in line if not name.endswith("_id")]
            if names_of_cells and rng.random() < self.unreadable:
                line[rng.choice(names_of_cells)] = rng.choice(_UNREADABLE)
        as_of = rng.choice(AS_OF)
        whole = bool(policy.calendar.semesters) and rng.random() < 0.3
        if rng.random() < 0.2:
            rows["rulings"] = list(self.rulings(rows))
        return World(rows, None if whole else date.fromisoformat(as_of))

    def rulings(self, rows: Rows) -> Iterator[dict[str, str]]:
        """What an office decides of some records, one decision for each; some cannot be applied."""
        rng, policy = self.rng, self.policy
        records = [
            (kind, line)
            for kind in policy.given_kinds
            for line in rows[kind]
            if line["student_id"] or rng.random() < 0.1
        ]
        for kind, line in rng.sample(records, len(records) // 8):
            effect = rng.choice(("void", "count", "amount", "count"))
            rules = [rule.name for rule in policy.rules.values() if rule.kind == kind]
            worth = effect == "amount" or (effect == "count" and rng.random() < 0.5)
            item = line.get(policy.kinds[kind].item_field or "", "") or (rng.choice(rules) if rules else "")
            yield {
                "student_id": line["student_id"], "record_id": line["record_id"], "kind": kind, "decision": effect,
                "amount": f"{rng.choice(self.numbers).quantize(Decimal(1)):f}" if worth else "",
                "item": item if item in rules and rng.random() < 0.5 else "", "decided_by": "Dean", "reason": "heard",
                "decided_on": rng.choice(("2024-09-03", "2024-09-03", "2024-12-05")),
            }  # fmt: skip

    def cell(self, column: o.Column, kind: str = "") -> str:
        """A text for a column."""
        rng, may_be_empty = self.rng, column.optional or column.if_used or column.default is not None
        if may_be_empty and rng.random() < 0.3:
            return ""
        match column.type.name:
            case "item":
                rules = [rule.name for rule in self.policy.rules.values() if rule.kind == kind]
                return rng.choice(rules) if rules and rng.random() < 0.97 else "unheard_of"
            case "account":
                return rng.choice(list(self.policy.accounts))
            case "semester":
                return rng.choice(self.semesters)
            case "date":
                return rng.choice(self.days)
            case "yes or no":
                return rng.choice(("yes", "no", "no"))
            case "number":
                return self.number(column)
            case "value":
                return rng.choice(list(column.values or {"": ""}))
        return rng.choice(self.texts if not column.parts else self.texts[-3:]) or ("" if may_be_empty else "A")

    def number(self, column: o.Column) -> str:
        """A number at or near one that the policy writes."""
        step = Decimal(1).scaleb(-min(column.type.decimals, self.rng.choice((0, 1, 2))))
        value = self.rng.choice(self.numbers) + self.rng.choice((-1, 0, 0, 0, 1)) * step
        if column.type.decimals == 0:
            value = value.to_integral_value()
        value = value.quantize(Decimal(1).scaleb(-column.type.decimals))
        least, most = column.minimum, column.maximum
        value = max(value, least) if least is not None else value
        return f"{min(value, most) if most is not None else value:f}"
