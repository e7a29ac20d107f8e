"""Is every rule's article named, and named once?"""

from collections.abc import Iterator

from creditlang.core.operators import Policy
from creditlang.diagnostics import Diagnostic, Label, report
from creditlang.resolve import Program


def check_citations(policy: Policy, program: Program) -> Iterator[Diagnostic]:
    """In a policy that lists its articles: items without one, and two items with the same place inside
    one; a whole article may well have several rules."""
    if not policy.articles:
        return
    seen: dict[str, str] = {}
    for name, item in program.items.items():
        if not item.node.cites and any(line.cites for line in item.node.lines):
            continue
        if not item.node.cites:
            yield report("CR332", item.node.name.span, name=name)
            continue
        article = policy.rules[name].article
        around = policy.accounts[policy.rules[name].account].article
        if article in seen and article not in (around, *policy.articles):
            first = program.items[seen[article]].node
            yield report("CR331", item.node.cites[0].span, Label(first.cites[0].span), article=article)
        seen.setdefault(article, name)


def check_examples(policy: Policy, program: Program) -> Iterator[Diagnostic]:
    """In a policy that lists its articles: examples that cite others."""
    known = (*policy.articles, *(reading.article for reading in policy.readings), "附件")
    for example in (*program.every_example, *program.examples) if policy.articles else ():
        for cite in example.cites:
            if not cite.text.replace("（", "(").replace("）", ")").startswith(tuple(filter(None, known))):
                yield report("CR334", cite.span, article=cite.text)


def check_fields(policy: Policy, program: Program, used: set[tuple[str, str]]) -> Iterator[Diagnostic]:
    """Fields declared and never used; texts may serve lists and forms, and what puts a record in time is used."""
    for name, symbol in program.attributes.items():
        if ("attribute", name) not in used and symbol.type.name != "text":
            yield report("CR333", symbol.node.name.span, name=name)
    for kind in program.kinds.values():
        in_time = {found.name for sort in ("item", "date", "semester") if (found := kind.first(sort))}
        for name, symbol in kind.fields.items():
            if (kind.name, name) not in used and name not in in_time and symbol.type.name != "text":
                yield report("CR333", symbol.node.name.span, name=name)
