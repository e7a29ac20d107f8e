"""All people with up to three records from a few days and bounds, through every engine, for each construct."""

import random
import time
from collections import Counter
from collections.abc import Sequence

from attrs import define, evolve, field
from tests.differential.constructs import Coverage, all_constructs, constructs_of
from tests.differential.drafts import Draft, drafted, mended
from tests.differential.outcomes import ReadOnce, differences
from tests.differential.people import World
from tests.differential.sentences import numbered, without
from tests.differential.written_cases import written

from creditlang.core import operators as o
from creditlang.one_student import Engine
from soak.part import Part
from soak.small_spaces import Space, fitting, space_of

MOST_PEOPLE = 3000
"""In a world that is small; twenty records of four days make 2,771 people."""
MOST_WORLDS = 800
"""Of a few people each, where a policy compares them or counts them together."""
TRIES = 8
"""Drafts of a construct that do not come within the limits, after which some of the records have to do."""
SOME_RECORDS = 12
ENGINES: tuple[Engine, ...] = ("compiled", "columnar")


@define
class SmallWorld(Part):
    """Of each draft what shows one construct that few policies have shown, made smaller until its world is small."""

    coverage: Coverage = field(factory=Coverage, init=False)
    """Of policies with everybody that there can be."""
    in_part: Coverage = field(factory=Coverage, init=False)
    """Of policies with everybody that there can be over some of the records and some of the attributes."""
    drafted: Counter[str] = field(factory=Counter, init=False)
    too_large: Counter[str] = field(factory=Counter, init=False)
    texts: set[str] = field(factory=set, init=False)
    worlds: int = field(default=0, init=False)
    milliseconds: int = field(default=0, init=False)
    """Of the processor."""
    enough: int = 3

    @property
    def done(self) -> bool:
        """Whether each construct has been shown often enough."""
        return not any(map(self._is_wanted, all_constructs()))

    def case(self, number: int) -> None:
        """A small policy with the rarest of what few have shown."""
        began = time.process_time()
        rng = random.Random(number)
        draft = drafted(rng, "zh" if rng.random() < 0.25 else "en")
        constructs = constructs_of(draft.policy) if draft is not None else frozenset()
        wanted = [*filter(self._is_wanted, sorted(constructs))]
        self.drafted.update(constructs)
        if draft is not None and wanted:
            construct = min(wanted, key=lambda name: self.drafted[name])
            self._try(number, smaller(draft, construct), construct, rng)
        self.milliseconds += round(1000 * (time.process_time() - began))

    def _is_wanted(self, construct: str) -> bool:
        return self.coverage.single[construct] + self.in_part.single[construct] < self.enough

    def _try(self, number: int, draft: Draft, construct: str, rng: random.Random) -> None:
        """Everybody that there can be, or some, if no draft has few enough."""
        space, coverage = _space(draft.policy), self.coverage
        if _times_too_large(space) > 1:
            self.too_large[construct] += 1
            if self.too_large[construct] <= TRIES:
                return
            space, coverage = _some(draft.policy, rng), self.in_part
        if draft.text in self.texts:
            return
        self.texts.add(draft.text)
        if self._agree(number, draft, space):
            coverage.add(constructs_of(draft.policy))

    def _agree(self, number: int, draft: Draft, space: Space) -> bool:
        """Whether the policy could be run at all; what an engine says otherwise is noted."""
        for world in space.worlds():
            read = ReadOnce(draft.policy, world)
            reference = read.outcome("reference")
            if reference.raised:
                self._note(number, "reference", draft, world, [reference.raised])
                return False
            self.worlds += 1
            self.cases += len(world.students)
            for engine in ENGINES:
                if found := differences(reference, read.outcome(engine)):
                    self._note(number, engine, draft, world, found)
                    return True
        return True

    def _note(self, number: int, engine: str, draft: Draft, world: World, found: Sequence[str]) -> None:
        self.note(number, f"{engine}: {found[0]}", f"{engine}.md", written(engine, draft.text, world, found))

    def lines(self) -> list[str]:
        """The figures, and what is not shown, with the reason."""
        there = all_constructs()
        shown = self.coverage.single.keys() | self.in_part.single.keys()
        found = [
            f"policies: {self.coverage.policies}, and {self.in_part.policies} with some of the records; "
            f"people: {self.cases} in {self.worlds} worlds; {self.milliseconds / 1000:.0f} s of CPU",
            f"constructs: {len(shown)} of {len(there)}, {len(self.coverage.single)} with all records that there can be",
        ]
        for name in sorted(there - shown):
            why = f"in {self.drafted[name]} drafts, none small enough" if self.drafted[name] else "in no draft yet"
            found.append(f"not shown: {name}, {why}")
        for name in sorted(shown - self.coverage.single.keys()):
            found.append(f"with some of the records only: {name}, {self.too_large[name]} drafts were too large")
        return found + [
            f"in fewer than {self.enough} policies: {name}, in {self.drafted[name]} drafts"
            for name in sorted(filter(self._is_wanted, shown))
        ]


def smaller(draft: Draft, construct: str) -> Draft:
    """The draft without lines that can go, first whole declarations, until its world is small; it shows what it has to.

    No item loses all of its amounts and no account all of its items.
    """
    most = _empty(draft.policy)
    size = _times_too_large(_space(draft.policy))
    for whole in (True, False):
        for number in reversed(range(sum(1 for _ in numbered(list(draft.lines))))):
            if size <= 1:
                return draft
            lines = [*numbered(list(draft.lines))]
            if number >= len(lines) or (lines[number][1] == 0) != whole:
                continue
            other = mended(without(list(draft.lines), {number}), draft.dialect)
            if other is None or construct not in constructs_of(other.policy) or _empty(other.policy) > most:
                continue
            if len(other.text) < len(draft.text):
                other_size = _times_too_large(_space(other.policy))
                if other_size <= size:
                    draft, size = other, other_size
    return draft


def _empty(policy: o.Policy) -> int:
    """Items without an amount, and accounts with items of which there are none: nothing can differ there."""
    items = sum(not any(isinstance(x, o.Amount) for x in rule.operators) for rule in policy.rules.values())
    accounts = [x for x in policy.accounts.values() if x.sort in ("category", "score")]
    return items + sum(not x.items and not x.children for x in accounts)


def _space(policy: o.Policy) -> Space:
    return fitting(space_of(policy), MOST_WORLDS)


def _times_too_large(space: Space) -> float:
    return space.size / (MOST_WORLDS if space.together else MOST_PEOPLE)


def _some(policy: o.Policy, rng: random.Random) -> Space:
    """As much of a world as is small: some of the records, fewer and fewer, and of the people."""
    whole = fitting(space_of(policy, 10**5), 0)
    for count in range(SOME_RECORDS, 0, -1):
        records = rng.sample(whole.records, min(count, len(whole.records)))
        persons = rng.sample(whole.persons, min(2 if count > 2 else 1, len(whole.persons)))
        space = evolve(whole, records=sorted(records, key=whole.records.index), persons=persons)
        if _times_too_large(space) <= 1:
            return space
    return space
