"""`python -m tests.differential --minutes 5`: drafted policies and people, through engines and laws.

Where engines are compared, a share of the policies are ones that people wrote, changed. Each policy is run by the
reference; every other engine has to give the same to the last byte, and one law at a time has to hold. A difference is
made as small as it can be and written to a file, which `--replay` runs again.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final, get_args

from attrs import define, field
from tests.differential.changed_policies import changed_policy
from tests.differential.constructs import Coverage, constructs_of
from tests.differential.constructs_together import Together
from tests.differential.drafts import Draft, compiled, drafted
from tests.differential.laws import LAWS, broken
from tests.differential.outcomes import Outcome, ReadOnce, differences, outcome
from tests.differential.people import World, number_of, world
from tests.differential.shrinking import shrunk
from tests.differential.written_cases import read_case, written

from creditlang.cohort import fewer_collections
from creditlang.one_student import Engine

CHANGED: Final = 0.25
"""The share of policies that are not drafted but changed."""
FEW: Final = 6
"""Students of whom it is tried what one costs."""
AFRESH: Final = 1 / 16
"""The share of policies of which every engine reads the data and works everybody out itself, as a run does."""


def main() -> int:
    """Run, print what was covered and found; 1 where there are differences."""
    arguments = _arguments()
    engines: list[Engine] = [x for x in arguments.engines.split(",") if x != "reference"]
    if arguments.replay:
        return _replay(arguments.replay, engines)
    soak = Soak(engines, arguments.out, arguments.students, arguments.laws)
    end, told = time.monotonic() + 60 * arguments.minutes, time.monotonic()
    seed = arguments.seed
    while time.monotonic() < end and soak.coverage.policies < arguments.policies:
        soak.case(seed)
        seed += 1
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(f"seed {seed}", *soak.lines(), sep="\n", flush=True)
    print(f"seeds {arguments.seed} to {seed - 1}", *soak.lines(), sep="\n")
    return int(bool(soak.found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--policies", type=int, default=10**9, help="stop after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--students", type=int, default=60, help="of each policy")
    parser.add_argument("--engines", default="reference", help=", ".join(get_args(Engine)))
    parser.add_argument("--laws", type=float, default=1, help="the share of policies of which a law is tried")
    parser.add_argument("--out", type=Path, help="a folder for the differences")
    parser.add_argument("--replay", type=Path, help="a written case")
    return parser.parse_args()


def _replay(path: Path, engines: list[Engine]) -> int:
    text, people = read_case(path)
    policy = compiled(text, check=False)
    if policy is None:
        print("the policy does not compile")
        return 1
    reference, count = outcome(policy, people), 0
    for engine in engines:
        found = differences(reference, outcome(policy, people, engine))
        count += len(found)
        print(engine, *found or ["the same"], sep="\n    ")
    if reference.raised:
        print(reference.raised)
    return int(bool(count or reference.raised))


@define
class Soak:
    """Cases, one policy after the other, and what came out."""

    engines: list[Engine]
    out: Path | None = None
    students: int = 60
    """Of each policy; the most, where there is a `budget`."""
    laws: float = 1
    budget: float = 0
    """If there is one, as many students as the reference works out in so many milliseconds."""
    coverage: Coverage = field(factory=Coverage, init=False)
    together: Together = field(factory=Together, init=False)
    """Of drafts."""
    in_changed: Together = field(factory=Together, init=False)
    """The same of policies that were changed."""
    texts: set[int] = field(factory=set, init=False)
    cases: int = field(default=0, init=False)
    distinct: int = field(default=0, init=False)
    """Those that differ in their policy, or in what stands in their records."""
    spent: Counter[str] = field(factory=Counter, init=False)
    tried: Counter[str] = field(factory=Counter, init=False)
    told: Counter[str] = field(factory=Counter, init=False)
    found: list[tuple[int, str, list[str]]] = field(factory=list, init=False)
    seen: Counter[str] = field(factory=Counter, init=False)

    def case(self, seed: int) -> None:
        """One policy, its people, every engine and perhaps a law."""
        rng = random.Random(seed)
        began = time.process_time()
        changed = bool(self.engines) and rng.random() < CHANGED
        draft = changed_policy(rng) if changed else drafted(rng, "zh" if rng.random() < 0.25 else "en")
        began = self._spend("changing" if changed else "drafting", began)
        if draft is None:
            return
        people = self._people(seed, draft)
        began = self._spend("people", began)
        read = ReadOnce(draft.policy, people)
        reference = read.outcome("reference")
        began = self._spend("reference", began)
        text = number_of(draft.text)
        self.coverage.add(constructs_of(draft.policy))
        (self.in_changed if changed else self.together).add(draft.policy)
        self.told["changed policies"] += changed
        self.cases += len(people.students)
        self.distinct += len({*people.signatures()}) * (text not in self.texts)
        self.texts.add(text)
        began = self._spend("counting", began)
        if reference.raised.startswith("DataError"):
            return
        if reference.raised:
            self._note(seed, "reference", draft, people, [f"raised: {reference.raised}"])
            return
        afresh = rng.random() < AFRESH
        for engine in self.engines:
            began = time.process_time()
            other = outcome(draft.policy, people, engine) if afresh else read.outcome(engine)
            began = self._spend(engine, began)
            self._tell(engine, other.engine)
            if found := differences(reference, other):
                self._note(seed, engine, draft, people, found)
            self._spend("comparing", began)
        if rng.random() < self.laws:
            self._law(seed, rng.choice(list(LAWS)), draft, people, reference)

    def _people(self, seed: int, draft: Draft) -> World:
        """As many as there shall be; where that goes by what they cost, some are tried before."""
        students, records = self.students, random.Random(seed).choice((3, 3, 4, 5, 8))
        if self.budget:
            few = ReadOnce(draft.policy, world(random.Random(seed), draft.policy, FEW, records))
            if not few.outcome("reference").raised:
                students = min(students, max(FEW, round(FEW * self.budget / (few.milliseconds + 0.1))))
        return world(random.Random(seed), draft.policy, students, records)

    def _tell(self, engine: str, told: str) -> None:
        """Add up how many students an engine left to others, and why, as the manifest says it."""
        self.told[f"{engine}, policies"] += 1
        self.told[f"{engine}, policies left to others"] += " reference" in told.partition(";")[0]
        if without := re.search(r"not in columns \((.*)\)", told):
            self.told.update(f"{engine}, not in columns since {why}" for why in without[1].split(", "))
        for count, way in re.findall(r"; (\d+) of \d+ (alone|by reference)", told):
            self.told[f"{engine}, students {way}"] += int(count)
        for why, count in re.findall(r"([a-z][\w ]+): (\d+)", told):
            self.told[f"{engine}, by reference since {why}"] += int(count)

    def _law(self, seed: int, name: str, draft: Draft, people: World, reference: Outcome) -> None:
        began = time.process_time()
        self.tried[name] += 1
        if found := broken(name, seed, draft, people, reference):
            self._note(seed, name, draft, people, found)
        self._spend("laws", began)

    def _spend(self, on: str, began: float) -> float:
        """Note the microseconds of the processor since a moment; gives the present one."""
        now = time.process_time()
        self.spent[on] += round(1_000_000 * (now - began))
        return now

    def _note(self, seed: int, what: str, draft: Draft, people: World, found: list[str]) -> None:
        """Make a case small and write it; of one sort of difference only the first few."""
        self.found.append((seed, what, [f"{len(people.students)} students: {found[0]}", *found[1:]]))
        sort = f"{what} {found[0].split(' ')[0]}" if "raised" not in found[0] else found[0]
        self.seen[sort] += 1
        if self.out is None or self.seen[sort] > 3:
            return

        def fails(one: Draft, some: World) -> bool:
            return bool(self._failure(seed, what, one, some))

        draft, people = shrunk(draft, people, fails)
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / f"{what}-{seed}.md"
        told = self._failure(seed, what, draft, people) or found
        path.write_text(written(f"{what}, seed {seed}", draft.text, people, told), encoding="utf-8")
        print(f"{path}: {told[0]}", flush=True)

    def _failure(self, seed: int, what: str, draft: Draft, people: World) -> list[str]:
        reference = outcome(draft.policy, people)
        if what == "reference":
            return [f"raised: {reference.raised}"] if reference.raised and "DataError" not in reference.raised else []
        if reference.raised:
            return []
        if what in LAWS:
            return broken(what, seed, draft, people, reference)
        return differences(reference, outcome(draft.policy, people, what))  # type: ignore[arg-type]

    def lines(self) -> list[str]:
        """What was done, covered and found."""
        spent = ", ".join(f"{on} {microseconds / 1_000_000:.0f} s" for on, microseconds in self.spent.items())
        each = self.cases / (self.spent.total() / 1_000_000 or 1)
        return [
            f"policies: {self.coverage.policies}, distinct: {len(self.texts)}",
            f"cases: {self.cases}, distinct: {self.distinct}; {each:.0f} a second of CPU: {spent}",
            *self.coverage.lines(),
            *self.together.lines(),
            *(f"in changed policies, {line}" for line in self.in_changed.lines() if not line.startswith("never")),
            f"laws tried: {', '.join(f'{name} {count}' for name, count in sorted(self.tried.items()))}",
            *(f"{name}: {count}" for name, count in sorted(self.told.items())),
            f"differences: {len(self.found)}; {', '.join(f'{x} {n}' for x, n in self.seen.most_common(12))}",
        ]


if __name__ == "__main__":
    with fewer_collections():
        sys.exit(main())
