"""Drafted policies and people through every engine, or through the laws that hold of any of them."""

from pathlib import Path

from attrs import define, field
from tests.differential.__main__ import Soak

from creditlang.one_student import Engine
from soak.part import Part

STUDENTS = 100
"""Of each policy."""


@define
class Engines(Part):
    """What the reference says, every engine says."""

    soak: Soak = field(init=False)
    laws: float = 0

    def __attrs_post_init__(self) -> None:
        engines: list[Engine] = [] if self.laws else ["compiled", "columnar"]
        self.soak = Soak(engines, self.out, STUDENTS if engines else STUDENTS // 2, self.laws)

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
