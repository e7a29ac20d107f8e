"""The places of a text as an editor counts them: lines from 0, columns in the units that both sides agreed on."""

from attrs import frozen
from lsprotocol import types
from pygls.workspace import PositionCodec

from creditlang.source import SourceFile


@frozen
class Positions:
    """Turns offsets of a text, in code points, into an editor's places and back."""

    source: SourceFile
    codec: PositionCodec

    def position(self, offset: int) -> types.Position:
        """Where an offset is."""
        line = self.source.line_number(offset)
        before = self.source.text[self.source.line_starts[line - 1] : offset]
        units = len(before) if before.isascii() else self.codec.client_num_units(before)
        return types.Position(line - 1, units)

    def range(self, start: int, end: int) -> types.Range:
        """The text from `start` up to, not including, `end`."""
        return types.Range(self.position(start), self.position(end))

    def offset(self, position: types.Position) -> int:
        """The offset of an editor's place; a place outside the text counts as the nearest end."""
        if position.line >= len(self.source.line_starts):
            return len(self.source.text)
        line = self.source.line_text(position.line + 1)
        units = 0
        for place, character in enumerate(line):
            units += 1 if character.isascii() else self.codec.client_num_units(character)
            if units > position.character:
                return self.source.line_starts[position.line] + place
        return self.source.line_starts[position.line] + len(line)
