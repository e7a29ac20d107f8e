"""What an office has decided of one record of a student: that it does not count, counts all the same, or for how much.

It is data, as records are, and stands beside them: each says who decided, when, why and, where that is known, by which
article. What it does to the entries of its record is the interpreter's affair.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from creditlang.diagnostics import Phrase, Place

RulingEffect = Literal["void", "count", "amount"]


@frozen
class Ruling:
    """A decision on a record; of `amount`, and of `count` if one is given, in the unit of the item's account."""

    effect: RulingEffect
    amount: Decimal | None
    rule: str
    """The item whose entry it speaks of; of all that the record makes where it is empty."""
    by: str
    on: date
    reason: str
    article: str = ""
    place: Place | None = field(default=None, eq=False)
    """Where it stands in the data."""

    @property
    def told(self) -> Phrase:
        """What was decided, by whom, when and why, in one line."""
        number = "" if self.amount is None else f"{self.amount:f}"
        what = {
            "void": Phrase("does not count", "不予认定"),
            "count": Phrase(
                f"counts all the same{number and f', as {number}'}", f"予以认定{number and f'，定为{number}'}"
            ),
            "amount": Phrase(f"set to {number}", f"改定为{number}"),
        }[self.effect]
        by = self.article and f" ({self.article})", self.article and f"（{self.article}）"
        return Phrase(
            f"{what}, decided by {self.by} on {self.on.isoformat()}{by[0]}: {self.reason}",
            f"{self.by}于{self.on.isoformat()}决定{what.zh}{by[1]}：{self.reason}",
        )

    def speaks_of(self, rule: str) -> bool:
        """Whether it speaks of what a rule makes of the record; while no rule has taken it, `rule` is empty."""
        return not (self.rule and rule) or self.rule == rule

    def amount_of(self, rule: str) -> Decimal | None:
        """The amount that it sets for what a rule makes of the record."""
        return self.amount if self.speaks_of(rule) else None
