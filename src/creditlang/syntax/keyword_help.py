"""What each keyword does, with an example in both dialects: `grammar/keyword_help.toml`, for people who ask.

A session shows it after `help WORD`, an editor beside the word. The written forms are those of `grammar/keywords.toml`,
which stays the only place that knows them.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from textwrap import indent
from types import MappingProxyType

from attrs import frozen

from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.resources import grammar_path
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import half_width


@frozen
class KeywordHelp:
    """What is told of one keyword. `says` is one or two sentences, `example` one to four lines of a policy."""

    terminal: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    says: Phrase
    example: Phrase
    around: str
    """What the example stands in: `alone`, `file`, or the declaration that it is a part of the body of."""
    see: tuple[str, ...]
    first_for: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything that it is written as."""
        return (*self.en, *self.zh)


@cache
def keyword_help() -> Mapping[str, KeywordHelp]:
    """What is told of every keyword, by terminal, in the order of the file; read once."""
    table = tomllib.loads(grammar_path("keyword_help.toml").read_text(encoding="utf-8"))
    forms = keywords().forms
    return MappingProxyType({
        terminal: KeywordHelp(
            terminal, forms[terminal]["en"], forms[terminal]["zh"],
            Phrase(entry["says"]["en"], entry["says"]["zh"]),
            Phrase(entry["example"]["en"], entry["example"]["zh"]),
            entry["around"], tuple(entry["see"]), tuple(entry.get("first_for", ())),
        )
        for terminal, entry in table.items()
    })  # fmt: skip


@cache
def _by_form() -> Mapping[str, tuple[KeywordHelp, ...]]:
    """Written form to the keywords that it may stand for, the commonest first; longest form first."""
    found: dict[str, list[KeywordHelp]] = {}
    for entry in keyword_help().values():
        for form in entry.forms:
            found.setdefault(form, []).append(entry)
    return {
        form: tuple(sorted(found[form], key=lambda entry: form not in entry.first_for))
        for form in sorted(found, key=lambda form: -len(form))
    }


def of(word: str) -> tuple[KeywordHelp, ...]:
    """What is told of a word that is written in a policy, in either dialect; nothing if it is no keyword.

    Upper case, full width and the number of spaces do not matter. A form that serves several keywords gives them all,
    the commonest first. More than a form (`cap 1 per week`, 最高1学分) means the longest that it begins with; less than
    one (`highest`, 从高) means all that begin so, the longest form first.
    """
    asked = " ".join(half_width(word).lower().split())
    table = _by_form()
    if asked in table:
        return table[asked]
    begun = next((form for form in table if asked.startswith(form) and not asked[len(form)].isalpha()), None)
    if begun is not None:
        return table[begun]
    start = f"{asked} " if asked.isascii() else asked
    longer = (entry for form, entries in table.items() if form.startswith(start) for entry in entries)
    return tuple(dict.fromkeys(longer)) if asked else ()


def help_text(entry: KeywordHelp, language: Language) -> str:
    """The lines that tell of a keyword: its forms, what it does, the example, the forms in the other language, more."""
    chinese = language == "zh"
    comma, stop = ("、", "。") if chinese else (", ", ".")
    own, other = (entry.zh, entry.en) if chinese else (entry.en, entry.zh)
    example = indent(in_language(entry.example, language), "    ")
    lines = [comma.join(own or other), in_language(entry.says, language), "", example, ""]
    if own and other:
        lines.append(("英文：" if chinese else "In Chinese: ") + comma.join(other) + stop)
    if entry.see:
        named = dict.fromkeys(keywords().written(terminal, language) for terminal in entry.see)
        lines.append(("另见：" if chinese else "See also: ") + comma.join(named) + stop)
    return "\n".join(lines)
