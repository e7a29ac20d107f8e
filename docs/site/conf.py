"""Sphinx: Markdown by MyST, the theme furo, and a search that finds Chinese."""

import re
from typing import ClassVar

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

from creditlang.ide.policy_lexer import PolicyLexer

project = "creditlang"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "creditlang"
_MONOSPACE = '"Noto Sans Mono CJK SC", "Sarasa Mono SC", NSimSun, Menlo, Consolas, monospace'
"""First what has Chinese characters exactly twice as wide as others: policies are laid out in columns."""
html_theme_options = {"light_css_variables": {"font-stack--monospace": _MONOSPACE}}
myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "__init__"}
autodoc_typehints = "description"
autodoc_class_signature = "separated"
_PIECES = """
function splitQuery(query) {
  const found = [];
  for (const part of query.toLowerCase().match(/[\\u3400-\\u9fff]+|[\\p{L}\\p{N}_]+/gu) || []) {
    if (!/[\\u3400-\\u9fff]/.test(part) || part.length < 2) { found.push(part); continue; }
    for (let i = 0; i + 2 <= part.length; i++) found.push(part.slice(i, i + 2));
  }
  return found;
}
"""


class TwoCharacters(SearchLanguage):
    """Chinese in pieces of two characters, in the index and in what is asked alike; Sphinx's own has no stemmer."""

    lang = "zh"
    language_name = "Chinese"
    js_stemmer_rawcode = ""
    js_stemmer_code = "window.Stemmer = function () { this.stemWord = word => word; };"
    js_splitter_code = _PIECES
    stopwords: ClassVar[set[str]] = set()

    def split(self, text: str) -> list[str]:
        """The pieces of a text."""
        found: list[str] = []
        for part in re.findall(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+", text.lower()):
            chinese = "\u3400" <= part[0] <= "\u9fff" and len(part) > 1
            found += [part[i : i + 2] for i in range(len(part) - 1)] if chinese else [part]
        return found

    def stem(self, word: str) -> str:
        """The word itself."""
        return word

    def word_filter(self, word: str) -> bool:
        """Every piece is kept."""
        return bool(word)


def setup(app: Sphinx) -> None:
    """Tell Sphinx of the search, and how policies and sessions are coloured."""
    app.add_search_language(TwoCharacters)
    app.add_lexer("credit", PolicyLexer)
    for name in ("session", "csv", "http"):
        app.add_lexer(name, TextLexer)
