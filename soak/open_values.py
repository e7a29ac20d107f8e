"""Every decision that is missing is tried: what was shown as open holds it all, and is no wider than it has to be."""

import random
from collections import Counter
from decimal import Decimal
from itertools import product
from typing import Any

from attrs import define, field
from tests.differential.drafts import drafted
from tests.differential.outcomes import outcome
from tests.differential.people import World, world
from tests.differential.written_cases import written
from tests.interpreter.test_open import inside, left_open

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references
from creditlang.ledger import StudentResult
from creditlang.values import OPEN
from soak.part import Part

MOST_MISSING = 3
MOST_WAYS = 64
STUDENTS = 40


@define
class OpenValues(Part):
    """Students with up to three decisions missing."""

    students: int = field(default=0, init=False)
    tight: Counter[str] = field(factory=Counter, init=False)

    def case(self, number: int) -> None:
        """A policy, its people, and each of their decisions."""
        rng = random.Random(number)
        draft = drafted(rng, "en")
        if draft is None or not (decisions := _decisions(draft.policy)):
            return
        people = world(rng, draft.policy, STUDENTS, 5)
        before = outcome(draft.policy, people)
        if before.raised or not before.results:
            return
        if any(x.among_others for x in draft.policy.facts.values()) or any(
            x.group for x in draft.policy.kinds.values()
        ):
            return  # what is of one depends on others, too
        for student in people.students:
            own = people.of([student])
            missing = [
                (kind, place, name) for kind, lines in own.rows.items() for place, line in enumerate(lines)
                for name in line if (kind, name) in decisions and line["student_id"] == student and not line[name]
            ]  # fmt: skip
            if 0 < len(missing) <= MOST_MISSING:
                self._student(number, draft.text, draft.policy, own, missing, decisions, before.results[student])

    def _student(
        self, number: int, text: str, policy: o.Policy, own: World, missing: list[tuple[str, int, str]],
        decisions: dict[tuple[str, str], list[str]], before: StudentResult,
    ) -> None:  # fmt: skip
        ways = list(product(*(decisions[kind, name] for kind, _, name in missing)))
        seen: list[StudentResult] = []
        for way in random.Random(number).sample(ways, min(len(ways), MOST_WAYS)):
            rows = {kind: [dict(line) for line in lines] for kind, lines in own.rows.items()}
            for (kind, place, name), value in zip(missing, way, strict=True):
                rows[kind][place][name] = value
            decided = World(rows, own.as_of)
            after = outcome(policy, decided)
            if after.raised or not after.results:
                self.note(number, after.raised, "raised.md", written("raised", text, decided, []))
                continue
            result = after.results[before.student]
            if {x for x, how in result.records.items() if how == "invalid"} - {
                x for x, how in before.records.items() if how == "invalid"
            }:
                continue  # outside of what may be decided
            self.cases += 1
            seen.append(result)
            if wrong := [*left_open(before, result)]:
                self.note(number, wrong[0], "outside.md", written("outside", text, decided, wrong))
        if len(seen) >= 2 and len(ways) <= MOST_WAYS:
            self.students += 1
            self._tight(before, seen)

    def _tight(self, before: StudentResult, seen: list[StudentResult]) -> None:
        """Count the open amounts and requirements, and those that no decision reaches to the end."""
        for line in before.accounts:
            if isinstance(line.amount, Decimal):
                continue
            found = [x.amount for result in seen for x in result.accounts
                     if (x.account, x.period) == (line.account, line.period)]  # fmt: skip
            self.tight["open amounts"] += 1
            self.tight["wider amounts"] += _wider(line.amount, found or [Decimal(0)])
        for name, status in before.requirements.items():
            after = {result.requirements[name] for result in seen}
            if status == "open" and "open" not in after:
                self.tight["open requirements"] += 1
                self.tight["requirements that no decision changes"] += len(after) < 2

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.tight.items()))
        return [f"decisions tried: {self.cases}; students of whom all were: {self.students}; {told}"]


def _decisions(policy: o.Policy) -> dict[tuple[str, str], list[str]]:
    """The columns that say what was decided, with values from end to end."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule in policy.rules.values():
        for case in (case for x in rule.operators if isinstance(x, o.Amount) for case in x.cases if case.between):
            bounds = [x.value for x in case.between or () if isinstance(x, e.Constant)]
            fields = [x.name for x in references(case.value, e.Read)]
            if len(bounds) == 2 and len(fields) == 1:
                low, high = bounds
                ends = [Decimal(low), (Decimal(low) + Decimal(high)) / 2, Decimal(high)]
                column = next((x for x in policy.kinds[rule.kind].columns if x.name == fields[0]), None)
                if column is not None:
                    unit = Decimal(1).scaleb(-column.type.decimals)
                    found.setdefault((rule.kind, fields[0]), [])
                    found[rule.kind, fields[0]] += [f"{x.quantize(unit):f}" for x in ends]
    return {place: list(dict.fromkeys(values)) for place, values in found.items()}


def _wider(shown: Any, found: list[Any]) -> bool:
    """Whether an open amount goes further than all that was found."""
    if shown is OPEN:
        return len(set(map(str, found))) < 2
    lows = [x if isinstance(x, Decimal) else getattr(x, "low", None) for x in found]
    highs = [x if isinstance(x, Decimal) else getattr(x, "high", None) for x in found]
    if None in lows or None in highs:
        return False
    return bool(min(lows) > shown.low or max(highs) < shown.high) and all(inside(x, shown) for x in found)
