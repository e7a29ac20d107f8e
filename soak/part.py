"""What every part of a long run is: cases by number, what was counted, and what was found."""

from pathlib import Path

from attrs import define, field


@define
class Part:
    """A part of a long run. A case is made from its number alone, so that what it found can be had again."""

    out: Path | None = None
    """A folder for what was found."""
    cases: int = 0
    found: list[str] = field(factory=list)

    def case(self, number: int) -> None:
        """Try one case, count it, and note what is wrong."""
        raise NotImplementedError

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
