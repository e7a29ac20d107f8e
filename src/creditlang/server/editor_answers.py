"""What an editor asks about a text being written: findings and colours, what can come next, what a word means."""

from collections.abc import Iterator

from creditlang.diagnostics import Language
from creditlang.ide import complete, highlight, hover
from creditlang.ide.completion import declaration_start
from creditlang.ide.declarations import declarations, flat
from creditlang.server import questions as q
from creditlang.server.known_policies import KnownPolicies, KnownPolicy
from creditlang.server.policy_answers import VERSION, listed_findings
from creditlang.syntax import tree as t
from creditlang.words import first_fit


def edited(question: q.Lines, known: KnownPolicies, language: Language) -> q.Edited:
    """The findings in a text, its colours and what it declares."""
    policy = known.policy(question.policy)
    return {
        "version": VERSION,
        "diagnostics": listed_findings(policy.compiled.diagnostics, policy.language(language)),
        "colours": list(_colours(policy, question.first, question.last)),
        "outline": _outline(policy, language),
    }


def _colours(policy: KnownPolicy, first: int, last: int | None) -> Iterator[q.Colour]:
    """The colours of some lines; what is read for them begins with the declaration that the first of them is in."""
    text, starts = policy.source.text, policy.source.line_starts
    start = starts[min(first, len(starts)) - 1]
    end = len(text) if last is None or last >= len(starts) else starts[last]
    begun = declaration_start(text[:start])
    for piece in highlight(text[begun:end], "policy", policy.names):
        if begun + piece.end > start:
            yield {"start": begun + piece.start, "end": begun + piece.end, "kind": piece.kind}


def _outline(policy: KnownPolicy, language: Language) -> list[q.Outlined]:
    source = policy.source
    return [
        {
            "name": found.name,
            "label": first_fit(found.name, found.labels, language),
            "sort": found.sort,
            "line": source.line_number(found.place.start),
            "articles": [cite.text for cite in found.node.cites] if isinstance(found.node, t.Line) else [],
        }
        for found in flat(declarations(policy.compiled, source))
    ]


def completed(question: q.AtPlace, known: KnownPolicies, language: Language) -> q.Completions:
    """What can come next at a place."""
    policy = known.policy(question.policy)
    at = min(question.at, len(policy.source.text))
    found = complete(policy.source.text, at, "policy", policy.names, policy.language(language))
    return {
        "version": VERSION,
        "completions": [{"text": x.text, "start": x.start, "sort": x.sort, "about": x.about} for x in found],
    }


def hovered(question: q.AtPlace, known: KnownPolicies, language: Language) -> q.Hovered:
    """What the word at a place means."""
    policy = known.policy(question.policy)
    found = hover(policy.compiled, policy.source, policy.names, question.at, policy.language(language))
    if found is None:
        return {"version": VERSION, "start": question.at, "end": question.at, "text": ""}
    return {"version": VERSION, "start": found.start, "end": found.end, "text": found.text}
