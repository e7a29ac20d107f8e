"""What every part of a long run is: cases by number, what was counted, and what was found."""

from pathlib import Path

from attrs import define, field


@define
class Part:
    """A part of a long run. A case is made from its number alone, so that what it found can be had again."""

    out: Path | None = None
    """A folder for what was found."""
    cases: int = field(default=0, init=False)
    found: list[str] = field(factory=list, init=False)
    numbers: list[list[int]] = field(factory=list, init=False)
    """The first and the last of the cases tried one after the other."""

    def case(self, number: int) -> None:
        """Try one case, count it, and note what is wrong."""
        raise NotImplementedError

    @property
    def done(self) -> bool:
        """Whether there is nothing left to try; a part that draws its cases at random never comes to an end."""
        return False

    def tried(self, number: int) -> None:
        """Note that a case has been tried."""
        if self.numbers and self.numbers[-1][1] == number - 1:
            self.numbers[-1][1] = number
        else:
            self.numbers.append([number, number])

    def note(self, number: int, told: str, name: str = "", content: str | bytes = "") -> None:
        """Something is wrong; what shows it is kept in a file."""
        self.found.append(f"case {number}: {told}")
        if self.out is not None and name:
            self.out.mkdir(parents=True, exist_ok=True)
            whole = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
            (self.out / f"{number}-{name}").write_bytes(whole)

    def lines(self) -> list[str]:
        """The figures."""
        return [f"cases: {self.cases}"]
