"""Cost by size: declarations repeated, records of one student repeated, and small policies that are hostile."""

import gc
import math
import random
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field
from tests.differential.constructs import Coverage, constructs_of
from tests.differential.drafts import Draft, compiled, drafted
from tests.differential.outcomes import outcome
from tests.differential.people import World, world
from tests.interpreter.test_growth import SEARCHES, TEXTS, searching

from creditlang.core.operators import Policy
from creditlang.driver import compile_text
from creditlang.one_student import Engine
from soak.growing_texts import GROWING
from soak.hostile_policies import HOSTILE, wrong_of
from soak.part import Part

MOST = 1.35
"""The exponent between the last two sizes; n log n stays below from a hundred on."""
ENOUGH = 0.12
"""Seconds from which on a cost is large enough to be compared."""
SPENT = 6.0
"""Seconds after which no larger size is tried."""
FELT = 1.5
"""Seconds up to which a cost may grow as it will, if it then is bounded."""
MOST_TRIES = 3
FAR_BELOW = 1.15
"""An exponent that two measurements are enough for."""
MOST_COPIES = 256
MOST_RECORDS = 4000
"""Of one student: columns leave one with more to code."""
FEW = 24
"""Records that differ; more are the same again."""
ENGINES: tuple[Engine, ...] = ("reference", "compiled", "columnar")
BEFORE: dict[str, tuple[int, str, Callable[[int], str]]] = {**TEXTS, **GROWING}
"""Texts of one construct often, by what is often in them."""
Work = Callable[[int], Callable[[], object]]
"""Makes what is measured, for a size."""


@define
class Grown:
    """What a cost came to."""

    exponent: float
    size: int
    seconds: float

    def __str__(self) -> str:
        return f"n^{self.exponent:.2f} up to {self.size} ({self.seconds:.2f} s)"


