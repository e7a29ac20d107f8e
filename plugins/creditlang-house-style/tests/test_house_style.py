"""The checks keep their promises, and find what they are for."""

from collections.abc import Mapping

from creditlang_house_style import articles, creditlang_checks, labels

from creditlang.plugin import Check
from creditlang.testing import CheckContract, words_of

POLICY = """
unit credit "学分"
record activity
    item : item
category sport in credit                 [第一条]
    item run : 1 per event               [第一条]
    item swim "游泳" : 1 per event
category travel "社会实践" in credit
"""


class TestHouseStyle(CheckContract):
    def checks(self) -> Mapping[str, Check]:
        return creditlang_checks()


def test_what_has_no_label() -> None:
    assert [finding.about for finding in labels(words_of(POLICY))] == [("item", "run"), ("account", "sport")]


def test_what_has_no_article() -> None:
    assert [finding.about for finding in articles(words_of(POLICY))] == [("account", "travel")]
