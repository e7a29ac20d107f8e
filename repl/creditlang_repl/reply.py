"""What the session answers: lines of pieces, each with a style, and no terminal in sight."""

from typing import Literal

from attrs import field, frozen

Style = Literal["", "title", "faint", "gain", "loss", "open", "error", "warning"]
"""What a piece is; the prompt gives it a colour, a script none."""

Piece = tuple[Style, str]
Line = tuple[Piece, ...]


@frozen
class Reply:
    """The answer to one input."""

    lines: tuple[Line, ...] = ()
    failed: bool = False
    """Whether the input could not be carried out; it changed nothing then."""
    leave: bool = False
    """Whether the session is over."""

    @property
    def text(self) -> str:
        """The answer without styles, each line ended."""
        return "".join("".join(text for _, text in line).rstrip() + "\n" for line in self.lines)


@frozen
class Written:
    """Builds a reply line by line."""

    lines: list[Line] = field(factory=list)

    def line(self, *pieces: str | Piece) -> "Written":
        """Add a line; a bare text has no style."""
        self.lines.append(tuple(("", piece) if isinstance(piece, str) else piece for piece in pieces))
        return self

    def text(self, text: str, style: Style = "") -> "Written":
        """Add the lines of a text, all in one style."""
        self.lines.extend(((style, line),) for line in text.splitlines())
        return self

    def reply(self, failed: bool = False, leave: bool = False) -> Reply:
        """The reply."""
        return Reply(tuple(self.lines), failed, leave)