@define
class Growth(Part):
    """The hostile policies, the written texts and the searches come first, drafts with what was not yet shown after."""

    checked: Coverage = field(factory=Coverage, init=False)
    run: Coverage = field(factory=Coverage, init=False)
    enough: int = 1
    told: list[list[Any]] = field(factory=list, init=False)
    """What was measured: of which cost, its exponent, in words."""
    slowest: list[list[Any]] = field(factory=list, init=False)
    """Seconds of the hostile policies."""

    def case(self, number: int) -> None:
        """One construct, through all sizes."""
        place = number
        for of, names in ((self._hostile, HOSTILE), (self._text, BEFORE), (self._search, SEARCHES)):
            if place < len(names):
                of(number, list(names)[place])
                break
            place -= len(names)
        else:
            self._draft(number, place)
        gc.collect()

    @property
    def done(self) -> bool:
        """Whether declarations and records have been measured of everything that a policy can be made of."""
        return not self.checked.missing and not self.run.missing

    def _text(self, number: int, name: str) -> None:
        size, before, text = BEFORE[name]
        self._measure(number, "text", name, lambda n: lambda: compile_text(before + text(n)), size // 4, 10**6)

    def _search(self, number: int, name: str) -> None:
        self._records(number, name, searching(SEARCHES[name]), number)

    def _hostile(self, number: int, name: str) -> None:
        self.cases += 1
        wrong, seconds = wrong_of(name)
        self.slowest.append([seconds, name])
        if wrong:
            self.note(number, f"{name}: {wrong}", f"{name}.credit", HOSTILE[name][1])

    def _draft(self, number: int, seed: int) -> None:
        draft = drafted(random.Random(seed), "en")
        if draft is None:
            return
        constructs = constructs_of(draft.policy)
        if self._shows(self.run, constructs):
            self._records(number, f"draft {seed}", draft.policy, seed, draft.text)
        if self._shows(self.checked, constructs) and compiled(copies(draft, 2)) is not None:
            self._measure(number, "declarations", f"draft {seed}",
                          lambda n: lambda: compile_text(copies(draft, n)), 2, MOST_COPIES, draft.text)  # fmt: skip
            self.checked.add(constructs)

    def _shows(self, coverage: Coverage, constructs: frozenset[str]) -> bool:
        return any(coverage.single[name] < self.enough for name in constructs)

    def _records(self, number: int, name: str, policy: Policy, seed: int, text: str = "") -> None:
        """Records of one student, by every engine: a few, as often as it takes."""
        few, worlds = world(random.Random(seed), policy, 1, FEW), {}

        def work(engine: Engine) -> Work:
            def of(size: int) -> Callable[[], object]:
                if size not in worlds:
                    worlds[size] = repeated(few, size)
                return lambda: outcome(policy, worlds[size], engine)

            return of

        if outcome(policy, few).raised:
            return
        for engine in ENGINES:
            self._measure(number, engine, name, work(engine), 32, MOST_RECORDS, text)
        self.run.add(constructs_of(policy))

    def _measure(self, number: int, axis: str, name: str, work: Work, size: int, most: int, text: str = "") -> None:
        self.cases += 1
        grown = growth(work, max(size, 2), most)
        if grown is None:
            return
        while grown.exponent > MOST and grown.seconds < FELT:  # what is bounded grows no more from some size on
            size = 2 * grown.size
            grown = growth(work, size // 4, size) or Grown(0.0, size, 0.0)
        self.told.append([axis, round(grown.exponent, 3), f"{name}, {grown}"])
        if grown.exponent > MOST:
            self.note(number, f"{axis}, {name}: {grown}", f"{axis}.credit", text)

    def lines(self) -> list[str]:
        """The figures."""
        found = [f"measured: {self.cases}"]
        for axis in dict.fromkeys(of for of, _, _ in self.told):
            told = sorted(([exponent, what] for of, exponent, what in self.told if of == axis), reverse=True)
            found += [f"{axis}: {len(told)}, median n^{told[len(told) // 2][0]:.2f}; highest:"]
            found += [f"    {what}" for _, what in told[:5]]
        if self.slowest:
            most, name = max(self.slowest)
            found.append(f"hostile: {len(self.slowest)}, slowest {most:.2f} s: {name}")
        for what, coverage in (("declarations", self.checked), ("records", self.run)):
            found.append(f"of {what}, {coverage.policies} drafts: {next(iter(coverage.lines()))}")
        return found


def repeated(few: World, size: int) -> World:
    """The same people with about so many records."""
    rows, times = {}, max(1, size // max(1, sum(map(len, few.rows.values())) - 1))
    for name, lines in few.rows.items():
        once = name == "student" or not lines or "record_id" not in lines[0]
        rows[name] = lines if once else [
            {**line, "record_id": f"{line['record_id']}{number:04}"} for number in range(times) for line in lines
        ]  # fmt: skip
    return World(rows, few.as_of)


def growth(work: Work, size: int, most: int) -> Grown | None:
    """The exponent between half of a size and the size, without what a size of next to nothing costs.

    The size is doubled until it costs enough; None where it never does.
    """
    least, size = _seconds(work(1)), 4 * size
    while (last := _seconds(work(size)) - least) < ENOUGH and 2 * size <= most:
        size *= 2
    if last < ENOUGH / 2:
        return None
    half, whole, grown, times = work(size // 2), work(size), Grown(0, size, last), []
    for tries in range(MOST_TRIES if last < SPENT else 1):
        times.append((_seconds(half), _seconds(whole)))
        first, second = (max(min(each) - least, 1e-4) for each in zip(*times, strict=True))
        grown = Grown(math.log2(second / first), size, second)
        if tries and grown.exponent < FAR_BELOW:
            break
    return grown


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


_REPEATED = re.compile(
    r"(?:record(?! enrolment)|category|score|fact|credit|account|offset|require|ranking|period|table|let|adjust)\b"
)
_NAMED = re.compile(
    r"^ *(?:record|category|score|item|fact|credit|account|offset|require|ranking|period|table|let|adjust"
    r"(?: shared by)?) (\w+)", re.M
)  # fmt: skip


def copies(draft: Draft, count: int) -> str:
    """A policy with its declarations so many times, each time with other names."""
    blocks = re.split(r"^(?=\S)", draft.text, flags=re.M)
    once = "".join(x for x in blocks if not _REPEATED.match(x))
    often = "".join(x for x in blocks if _REPEATED.match(x))
    names = re.compile(rf"(?<![\w\"])(?:{'|'.join(dict.fromkeys(_NAMED.findall(often)))})(?![\w\"])")
    return once + "".join(_renamed(names, often, count))


def _renamed(names: re.Pattern[str], often: str, count: int) -> Iterator[str]:
    for number in range(count):
        yield names.sub(rf"\g<0>_{number}", often)
