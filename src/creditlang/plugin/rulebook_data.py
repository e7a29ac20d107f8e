"""A policy as a book to read beside the regulation: what outputs are told that draw it.

Everything is in words and in one language, in the order of the regulation; nothing here knows the core. Names of things
are those of the policy and serve as anchors only.
"""

from collections.abc import Mapping

from attrs import field, frozen

from creditlang.diagnostics import Language

Rows = tuple[tuple[str, ...], ...]
"""A table, its heading first."""


@frozen
class Sentence:
    """What one line of the policy says, by which article, and the table that belongs to it."""

    text: str
    article: str = ""
    rows: Rows = ()


@frozen
class WorkedExample:
    """An example of the policy, worked out: its records, each with what became of it, and what comes out in the end."""

    title: str
    records: tuple[tuple[str, str], ...]
    outcome: tuple[str, ...]


@frozen
class RuleInWords:
    """An item, an account, a requirement or whatever else is declared: what sort of thing it is, and what it says."""

    name: str
    sort: str
    label: str
    article: str
    sentences: tuple[Sentence, ...]
    examples: tuple[WorkedExample, ...] = ()


@frozen
class Approval:
    """A reading of the policy: how it is meant where the regulation leaves it unclear, to be approved."""

    number: int
    text: str
    article: str
    place: str


@frozen
class Elsewhere:
    """A sentence by this clause that stands with things of other clauses."""

    text: str
    labels: Mapping[str, str]
    """Of these things, by name."""


@frozen
class Clause:
    """A clause of the regulation: its text in paragraphs and tables, and what the policy makes of it.

    `text` is empty where the file of clauses does not have it, `known` says so; `why` tells why nothing is worked out
    by a clause, where the policy says it. `heading` is that of a chapter that begins here.
    """

    heading: str
    citation: str
    known: bool
    text: tuple[str | Rows, ...]
    rules: tuple[RuleInWords, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    readings: tuple[Approval, ...] = ()
    why: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is worked out by it."""
        return not (self.rules or self.elsewhere or self.readings)


@frozen
class NamedValue:
    """A number or date that can be changed in one place."""

    label: str
    value: str
    article: str


@frozen
class FoundInCheck:
    """A finding of the checker."""

    severity: str
    code: str
    message: str
    place: str


@frozen
class AccountNode:
    """An account in the picture of accounts: where it stands, and in which unit it is."""

    name: str
    label: str
    unit: str
    parent: str
    items: int


@frozen
class Flow:
    """Amounts that go from one account to another, or make it; `sort` is `moved`, `over` (what is above a limit) or
    `made` (a credit that is worked out from the other).
    """

    source: str
    target: str
    sort: str
    label: str


@frozen(eq=False)
class Rulebook:
    """All of it. `articles` are the rules of each article, for the index."""

    identifier: str
    title: str
    issuer: str
    in_force: str
    fingerprint: str
    language: Language
    clauses: tuple[Clause, ...]
    clause_file: str
    """The name of the file of clauses, whether there is one or not."""
    has_clause_file: bool
    readings: tuple[Approval, ...]
    named_values: tuple[NamedValue, ...]
    findings: tuple[FoundInCheck, ...]
    accounts: tuple[AccountNode, ...]
    flows: tuple[Flow, ...]
    data: tuple[RuleInWords, ...] = field(default=())
    """The kinds of records and the attributes of people, column by column."""

    @property
    def without_text(self) -> tuple[str, ...]:
        """Articles by which something is worked out and that the file of clauses does not have."""
        return tuple(x.citation for x in self.clauses if x.citation and not x.known and not x.empty)
