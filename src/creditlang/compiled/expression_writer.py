"""What texts of expressions are written with: where they stand, and how one is asked of the interpreter instead."""

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from creditlang.compiled.called_by_text import CALLED
from creditlang.compiled.policy_at_hand import PolicyAtHand
from creditlang.compiled.source_text import SourceText
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import reads, references


@frozen
class Here:
    """Where a text stands: about a record, in a period of a kind, or about neither."""

    kinds: tuple[str, ...] = ()
    """The kinds that the record may be of."""
    period: str | None = None
    present: frozenset[str] = frozenset()
    """Fields that are known to have a value."""

    @property
    def parameters(self) -> str:
        """What a function there takes."""
        return "w, row, V" if self.kinds else "w, key" if self.period is not None else "w"


@frozen
class Piece:
    """A text and whether it may raise `Undetermined`."""

    text: str
    fails: bool = False


class ExpressionWriter:
    """What every text is written with."""

    def __init__(self, hand: PolicyAtHand, source: SourceText, noted: bool) -> None:
        """`noted` when it is to be noted which cells of tables were read."""
        self.hand, self.policy, self.calendar, self.as_of = hand, hand.policy, hand.calendar, hand.as_of
        self.overrides, self.source, self.noted = hand.overrides, source, noted
        self.count_asked = 0
        """How many expressions are asked of the reference."""
        self.needed = {name: _needed(kind.columns) for name, kind in self.policy.kinds.items()}
        self.facts: dict[tuple[str, tuple[str, ...]], str] = {}
        source.namespace.update(CALLED)

    # ---- what others write with
    def piece(self, x: e.Expression, here: Here) -> Piece:
        """The text of an expression."""
        raise NotImplementedError

    def met(self, x: e.Expression | None, here: Here) -> Piece:
        """The text of whether a condition holds; one that asks for an optional value that is missing does not."""
        if x is None:
            return Piece("True")
        piece = self.piece(x, here)
        if not piece.fails:
            return piece
        missed = 'if why.sort == "missing":'
        if here.kinds:
            missed = f'if why.sort == "missing" and why.name not in {self.source.value(self.needed)}[row[1].kind]:'
        body = [
            "try:",
            f"    return {piece.text}",
            "except Undetermined as why:",
            f"    {missed}",
            "        return False",
            "    raise",
        ]
        return Piece(self.call(self.source.function("met", here.parameters, body), here), True)

    def function(self, x: e.Expression | None, here: Here, met: bool = False) -> str:
        """The name of a function that gives the value, or whether it is met."""
        piece = self.met(x, here) if met or x is None else self.piece(x, here)
        name, _, given = piece.text.partition("(")
        if given == f"{here.parameters})" and name in self.source.made:
            return name
        return self.source.function("x", here.parameters, [f"return {piece.text}"])

    def looking(self, part: Any) -> str:
        """The text of the student of whom the interpreter is asked something; where it may look at records or entries,
        also in what this reads by name, it is shown them before.
        """
        return "w.look()" if self._looks(part) else "w"

    def _looks(self, part: Any) -> bool:
        return any(
            any(x.sort == "account" and not isinstance(x.at, e.Whole) for x in references(each, e.Value))
            or any(True for _ in references(each, e.Query))
            for each in self._with_named(part)
        )

    def notes_cells(self, part: Any) -> bool:
        """Whether it is noted which cells of tables a part reads: then no more of it is read than by the reference."""
        return self.noted and any(any(True for _ in references(each, e.Lookup)) for each in self._with_named(part))

    def _with_named(self, part: Any) -> Iterator[Any]:
        """A part, and what it reads by name."""
        yield part
        named = [self.policy.record_facts[x.name] for x in references(part, e.Value) if x.sort == "record fact"]
        named += [x.value for read in reads(part, "setting") for x in self.policy.settings[read.name]]
        for each in named:
            yield from self._with_named(each)

    def call(self, name: str, here: Here) -> str:
        return f"{name}({here.parameters})"

    def asked(self, x: e.Expression, here: Here) -> Piece:
        """The text of an expression that the interpreter is asked for."""
        self.count_asked += 1
        known = here.kinds and isinstance(x, e.Value) and x.at == e.Here()  # without any entries
        name, asked = self.source.value(x), "w" if known else self.looking(x)
        if here.kinds:
            return Piece(f"{asked}.ask({name}, row)", True)
        if here.period is not None:
            return Piece(f"{asked}.ask_in({name}, {self.source.value(here.period)}, key)", True)
        return Piece(f"{asked}.ask_alone({name})", True)


def _needed(columns: tuple[o.Column, ...]) -> frozenset[str]:
    """The fields of which a condition may not find one missing."""
    return frozenset(column.name for column in columns if not column.optional or column.if_used)
