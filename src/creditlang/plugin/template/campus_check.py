"""A check of policies."""

from collections.abc import Iterator, Mapping

from creditlang.diagnostics import Phrase
from creditlang.plugin import Check, Finding, PolicyWords, hookimpl

creditlang_hook_version = 1


def issuers(policy: PolicyWords) -> Iterator[Finding]:
    """A policy says who issued it."""
    if not policy.issuer:
        yield Finding(("policy", policy.identifier), Phrase("it has no issuer", "没有写发文单位"))


@hookimpl
def creditlang_checks() -> Mapping[str, Check]:
    """`creditlang check` runs it."""
    return {"campus": issuers}
