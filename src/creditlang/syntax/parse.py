"""Source text to syntax tree.

A policy without errors is parsed in one pass. With an error, the line that holds it is blanked, with the block under
it, and the declaration around it is parsed again, so that one broken line hides neither the errors after it nor the
declarations beside it.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from threading import Lock
from typing import Literal

from attrs import evolve, frozen

from creditlang.diagnostics import Diagnostic, Phrase, applied_edits, nearest, report
from creditlang.source import SourceFile, Span
from creditlang.syntax.children import place_of
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.expected_words import NAMED, described, expected_words
from creditlang.syntax.from_lark import TreeBuilder
from creditlang.syntax.generated import generated, grammar_file, made_from
from creditlang.syntax.kept_declarations import KeptDeclarations, blank, changed_text, leaves_open, part_of, with_items
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import (
    LexicalError,
    PlacedToken,
    Prepared,
    half_width,
    prepare,
)
from creditlang.syntax.near_words import LONGEST_LINE, headings, meant, not_under
from creditlang.syntax.parser_tables import END, Parser, UnexpectedToken
from creditlang.syntax.text_limits import check_limits
from creditlang.syntax.tree import Line, Module, Node

MAXIMUM_ERRORS = 20
Typed = Literal["declaration", "line", "expression", "record", "records", "condition", "setting", "value"]
"""What may be typed by itself at a prompt: `typed_…` in the grammar."""
_BUILDING = Lock()


@frozen
class Parsed:
    """What a source says: its tree, as far as it could be read, and what is wrong with the rest."""

    module: Module
    diagnostics: tuple[Diagnostic, ...]
    names: frozenset[str]
    """The Chinese names that it declares, those that are words of the language too, and those that were known."""
    unread: str = ""
    """The lines that could not be read."""


def parser_with(builder: object) -> Parser:
    """A parser whose trees `builder` makes: from its tables, or from the grammar if they are of another grammar."""
    tables = generated()
    if tables["grammar"] != made_from(grammar_file("creditlang.lark")):
        from creditlang.syntax.lark_grammar import made

        tables = json.loads(made())
    return Parser(tables, builder)


@cache
def _parser() -> Parser:
    return parser_with(TreeBuilder())


def parser() -> Parser:
    """The parser, made once for each process."""
    with _BUILDING:
        return _parser()


def parse(source: SourceFile, known_names: Iterable[str] = (), kept: KeptDeclarations | None = None) -> Parsed:
    """The tree of a `source` of which `check_limits` has nothing to say.

    `known_names` are those of used files, needed to cut Chinese that is written closed up. What is `kept` of the file
    as it was before is not parsed again; the answer is the same.
    """
    prepared = prepare(source, known_names)
    module, errors, unread = _piecewise(prepared, kept or KeptDeclarations())
    if errors and any(map(leaves_open, unread.split("\n"))):  # an open bracket may end in the next piece
        whole, error = _attempt(prepared)
        if error is None:
            return Parsed(whole, (), prepared.cut_by)
    return Parsed(module, errors, prepared.cut_by, unread)


def _attempt(prepared: Prepared) -> tuple[Module, Diagnostic | None]:
    try:
        module = parser().parse(prepared, start="start")
    except UnexpectedToken as error:
        return Module(), _syntax_error(error)
    except LexicalError as error:
        return Module(), error.diagnostic
    return module, None


def parse_typed(sort: Typed, source: SourceFile, start: int, known_names: Iterable[str]) -> Node | Diagnostic:
    """The tree of what stands in `source` from `start` on, or the first thing that is wrong with it.

    `known_names` are the names of the policy that it speaks of, needed to cut Chinese that is written closed up.
    """
    refused = check_limits(source)
    if refused:
        return refused[0]
    prepared = prepare(source, known_names)
    part = evolve(prepared, text=prepared.text[start:], offset=start)
    try:
        node = parser().parse(part, start=f"typed_{sort}")
    except UnexpectedToken as error:
        found = _syntax_error(error, source, start)
        return _near(prepared, found, start, f"typed_{sort}") or found
    except LexicalError as error:
        return error.diagnostic
    assert isinstance(node, Node)
    return node


def near(found: Diagnostic, prepared: Callable[[SourceFile], Prepared]) -> Diagnostic:
    """What was meant by a line in which a name is not known; `found`, if no other words for it are known.

    `prepared` gives a source ready for the parser, with all names that are known.
    """
    if found.span is None:
        return found
    return _near(prepared(found.span.source), found, 0, "start", parsed=True) or found


def _near(prepared: Prepared, found: Diagnostic, begins: int, start: str, parsed: bool = False) -> Diagnostic | None:
    """What was meant by the line that is not understood, if other words for it are known and the parser takes them."""
    if found.span is None:
        return None
    text = prepared.text
    line = max(begins, text.rfind("\n", 0, found.span.start) + 1)
    before = "" if begins else "".join(f"{heading}\n" for heading in headings(text, line))
    depth = len(text[line:]) - len(text[line:].lstrip(" \t"))

    def understands(better: str) -> bool:
        tried = half_width(before + " " * depth + better)
        try:
            parser().parse(evolve(prepared, source=SourceFile("tried", tried), text=tried), start=start)
        except UnexpectedToken as error:
            return error.token is None or error.token.type == "_DEDENT"
        except LexicalError as error:
            return error.diagnostic.code == "CR108"
        return True

    advised = meant(prepared.source, text, line, understands, parsed)
    if advised or parsed:
        return advised
    return _name_of_a_word(prepared, line, understands) or _cut_name(prepared, line, found.span, understands)


def _name_of_a_word(prepared: Prepared, line: int, understands: Callable[[str], bool]) -> Diagnostic | None:
    """The name in a line that was read as a word of the language, if the line is understood with another name there."""
    text = prepared.text
    end = _line_end(text, line)
    if end - line > LONGEST_LINE:
        return None
    for name in sorted(prepared.cut_by & keywords().words, key=lambda name: (-len(name), name)):
        for word in re.finditer(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text[line:end]):
            start, after = line + word.start(), line + word.end()
            if understands(f"{text[line:start]} name_ {text[after:end]}".strip()):
                return report("CR014", Span(prepared.source, start, after), name=name)
    return None


_RUN = re.compile(r"\w*")


def _cut_name(prepared: Prepared, line: int, found: Span, understands: Callable[[str], bool]) -> Diagnostic | None:
    """The name that is not declared and was cut, as it begins like one that is, if the line is understood with it."""
    text, start = prepared.text, found.start
    while start > line and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    name = next((x for x in prepared.names.get(text[start : start + 1], ()) if text.startswith(x, start)), "")
    if not name or start + len(name) > found.start or _line_end(text, line) - line > LONGEST_LINE:
        return None
    whole = _RUN.match(text, start)
    for end in range(start + len(name) + 1, whole.end() + 1 if whole else start):
        if text[end - 1].isdecimal():  # an amount, not a part of a name
            return None
        if understands(f"{text[line:start]} name_ {text[end : _line_end(text, line)]}".strip()):
            return report("CR875", Span(prepared.source, start, end), found=text[start:end], name=name)
    return None


def _syntax_error(error: UnexpectedToken, whole: SourceFile | None = None, begins: int = 0) -> Diagnostic:
    """What cannot be understood; of a text that ends too soon the place is the end of `whole`, where it is known.

    What stands before `begins` was understood already.
    """
    token = error.token
    if token is None:
        if whole is None:
            return report("CR005", None, found=described(END), expected=Phrase("a declaration", "一项声明"))
        place = Span(whole, len(whole.text), len(whole.text))
        return report("CR005", place, found=described("_NL"), expected=expected_words(error.expected))
    source, start, end = token.source, token.start_pos, token.end_pos
    if token.type == "_INDENT":
        place = Span(source, end, end + len(source.text[end:].partition("\n")[0].rstrip()))
        above = half_width(source.text[:start]).rstrip().rpartition("\n")[2]
        return report("CR013", place, instead=not_under(above))
    if token.type in ("_NL", "_DEDENT"):
        found: str = NAMED[token.type]
        end = max(end, start + 1) if token.type != "_NL" else start + 1
    else:
        found = f"“{str(token)[:40]}”"
    slip = _misspelt(token, error.expected, begins)
    if slip is not None:
        return slip
    end = min(end, len(source.text))
    return report("CR005", Span(source, min(start, end), end), found=found, expected=expected_words(error.expected))


_WORD = re.compile(r"[^\W\d][\w-]*")


def _misspelt(token: PlacedToken, expected: frozenset[str], begins: int) -> Diagnostic | None:
    """The keyword that was meant, if the word that is not understood, the one before it or the first of its line is
    close to one. A word before it may have passed for a name; it is looked at only if the policy declares no such name,
    and no keyword of several words begins with it there.
    """
    source, start = token.source, token.start_pos
    if token.type == "NAME" and (meant := _meant(str(token), expected)) is not None:
        return report("CR011", place_of(token), found=str(token), nearest=meant)
    line = max(begins, source.text.rfind("\n", 0, start) + 1)
    before = list(_WORD.finditer(source.text, line, start))
    declared = declared_names(half_width(source.text)) if before else frozenset()
    for word in (*before[-1:], *before[:1]):
        known = not declared.isdisjoint({word.group(), word.group().removesuffix("s")})  # a unit, also in the plural
        known = known or source.text.startswith(_several_words(), word.start())
        meant = None if known else _meant(word.group(), _terminals())
        if meant is not None:
            return report("CR011", Span(source, word.start(), word.end()), found=word.group(), nearest=meant)
    return None


@cache
def _terminals() -> frozenset[str]:
    return frozenset(keywords().forms)


@cache
def _several_words() -> tuple[str, ...]:
    return tuple(form for form in keywords().words if " " in form)


@lru_cache(1 << 12)
def _meant(word: str, terminals: frozenset[str]) -> str | None:
    forms = _forms(terminals)
    return None if any(word in group for group in forms) else nearest(word, forms[word.isascii()])


@lru_cache(1 << 10)
def _forms(terminals: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How the keywords are written in Chinese, and in English."""
    forms = [form for name in sorted(terminals) for group in keywords().forms.get(name, {}).values() for form in group]
    return tuple(x for x in forms if not x.isascii()), tuple(x for x in forms if x.isascii())


