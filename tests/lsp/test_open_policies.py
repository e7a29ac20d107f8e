"""Texts of a large policy: what is answered while it is compiled, and what is not compiled for it."""

import pytest

from creditlang.extensions import Extensions
from creditlang.lsp.open_policies import OpenPolicies, OpenPolicy
from creditlang.source import SourceFile

TEXT = "unit credit\ncategory moral in credit\n    item lecture\n        1 per event\n"


@pytest.fixture
def policies() -> OpenPolicies:
    """One policy, compiled once, as if that had taken long."""
    opened = OpenPolicies(Extensions)
    opened.put("file:///policy.credit", TEXT)
    opened.at("file:///policy.credit")
    opened.texts["file:///policy.credit"].seconds = 9
    return opened


def test_a_large_policy_is_not_compiled_for_each_key(policies: OpenPolicies, monkeypatch: pytest.MonkeyPatch) -> None:
    last = policies.at("file:///policy.credit")
    policies.put("file:///policy.credit", f"{TEXT}category made in\n")
    monkeypatch.setattr(policies, "compiled", lambda *_: pytest.fail("compiled"))
    source, policy, names = policies.as_typed("file:///policy.credit")
    assert (source.text, policy) == (f"{TEXT}category made in\n", last)
    assert names.find("moral", "account") is not None
    (found,) = policies.unread("file:///policy.credit")
    assert found.span is not None and found.span.source is source


def test_a_text_that_changes_while_it_is_compiled(policies: OpenPolicies, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_it = policies.compiled

    def meanwhile(source: SourceFile, sources: list[SourceFile]) -> OpenPolicy:
        if source.text == TEXT + "# a":
            policies.put("file:///policy.credit", f"{TEXT}# ab")
        return compile_it(source, sources)

    monkeypatch.setattr(policies, "compiled", meanwhile)
    policies.put("file:///policy.credit", f"{TEXT}# a")
    assert policies.at("file:///policy.credit").source.text == f"{TEXT}# a"
    assert policies.at("file:///policy.credit").source.text == f"{TEXT}# ab"
