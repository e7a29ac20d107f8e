"""The catalogue of codes: one page a code, read when it is first needed.

A page is a Markdown file: simple ``key: value`` lines between two ``---`` lines (code, name, severity, en, zh, and
where there is a remedy fix_en and fix_zh), then the explanation under ``## English`` and again under ``## 中文``.
Sentences are templates. A placeholder is a plain name in braces, nothing else is special in them, and what fills it is
never itself read as a template.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from creditlang.diagnostics.diagnostic import Diagnostic, Language, Severity, in_language
from creditlang.source import visible

LONGEST_VALUE: Final = 300
"""Code points of one value that a message shows: a cell may hold a whole letter."""

_PAGES: Final = Path(__file__).with_name("pages")
_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_CODE: Final = re.compile(r"CR[0-9]{3}")
_HEADINGS: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}
_REQUIRED: Final = frozenset({"code", "name", "severity", "en", "zh"})
_KEYS: Final = _REQUIRED | {"fix_en", "fix_zh"}


class UnknownCode(LookupError):
    """No page has this code."""


class BadPage(ValueError):
    """A page does not have the shape that the catalogue expects."""


@frozen
class Page:
    """One code: its sentence and remedy in both languages, and the explanation."""

    code: str
    name: str
    severity: Severity
    sentences: dict[Language, str]
    fixes: dict[Language, str]
    bodies: dict[Language, str]


def placeholders(template: str) -> tuple[str, ...]:
    """The names that a template wants filled, in order."""
    return tuple(_PLACEHOLDER.findall(template))


def parse_page(text: str) -> Page:
    """Read a page from its text. Raises `BadPage` with what is wrong."""
    opening, front, body = [*text.split("---\n", 2), "", ""][:3]
    if opening or not body:
        raise BadPage("a page begins with keys between two --- lines")
    keys: dict[str, str] = {}
    for line in filter(str.strip, front.splitlines()):
        key, colon, value = line.partition(":")
        if not colon or key not in _KEYS or key in keys:
            raise BadPage(f"not a key, or a second time: {line}")
        keys[key] = value.strip()
    if missing := _REQUIRED - {key for key, value in keys.items() if value}:
        raise BadPage(f"missing: {', '.join(sorted(missing))}")
    fixes: dict[Language, str] = {}
    if "fix_en" in keys or "fix_zh" in keys:
        fixes = {"en": keys.get("fix_en", ""), "zh": keys.get("fix_zh", "")}
    return Page(
        code=keys["code"],
        name=keys["name"],
        severity=Severity(keys["severity"]),
        sentences={"en": keys["en"], "zh": keys["zh"]},
        fixes=fixes,
        bodies={language: _section(body, heading) for language, heading in _HEADINGS.items()},
    )


def _section(body: str, heading: str) -> str:
    match = re.search(rf"^## {heading}\n(.*?)(?=^## (?:English|中文)\n|\Z)", body, re.MULTILINE | re.DOTALL)
    return match.group(1).strip() if match else ""


@cache
def page(code: str) -> Page:
    """The page of `code`. Raises `UnknownCode`, or `BadPage` when the page is malformed."""
    if not _CODE.fullmatch(code):
        raise UnknownCode(code)
    try:
        text = _PAGES.joinpath(f"{code}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnknownCode(code) from None
    try:
        return parse_page(text)
    except ValueError as problem:
        raise BadPage(f"{code}.md: {problem}") from None


def codes() -> tuple[str, ...]:
    """Every code that has a page, in order."""
    names = (entry.name.removesuffix(".md") for entry in _PAGES.iterdir() if entry.name.endswith(".md"))
    return tuple(sorted(filter(_CODE.fullmatch, names)))


def _fill(template: str, diagnostic: Diagnostic, language: Language) -> str:
    def value(match: re.Match[str]) -> str:
        argument = diagnostic.arguments.get(match.group(1))
        if argument is None:
            return match.group()
        words = in_language(argument, language)
        return words if len(words) <= LONGEST_VALUE else words[:LONGEST_VALUE] + "…"

    return visible(_PLACEHOLDER.sub(value, template))


def message(diagnostic: Diagnostic, language: Language = "en") -> str:
    """The diagnostic's sentence, one line, safe to print."""
    return _fill(page(diagnostic.code).sentences[language], diagnostic, language)


def fix(diagnostic: Diagnostic, language: Language = "en") -> str | None:
    """What would remedy it, or `None` when the page has no remedy or a value that it names is not known."""
    template = page(diagnostic.code).fixes.get(language)
    if not template or not all(diagnostic.arguments.get(name) for name in placeholders(template)):
        return None
    return _fill(template, diagnostic, language)


def explain(code: str, language: Language = "en") -> str | None:
    """The explanation on the page of `code`, in Markdown, or `None` when there is no such code."""
    try:
        return page(code.strip().upper()).bodies[language]
    except UnknownCode:
        return None
