"""What an editor asks about a text being written: findings and colours, what can come next, what a word means."""

from creditlang.diagnostics import Language
from creditlang.ide import complete, highlight, hover
from creditlang.ide.declarations import declarations
from creditlang.server import questions as q
from creditlang.server.known_policies import KnownPolicies, KnownPolicy
from creditlang.server.policy_answers import VERSION, listed_findings
from creditlang.syntax import tree as t
from creditlang.words import first_fit


def edited(question: q.PolicyQuestion, known: KnownPolicies, language: Language) -> q.Edited:
    """The findings in a text, its colours and what it declares."""
    policy = known.policy(question.policy)
    return {
        "version": VERSION,
        "diagnostics": listed_findings(policy.compiled.diagnostics, policy.language(language)),
        "colours": [
            {"start": piece.start, "end": piece.end, "kind": piece.kind}
            for piece in highlight(policy.source.text, "policy", policy.names)
        ],
        "outline": _outline(policy, language),
    }


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
        for declaration in declarations(policy.compiled, source)
        for found in (declaration, *declaration.inside)
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
