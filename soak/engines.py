"""Drafted policies and people through every engine, or through the laws that hold of any of them."""

from pathlib import Path

from attrs import define, field
from tests.differential.__main__ import Soak

from creditlang.one_student import Engine
from soak.part import Part

MOST = 1000
"""Students of a policy."""
BUDGET = 100
"""Milliseconds that the reference may take for them."""
OF_A_LAW = 50
"""Students of a policy of which a law is tried."""


@define
class Engines(Part):
    """What the reference says, every engine says."""

    soak: Soak = field(init=False)
    laws: float = 0

    def __attrs_post_init__(self) -> None:
        engines: list[Engine] = ["compiled", "columnar"]
        self.soak = Soak([], self.out, OF_A_LAW, self.laws) if self.laws else Soak(engines, self.out, MOST, 0, BUDGET)

    def case(self, number: int) -> None:
        """One policy and its people."""
        before = len(self.soak.found)
        self.soak.case(number)
        self.cases = self.soak.cases
        self.found += [f"case {seed}: {what}: {told[0]}" for seed, what, told in self.soak.found[before:]]

    def lines(self) -> list[str]:
        """What was done, covered and found."""
        return self.soak.lines()


def Laws(out: Path | None) -> Engines:
    """The reference alone, and a law for each policy."""
    return Engines(out, laws=1)
