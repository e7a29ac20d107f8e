"""What the browser is given: every word is in the table of words, nothing comes from elsewhere, no markup from data."""

import re
from string import Formatter

import pytest

from creditlang.diagnostics import Language
from creditlang.page import ASSETS, HEADERS
from creditlang.page.page_words import page_words

SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in ASSETS.glob("*.js")}
PAGE = (ASSETS / "index.html").read_text(encoding="utf-8")
SAID = re.compile(r'say\(\s*["`]([\w${}]+)["`](?:, \{([^}]*)\})?')


def _asked() -> dict[str, set[str]]:
    """The words that the page asks for, each with the values that it gives."""
    found: dict[str, set[str]] = {}
    for text in SCRIPTS.values():
        for name, values in SAID.findall(text):
            found.setdefault(name, set()).update(part.split(":")[0].strip() for part in values.split(",") if part)
    for name in re.findall(r'data-(?:word|label)="(\w+)"', PAGE):
        found.setdefault(name, set())
    return found


def test_every_word_is_there_and_asked_for() -> None:
    written = "".join(SCRIPTS.values())
    asked = {name for name in _asked() if "$" not in name}
    asked |= {f"column_{name}" for name in re.findall(r'"(\w+)"', re.search(r"heads = \[(.*)\]", written)[1])}  # type: ignore[index]
    asked |= set(re.findall(r'block\("(\w+)"', written))
    assert asked == page_words("en").keys()


def test_words_have_the_values_that_the_page_gives() -> None:
    for name, given in _asked().items():
        if "$" in name:
            continue
        for language in ("en", "zh"):
            wanted = {field for _, field, _, _ in Formatter().parse(page_words(language)[name]) if field}
            assert wanted == given, name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_a_language_are_in_it(language: Language) -> None:
    chinese = {name for name, text in page_words(language).items() if re.search(r"[\u3400-\u9fff]", text)}
    assert chinese == (set() if language == "en" else page_words("zh").keys() - {"between"})


def test_no_markup_is_made_of_data_and_nothing_comes_from_elsewhere() -> None:
    for name, text in SCRIPTS.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text), name
    for path in ASSETS.iterdir():
        assert "//" not in re.sub(r"(?m)(^|\s)//.*$", "", path.read_text(encoding="utf-8")), path.name
    policy = dict(rule.strip().split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["connect-src"] == "'self'"


def test_no_sentence_stands_in_a_script_or_the_page() -> None:
    for name, text in SCRIPTS.items():
        code = re.sub(r"(?m)(^\s*|\s)//.*$|/\*\*.*?\*/", "", text)
        assert not re.search(r"[\u3400-\u9fff]", code.replace("中文", "")), name
    assert not re.search(r">\s*[A-Za-z]{2,}", re.sub(r"creditlang|<style.*?</style>", "", PAGE))
