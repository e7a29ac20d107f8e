"""A record that could be added, or several that only help together, and the parts that such records add up to."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.need.addition import Addition

What = tuple[str, str]
"""A kind of record and an item of it; none for a kind without items."""


@frozen(eq=False)
class Choice:
    """A record that could be added, or several that only help together, on each of the days that are tried."""

    places: tuple[tuple[Addition, ...], ...]
    amount: Decimal | None
    """What one comes to before limits; None where that is not known."""
    own: bool = False
    """Whether the student has a record like it."""

    @property
    def what(self) -> What:
        """Its kind and item; of several that help together, of the one for which the others are there."""
        return self.places[0][-1].what

    @property
    def size(self) -> int:
        """How many records it is."""
        return len(self.places[0])

    @property
    def worth(self) -> Fraction:
        """What each of its records comes to."""
        return Fraction(self.amount or 0) / self.size

    def spread(self, times: int, first: int = 0) -> list[Addition]:
        """So many of it, on one day after the other from the `first` on, and from the beginning again."""
        return [one for n in range(first, first + times) for one in self.places[n % len(self.places)]]


def accounts_of(policy: o.Policy, cases: Sequence[o.Case]) -> dict[str, int] | None:
    """The accounts of whose balances a part is the sum, each with how often it is in it, where items fill them all."""
    found: dict[str, int] = {}
    waiting = [case.have for case in cases]
    while waiting:
        match waiting.pop():
            case e.Constant():
                pass
            case e.Arithmetic(operator="+", left=left, right=right):
                waiting += [left, right]
            case e.Query(function="total", source=e.Periods(), where=None, value=e.Value(sort="account") as value):
                waiting.append(value)
            case e.Value(sort="account", name=name, at=e.Here() | e.Whole()):
                for inner in within(policy.accounts, name):
                    if policy.accounts[inner].decide is not None or policy.accounts[inner].period is not None:
                        return None
                    found[inner] = found.get(inner, 0) + 1
            case _:
                return None
    return found if all(case.at_least and case.each is None and not case.of for case in cases) else None


def one_of_each(choices: Iterable[Choice], last: bool = False) -> list[Choice]:
    """Of each item the first choice, or the last."""
    found: dict[What, Choice] = {}
    for choice in choices:
        if last or choice.what not in found:
            found[choice.what] = choice
    return list(found.values())
