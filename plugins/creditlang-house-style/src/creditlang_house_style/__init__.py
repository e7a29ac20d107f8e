"""House style: what an officer reads has a Chinese label, and what a student is told has an article."""

import re
from collections.abc import Iterable, Iterator, Mapping

from creditlang.diagnostics import Phrase
from creditlang.plugin import About, Check, Finding, PolicyWords, hookimpl

creditlang_hook_version = 1

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LONGEST_LABEL = 60
_NO_LABEL = Phrase("it has no Chinese label, so officers see its short name", "没有中文标签，老师看到的是简称")
_NO_ARTICLE = Phrase("it cites no article that a student could be told", "没有引用条款，学生无从知道依据")


def labels(policy: PolicyWords) -> Iterator[Finding]:
    """Everything that appears in results has a Chinese label of readable length."""
    called: list[tuple[About, str]] = [(("item", x.name), x.label) for x in policy.items.values()]
    called += [(("account", x.name), x.label) for x in policy.accounts.values()]
    called += [(("requirement", x.name), x.label) for x in policy.requirements.values()]
    called += [(("fact", name), label) for name, label in policy.facts.items()]
    for about, label in called:
        if not _CHINESE.search(label):
            yield Finding(about, _NO_LABEL)
        elif len(label) > _LONGEST_LABEL:
            sentence = Phrase(f"its label has {len(label)} characters", f"标签有{len(label)}个字，不便阅读")
            yield Finding(about, sentence)


def articles(policy: PolicyWords) -> Iterable[Finding]:
    """Every item and account cites an article."""
    for item in policy.items.values():
        if not item.article:
            yield Finding(("item", item.name), _NO_ARTICLE, serious=True)
    for account in policy.accounts.values():
        if not account.article:
            yield Finding(("account", account.name), _NO_ARTICLE, serious=True)


@hookimpl
def creditlang_checks() -> Mapping[str, Check]:
    """Two checks that `creditlang check` runs."""
    return {"house-style-labels": labels, "house-style-articles": articles}