_TOP = re.compile(r"^(?=[^\s#])", re.MULTILINE)


def _piecewise(prepared: Prepared, kept: KeptDeclarations) -> tuple[Module, tuple[Diagnostic, ...], str]:
    """Parse each top-level declaration by itself, blanking lines until it can be read; last, what was blanked."""
    text = prepared.text
    starts = [match.start() for match in _TOP.finditer(text)] or [0]
    if starts[0] != 0:
        starts.insert(0, 0)
    declarations: list[Line] = []
    diagnostics: list[Diagnostic] = []
    unread = ""
    kept.begin()
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if len(diagnostics) >= MAXIMUM_ERRORS:
            unread += text[start:]
            break
        piece = part_of(prepared, start, end)
        known = kept.find(piece)
        if known is not None:
            declarations.extend(known)
            continue
        module, errors, blanked = _read_chunk(prepared, piece, kept, MAXIMUM_ERRORS - len(diagnostics))
        if not errors and not blanked:
            kept.keep(piece, module.declarations)
        declarations.extend(module.declarations)
        diagnostics.extend(errors)
        unread += blanked
    return Module(tuple(declarations)), tuple(diagnostics), unread


def _read_chunk(
    whole: Prepared, piece: Prepared, kept: KeptDeclarations, most: int
) -> tuple[Module, list[Diagnostic], str]:
    text, start = piece.text, piece.offset
    errors: list[Diagnostic] = []
    unread = ""
    while len(errors) < most:
        module = _with_known_items(changed_text(piece, text), kept)
        if module is not None:
            return module, errors, unread
        module, error = _attempt(changed_text(piece, text))
        if error is None:
            return module, errors, unread
        # what is missing may stand in a blanked line
        block_ends = error.arguments.get("found") == NAMED["_DEDENT"]
        if errors and (error.code == "CR108" or error.span is None or block_ends):
            break
        advised = None if error.code == "CR114" else _near(whole, error, 0, "start")
        errors.append(advised or _tried(whole, text, start, error))
        at = min(error.span.start - start if error.span else len(text), max(0, len(text) - 1))
        first, last = _block_at(text, max(0, at))
        if not text[first:last].strip():
            break
        unread += f"{text[first:last]}\n"
        text = text[:first] + blank(text[first:last]) + text[last:]
    return Module(), errors, unread + text


