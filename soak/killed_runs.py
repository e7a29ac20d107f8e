"""Commands killed at a random moment while they write: every file is the old one or the new one, no set is mixed."""

import random
import time
from collections import Counter

from attrs import define, field

from soak.forked_runs import ended, started
from soak.part import Part
from soak.writing_commands import WRITING, prepared, put_back, undisturbed, whole_files, words, wrong_files


@define
class KilledRuns(Part):
    """One command after the other, again and again into the same targets."""

    told: Counter[str] = field(factory=Counter, init=False)
    killed: Counter[str] = field(factory=Counter, init=False)
    """By target."""
    paces: dict[str, float] = field(factory=dict)
    """How many times the seconds that were measured first a command takes now."""

    def case(self, number: int) -> None:
        """Start a command, kill it, look at what is there."""
        rng = random.Random(number)
        command = list(WRITING.values())[number % len(WRITING)]
        _, took = undisturbed(command.target)
        put_back(command)
        before = whole_files(prepared() / command.target)
        child = started(words(command, rng.randrange(2)), prepared() / "said.txt")
        pace = self.paces.setdefault(command.target, 1.0)
        time.sleep(took * pace * (1 - rng.random() ** 2))  # most at the end, where files are written
        child.kill()
        self.cases += 1
        dead = ended(child) < 0
        self.paces[command.target] = pace * (1.03 if dead else 0.94)
        self.told["killed" if dead else "done before"] += 1
        self.killed[command.target] += dead
        there = whole_files(prepared() / command.target)
        for told, name in wrong_files(command, before):
            self.note(number, f"{command.target}: {told}", name, there.get(name, b""))

    def lines(self) -> list[str]:
        """The figures."""
        told = ", ".join(f"{name} {count}" for name, count in self.told.items())
        targets = ", ".join(f"{name} {count}" for name, count in self.killed.items())
        return [f"runs: {self.cases}, {told}; killed while they wrote {targets}"]
