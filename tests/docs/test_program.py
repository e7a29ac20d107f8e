"""The page for programs is run, block by block; the Chinese one has the same code, and a policy that says the same."""

import io
import re
import tokenize
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from tests.docs.test_tutorial import DOCS, FENCE, Reader

import creditlang

PAGES = {
    language: (DOCS / f"program{ending}").read_text("utf-8") for language, ending in (("en", ".md"), ("zh", ".zh.md"))
}
CODE = {
    language: [x["text"] for x in FENCE.finditer(page) if x["kind"] == "python"] for language, page in PAGES.items()
}


class ProgramReader(Reader):
    """Follows cells of notebooks, too."""

    def follow(self, block: re.Match[str]) -> str:
        """Do what a block says."""
        if block["kind"] != "ipython":
            return super().follow(block)
        self.blocks += 1
        InteractiveShell.instance().run_cell(block["text"]).raise_error()
        return block[0]


def test_the_page_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    reader = ProgramReader("en", monkeypatch)
    assert FENCE.sub(reader.follow, PAGES["en"]) == PAGES["en"]
    assert len(re.findall("```|~~~", PAGES["en"])) == 2 * reader.blocks


def without_words(code: str) -> list[str]:
    """The tokens of a block, without comments."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type != tokenize.COMMENT]


def test_both_pages_have_the_same_code() -> None:
    assert list(map(without_words, CODE["en"])) == list(map(without_words, CODE["zh"]))


def test_both_policies_say_the_same() -> None:
    one, two = (
        creditlang.load(next(x["text"] for x in FENCE.finditer(page) if x["kind"] == "credit"))
        for page in PAGES.values()
    )
    given = {"activity": [{"item": item, "on": "2024-10-08", "hours": 1.5} for item in ("reading", "service") * 3]}
    results = [policy.evaluate({"grade": 7}, given) for policy in (one, two)]
    assert results[0].tables["accounts"].rows == results[1].tables["accounts"].rows
    assert [x.disposition for x in results[0].records] == [x.disposition for x in results[1].records]