def _with_known_items(piece: Prepared, kept: KeptDeclarations) -> Module | None:
    """The declaration of a piece some of whose items were parsed before; None if none was, or the rest is in error."""
    rest, items = kept.without_items(piece)
    module, error = _attempt(rest) if items else (Module(), None)
    return with_items(module, items) if items and error is None else None


def _tried(prepared: Prepared, text: str, start: int, error: Diagnostic) -> Diagnostic:
    """The error of the `text` that begins at `start`; without its edits, if no more is understood with them."""
    for edit in error.edits:
        better = text[: edit.span.start - start] + edit.text + text[edit.span.end - start :]
        whole = SourceFile("tried", applied_edits(prepared.source.text, [edit]))
        _, left = _attempt(evolve(prepared, source=whole, text=better, offset=start))
        if left is not None and (left.span is None or left.span.start <= edit.span.start + len(edit.text)):
            return evolve(error, edits=())
    return error


def _block_at(text: str, offset: int) -> tuple[int, int]:
    """The line at `offset`, or the nearest before it that is not blank, with the block under it."""
    start = text.rfind("\n", 0, offset) + 1
    while start > 0 and not text[start : _line_end(text, start)].strip():
        start = text.rfind("\n", 0, start - 1) + 1
    end = _line_end(text, start)
    depth = len(text[start:end]) - len(text[start:end].lstrip())
    while end < len(text):
        following = text[end + 1 : _line_end(text, end + 1)]
        if following.strip() and len(following) - len(following.lstrip()) <= depth:
            break
        end = _line_end(text, end + 1)
    return start, end


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
