"""What was meant by a line that is not understood: the forms of `grammar/near_words.toml` that are then understood.

A pattern alone says little, so each is tried: the line, with the headings it stands under, is parsed with the form in
its place, and only what the parser takes is advised. One pattern is tried after the other, then all of them together.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

from attrs import frozen

from creditlang.diagnostics import Diagnostic, Meant, Phrase, either, report
from creditlang.resources import grammar_path
from creditlang.source import SourceFile, Span
from creditlang.syntax.keywords import keywords

Understands = Callable[[str], bool]
"""Whether the parser takes a line in the place of the one that it did not."""
LONGEST_LINE = 200
"""The longest line that is looked at: people write such lines by hand."""
_BODY = re.compile(r"[^:]*:[ \t]*(?=\S)")
"""What stands before a body that follows a colon: such a body is a line too."""
_NUMBERS = {"one": "1", "two": "2", "three": "3"} | {word: str(n) for n, word in enumerate("一二三四五六七八九十", 1)}
_TEMPLATE = re.compile(r"<100-(\d)>|<number-(\d)>|<(kind|date|number|account)>|<joined-(\d)>|<field-(\d)>")
_CITATIONS = re.compile(r"(?:(?<![ \t])[ \t]*+(?<!\w)\[[^\[\]]*\])+$")
_FIRST_KIND = re.compile(r"^(?:record|记录)[ \t]*([^\W\d]\w*)", re.MULTILINE)
_FIRST_ACCOUNT = re.compile(r"^(?:category|类别)[ \t]*([^\W\d]\w*)", re.MULTILINE)
_FIRST_FIELD = {
    sort: re.compile(rf"^[ \t]+([^\W\d]\w*)[^:\n]*:[ \t]*(?:{words})", re.MULTILINE)
    for sort, words in (("date", "date|日期"), ("number", "number|whole number|数|整数"))
}


@frozen
class _Near:
    """One entry of the table."""

    written: re.Pattern[str]
    instead: tuple[str, ...] = ()
    elsewhere: str = ""
    anyway: bool = False


@cache
def _table() -> tuple[_Near, ...]:
    import tomllib  # read only for a line that is not understood

    table = tomllib.loads(grammar_path("near_words.toml").read_text(encoding="utf-8"))
    entries = [entry for language in ("en", "zh") for entry in table[language]]
    return tuple(
        _Near(re.compile(x["written"]), tuple(x.get("instead", ())), x.get("elsewhere", ""), x.get("anyway", False))
        for x in entries
    )


@cache
def _by_needed() -> dict[str, tuple[int, ...]]:
    """The places of the entries in the table, by the texts of which one stands in what is written so."""
    found: dict[str, tuple[int, ...]] = {}
    for place, near in enumerate(_table()):
        for text in needed_by(near.written.pattern):
            found[text] = (*found.get(text, ()), place)
    return found


def _possible(line: str) -> list[_Near]:
    """The entries that a line, or a part of it, can match: few of all, and it is soon seen which."""
    places = {place for text, found in _by_needed().items() if text in line for place in found}
    return [_table()[place] for place in sorted(places)]


def needed_by(pattern: str) -> tuple[str, ...]:
    """Texts of which one stands in whatever a pattern matches, the longest that can be told; one empty if none can."""
    groups: list[tuple[str, ...]] = []

    def of_group(group: re.Match[str]) -> str:
        groups.append(("",) if "!" in (group[1] or "") else of_alternatives(group[2]))
        return chr(_GROUPS + len(groups) - 1)

    def of_alternatives(written: str) -> tuple[str, ...]:
        return tuple(text for each in written.split("|") for text in of_sequence(each))

    def of_sequence(written: str) -> tuple[str, ...]:
        parts = [part for run in _NOT_LITERAL.split(written) for part in _GROUP_PLACE.split(run)]
        found = [groups[ord(part) - _GROUPS] if _GROUP_PLACE.fullmatch(part) else (part,) for part in parts]
        return max(found, key=lambda texts: min(map(len, texts)))

    rest = _CLASS_OR_ESCAPE.sub("\n", pattern)
    while (outer := _GROUP.sub(of_group, rest)) != rest:
        rest = outer
    return of_alternatives(rest)


_CLASS_OR_ESCAPE = re.compile(r"\\.|\[[^]]*\]")
_GROUP = re.compile(r"\((\?<?[:=!])?([^()]*)\)")
_GROUPS = 0xE000
_GROUP_PLACE = re.compile("([\ue000-\uf8ff])")
_NOT_LITERAL = re.compile(r"[\n^$.+]|.?(?:[?*]|\{[^}]*\})")


def meant(
    source: SourceFile, text: str, start: int, understands: Understands, parsed: bool = False
) -> Diagnostic | None:
    """What was meant by the line of half-width `text` (all of `source`, of the same length) that begins at `start`.

    `parsed`: the line could be parsed, and a name in it is not known.
    """
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end].split("#", maxsplit=1)[0].rstrip()
    begins = start + len(line) - len(line.lstrip())
    line = _CITATIONS.sub("", line.lstrip())
    if len(line) > LONGEST_LINE:
        return None
    body = _BODY.match(line)
    parts = [(begun, line[begun:]) for begun in ((0, body.end()) if body else (0,))]
    written = False
    for near, (begun, part) in product([x for x in _possible(line) if x.anyway or not parsed], parts):
        match = near.written.search(part)
        if match is None or (begun and near.elsewhere):
            continue
        written = True
        start, end = begun + match.start(), begun + match.end()
        place = Span(source, begins + start, begins + end)
        forms = [_filled(form, match, text) for form in near.instead]
        if near.elsewhere:
            return report("CR012", place, found=place.text, elsewhere=_told(_filled(near.elsewhere, match, text)))
        if all(understands(line[:start] + form + line[end:]) for form in forms):
            return _advice(place, forms)
    return _together(source, text, line, begins, understands) if written and not parsed else None


def _advice(place: Span, forms: list[str]) -> Diagnostic:
    if len(forms) == 1:
        written, form = place.text.strip(), forms[0].strip()
        start = place.start + place.text.index(written)
        place = Span(place.source, start, start + len(written))
        return report("CR011", place, found=written, nearest=Meant(form, True))
    told = [form.strip() for form in forms]
    return report("CR114", place, written=place.text, forms=either(Phrase(f"`{form}`", f"“{form}”") for form in told))


def _told(form: str) -> Phrase:
    """A declaration in words: its heading, and what stands under it."""
    heading, *lines = form.split(" ⏎ ")
    under = either(Phrase(f"`{line}`", f"“{line}”") for line in lines)
    if not lines:
        return Phrase(f"`{heading}`", f"“{heading}”")
    return Phrase(f"`{heading}` and under it {under}", f"“{heading}”，下面写{under.zh}")


def _together(source: SourceFile, text: str, line: str, begins: int, understands: Understands) -> Diagnostic | None:
    """What was meant if several forms of a line are others: advised for the part from the first to the last of them."""
    body = _BODY.match(line)
    front, better = (body.group(), line[body.end() :]) if body else ("", line)
    for near in _table():
        if len(near.instead) == 1:
            better = near.written.sub(lambda match, form=near.instead[0]: _filled(form, match, text), better)  # type: ignore[misc]
    better = front + better
    if better == line or not understands(better):
        return None
    same = next(place for place in range(len(line) + 1) if line[place : place + 1] != better[place : place + 1])
    tail = next(place for place in range(len(line) + 1) if line[-1 - place :][:1] != better[-1 - place :][:1])
    tail = min(tail, len(line) - same, len(better) - same)
    while same > 0 and line[same - 1 : same].isalnum():
        same -= 1
    while tail > 0 and line[len(line) - tail : len(line) - tail + 1].isalnum():
        tail -= 1
    place = Span(source, begins + same, begins + len(line) - tail)
    return _advice(place, [better[same : len(better) - tail]])


def _filled(form: str, match: re.Match[str], text: str) -> str:
    """A form with the parts of what was written."""

    def value(part: re.Match[str]) -> str:
        if part[1]:
            return str(100 - int(match[int(part[1])]))
        if part[2]:
            return _NUMBERS.get(match[int(part[2])], match[int(part[2])])
        if part[4]:
            return match[int(part[4])].replace(" ", "_")
        if part[5]:
            return _field_with(match[int(part[5])], text)
        if part[3] == "account":
            return account[1] if (account := _FIRST_ACCOUNT.search(text)) else "…"
        kind = _FIRST_KIND.search(text)
        found = kind if part[3] == "kind" or kind is None else _FIRST_FIELD[part[3]].search(text, kind.end())
        return found[1] if found else "…"

    return re.sub(r"\\(\d)", lambda part: match[int(part[1])] or "", _TEMPLATE.sub(value, form))


def _field_with(value: str, text: str) -> str:
    """The first field of which something can be the value, listed with it or in a scale or choice."""
    listed = rf"[^:\n]*:[^\n]*(?<!\w){re.escape(value)}(?!\w)"
    scale = re.search(rf"^(?:scale|choice|等级|选项)[ \t]*([^\W\d]\w*){listed}", text, re.MULTILINE)
    of_scale = rf"[^:\n]*:[ \t]*{re.escape(scale[1])}(?!\w)" if scale else listed
    field = re.search(rf"^[ \t]+([^\W\d]\w*)(?:{of_scale})", text, re.MULTILINE)
    return field[1] if field else "…"


def headings(text: str, start: int) -> Iterator[str]:
    """The lines under which the line at `start` stands, the outermost first."""
    lines = text[:start].splitlines()
    depth = _depth(text[start:])
    found = []
    for line in reversed(lines):
        if line.strip() and not line.lstrip().startswith("#") and _depth(line) < depth:
            found.append(line)
            depth = _depth(line)
    yield from reversed(found)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def not_under(above: str) -> Phrase:
    """Where a line belongs that stands under the half-width line `above`, which is complete."""
    return _BELOW if _whole_body().match(above) else _BESIDE


_BESIDE = Phrase("start it in the same column as the line above it", "与上一行对齐")
_BELOW = Phrase(
    "write what follows the colon of the line above on a line of its own too, without the colon",
    "把上一行冒号后面的内容也另起一行写，并去掉冒号",
)


@cache
def _whole_body() -> re.Pattern[str]:
    """A declaration whose body follows its colon."""
    words = ("CATEGORY", "SCORE", "ITEM", "ADJUST", "FACT", "CREDIT", "REQUIRE")
    forms = "|".join(form for word in words for each in keywords().forms[word].values() for form in each)
    return re.compile(rf"[ \t]*(?:{forms})[^:]*:[ \t]*[^#\s]")
