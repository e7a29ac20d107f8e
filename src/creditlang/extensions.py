"""What the language takes from plugins: functions that policies call, calendars of holidays, checks of policies.

The core names them and the interpreter calls them, so they stand on the ground; whoever finds and loads plugins hands
them over as `Extensions`. Plugins import them from `creditlang.plugin`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import frozen

from creditlang.diagnostics import Phrase
from creditlang.frozen_mapping import freezing
from creditlang.policy_words import PolicyWords
from creditlang.values import by_others

Exact = Decimal | date | str | bool
"""What functions of policies take and give: never a float."""

Parameter = Literal["number", "date", "text", "yes or no"]


@frozen
class Function:
    """A function that policies may call by name: exact, the same for the same arguments, without side effects.

    `decimals` is the most digits after the point that a number it gives can have; what it gives is checked against
    `result`. It is called with known values only: where an argument is open, the value is. An exception it raises
    makes the record or fact that asked for it undetermined, with the function's name.
    """

    parameters: tuple[Parameter, ...]
    result: Parameter
    call: Callable[..., Exact]
    summary: Phrase
    decimals: int = 0

    def __call__(self, *arguments: Exact) -> Exact:
        """Call it, in no context of decimals but its own."""
        result: Exact = by_others(self.call, *arguments)
        return result


@frozen
class Day:
    """A day that is not what its weekday says: off on a weekday, or worked at a weekend."""

    on: date
    working: bool
    label: Phrase


class Calendar(ABC):
    """Knows which days are not what their weekday says. The same question always has the same answer."""

    @property
    @abstractmethod
    def known(self) -> tuple[date, date]:
        """The first and the last day of which it knows anything."""

    @abstractmethod
    def days(self, first: date, last: date) -> Iterable[Day]:
        """The days between two dates that it knows, both included, that differ from their weekday."""


CalendarFactory = Callable[[], Calendar]
"""Makes a calendar."""


About = tuple[Literal["item", "account", "fact", "requirement", "kind", "policy"], str]
"""The sort and name of something in a policy, such as `item`, `lecture`."""


@frozen
class Finding:
    """What a check has to say about something in a policy."""

    about: About
    sentence: Phrase
    serious: bool = False
    """A warning; otherwise a note."""


Check = Callable[[PolicyWords], Iterable[Finding]]
"""Looks at what a policy is called and how it is put together."""


@frozen(field_transformer=freezing)
class Extensions:
    """What plugins add to the language: functions, calendars and checks by name, and whose they are."""

    functions: Mapping[str, Function] = {}
    calendars: Mapping[str, CalendarFactory] = {}
    checks: Mapping[str, Check] = {}
    owners: Mapping[str, str] = {}
    """The plugin of each, as messages name it."""
