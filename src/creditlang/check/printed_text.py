"""Does the printed text agree with itself: values printed twice, references to articles, stretches it leaves out?"""

from collections.abc import Iterator

from creditlang.core.operators import Policy
from creditlang.diagnostics import Diagnostic, Label, report
from creditlang.resolve import Program
from creditlang.syntax import tree as t
from creditlang.words import first_fit


def check_values(program: Program) -> Iterator[Diagnostic]:
    """Named values that the text prints differently in another place."""
    for name, node in program.lets.items():
        first = node.values[0].value
        for other in node.printed:
            if isinstance(first, t.Number) and isinstance(other.value, t.Number) and first.value != other.value.value:
                values = {"value": f"{first.value:f}", "other": f"{other.value.value:f}"}
                yield report("CR318", other.span, Label(first.span), name=first_fit(name, node.labels), **values)


def check_references(policy: Policy, program: Program) -> Iterator[Diagnostic]:
    """References that lead to another article than the one at which their aim stands."""
    for reference in program.references:
        articles = articles_of(policy, program, reference.name.text)
        printed = [cite.text.replace("（", "(").replace("）", ")") for cite in reference.cites]
        if articles and not any(_leads(cite, article) for cite in printed for article in articles):
            words = {"printed": "；".join(printed), "name": reference.name.text, "article": "；".join(articles)}
            yield report("CR338", reference.span, **words)


def articles_of(policy: Policy, program: Program, text: str) -> tuple[str, ...]:
    """The articles at which a declaration stands, by its name or label."""
    item, account = program.item(text), program.account(text)
    if item is not None:
        return _parts(policy.rules[item.name].article)
    if account is not None:
        return _parts(policy.accounts[account.name].article)
    for sort, declared in (("fact", program.facts), ("require", program.requires)):
        name = program.canonical(sort, text)
        if name is not None:
            return tuple(cite.text for cite in declared[name].cites)
    names = [program.canonical(sort, text) for sort in ("let", "table", "adjust", "kind")]
    return next((policy.article_of.get(name, ()) for name in names if name is not None), ())


def _parts(articles: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in articles.split("；") if part.strip())


def _leads(cite: str, article: str) -> bool:
    """Whether a citation names an article or one around it: 第八条(一) leads to 第八条(一)2, not to 第八条(一1)."""
    rest = article.removeprefix(cite)
    return article.startswith(cite) and not (cite[-1:].isdecimal() and rest[:1].isdecimal())
