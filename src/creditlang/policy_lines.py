"""A line of the policy in the language of its reader: its keywords in their order, its names by their labels.

What an answer quotes is a line of the policy; whoever reads the other language is given the same line in theirs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, field, frozen

from creditlang.core.operators import Column, Policy
from creditlang.diagnostics import Language
from creditlang.format.concrete_tree import concrete
from creditlang.format.keyword_forms import name_is_in
from creditlang.format.layout import joined
from creditlang.format.translation import translated
from creditlang.source import SourceFile
from creditlang.syntax.lexer import LexicalError
from creditlang.syntax.parser_tables import UnexpectedToken
from creditlang.words import first_fit

_BLANK_IN_CHINESE: Final = re.compile(
    r"(?<=[\u3400-\u9fff）)”]) +(?=[\u3400-\u9fff（(“\d])|(?<=\d) +(?=[\u3400-\u9fff])"
)
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_OFFSET: Final = "offset x per semester"
_SOURCES: Final = "\n    from x, on request x"
_AMONG: Final = (
    ("", "typed_line", ""),
    ("", "typed_line", "\n    x 1"),  # the heading of a table has none without a row
    ("", "typed_declaration", _SOURCES),  # the heading of an offset
    (f"{_OFFSET}{_SOURCES}\n    ", "typed_declaration", ""),  # its ratio
    (f"{_OFFSET}{_SOURCES}\n    at 1 for 1\n        ", "typed_declaration", ""),  # others below
)
"""What a line can be parsed among: what stands before it, as what, and what stands after it."""
ARROW: Final = " → "
"""Between what was and what is now."""


@frozen(eq=False)
class PolicyLines:
    """The lines of one policy as somebody reads them."""

    policy: Policy
    language: Language
    known: dict[str, str] = field(factory=dict, init=False)
    names: dict[str, str] = field(factory=dict, init=False)
    """What each name is called, where it is not called by itself."""

    def line(self, text: str) -> str:
        """A line as it is written in the policy, in the language of the reader."""
        if text not in self.known:
            if not self.names:
                self.names.update(_called(self.policy, self.language))
            self.known[text] = self._said(text)
        return self.known[text]

    def part(self, requirement: str, part: str) -> str:
        """A part of a requirement as it is called; to who reads English, what it asks where it is called in Chinese."""
        told = not _CHINESE.search(part) or name_is_in(part, self.language)
        if told or requirement not in self.policy.requirements:
            return part
        cases = (inner for case in self.policy.requirements[requirement].cases for inner in (case, *case.of))
        return next((self.line(case.text) for case in cases if case.label == part and case.text), part)

    def change(self, text: str, before: "PolicyLines") -> str:
        """A line, or one of the policy before and what stands in its place, `line → line`, likewise."""
        was, arrow, now = text.partition(ARROW)
        return f"{before.line(was)}{arrow}{self.line(now)}" if arrow else self.line(text)

    def _said(self, text: str) -> str:
        if not text:
            return text
        for before, start, after in _AMONG:
            try:
                whole = concrete(SourceFile("line", before + text + after), self.names, start)
            except (UnexpectedToken, LexicalError):
                continue
            words = translated(whole, self.language)[before.count("\n")].words
            said = joined(
                [evolve(word, text=self.names.get(word.text, word.text)) for word in words], whole.source.text
            )
            return _BLANK_IN_CHINESE.sub("", said)
        return text


def _called(policy: Policy, language: Language) -> Mapping[str, str]:
    """All names and labels of a policy, each with what it is called in a language: the label that most things with the
    name have, if it fits; a label of the other language, the name that alone has it.
    """
    called: dict[str, Counter[str]] = {}
    owners: dict[str, set[str]] = {}
    for name, labels in _declared(policy):
        fit = first_fit(name, labels, language)
        called.setdefault(name, Counter())[fit if _CHINESE.search(fit) else name] += 1
        for text in labels:
            owners.setdefault(text, set()).add(name)
    for text, names in owners.items():
        own = next(iter(names)) if len(names) == 1 and not name_is_in(text, language) else text
        called.setdefault(text, Counter({own if name_is_in(own, language) else text: 1}))
    return {name: found.most_common(1)[0][0] for name, found in called.items()}


def _declared(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    columns: list[Column] = [*policy.attributes, *(x for kind in policy.kinds.values() for x in kind.columns)]
    things = (policy.accounts, policy.rules, policy.facts, policy.requirements, policy.kinds, policy.periods)
    yield from ((column.name, column.labels) for column in columns)
    yield from ((name, thing.labels) for group in things for name, thing in group.items())
    yield from ((name, labels) for values in policy.choices.values() for name, labels in values.items())
    yield from ((name, (text,)) for name, text in policy.unit_labels.items())
    labels = (policy.setting_labels, policy.record_fact_labels, policy.table_labels)
    yield from ((name, (text,)) for each in labels for text, name in each.items())
