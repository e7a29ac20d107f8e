"""What a policy and everything in it is called, as plain values: what checks, forms and reports are told of it.

Names are those of the policy, the words beside them its labels; nothing here knows the core.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from creditlang.diagnostics import Language
from creditlang.values import plain
from creditlang.words import yes_or_no

Given = str | Decimal | date | bool | None
"""A cell of the data: a value of a scale or choice stands by its name, an empty cell is None."""

Sort = Literal["category", "score", "credit", "account"]


@frozen
class FieldWords:
    """A column of a kind of record, or an attribute of students. `values` are the labels of what can stand in it."""

    name: str
    label: str
    type: str
    values: Mapping[str, str] = field(factory=dict)


@frozen
class KindWords:
    """A kind of record and its columns."""

    name: str
    label: str
    fields: tuple[FieldWords, ...]


@frozen
class AccountWords:
    """An account. `period` is empty where it runs over the whole time, `parent` where it stands alone."""

    name: str
    label: str
    sort: Sort
    parent: str
    unit: str
    period: str
    article: str


@frozen
class ItemWords:
    """An item: the account it posts to and the kind of record it takes."""

    name: str
    label: str
    account: str
    kind: str
    article: str


@frozen
class RequirementWords:
    """A requirement and the titles of its parts."""

    name: str
    label: str
    parts: tuple[str, ...]
    limits: frozenset[str] = frozenset()
    """The parts that ask for no more than so much; the others ask for so much at least, or for a yes."""


@frozen
class PolicyWords:
    """What a policy is called, and everything in it, in the order of its text."""

    identifier: str
    title: str
    issuer: str
    student: tuple[FieldWords, ...]
    kinds: Mapping[str, KindWords]
    accounts: Mapping[str, AccountWords]
    items: Mapping[str, ItemWords]
    requirements: Mapping[str, RequirementWords]
    facts: Mapping[str, str]
    """Labels."""
    units: Mapping[str, str]
    """Labels."""
    values: Mapping[str, str] = field(factory=dict)
    """Labels of the values of scales and choices, for facts."""
    language: Language = "zh"
    """In which people read all of it."""
    objections: tuple[tuple[str, str], ...] = ()
    """How to object to a result, each with its article."""

    def value(self, kind: str, name: str, given: Given) -> str:
        """What people read for a cell of `kind`, or of the students where `kind` is empty."""
        declared = self.student if not kind else self.kinds[kind].fields
        labels = next((column.values for column in declared if column.name == name), {})
        return labels.get(given, given) if isinstance(given, str) else shown(given, self.language)

    def inside(self, account: str) -> tuple[str, ...]:
        """An account and all inside it."""
        found = [account]
        for name, words in self.accounts.items():
            if words.parent in found:
                found.append(name)
        return tuple(found)


def shown(given: Given | int, language: Language = "zh") -> str:
    """A value as people write it: exact numbers, dates with hyphens, yes or no in words."""
    match given:
        case None:
            return ""
        case bool():
            return yes_or_no(given, language)
        case Decimal():
            return f"{plain(given):f}"
        case _:
            return str(given)
