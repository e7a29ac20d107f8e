"""Text to tokens, as the parser asks for them.

The lexer works one token at a time and sees the parser's state, so that a keyword is a keyword only where the grammar
accepts it and stays free as a name elsewhere. Full-width digits, punctuation and spaces are mapped to half-width ones
of the same length first, outside of texts; offsets therefore stay true. Indentation becomes _INDENT and _DEDENT.

Chinese is written without spaces. A run of Chinese characters is cut from its front: at the longest of a name that the
policy declares (collected by `declared_names` before parsing) and a keyword acceptable here; what is neither is taken
whole as a name, and the resolver says whether it knows it.

Invariants: every character is consumed once, in order; the lexer holds no state between two policies.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping

from attrs import define, field, frozen

from creditlang.diagnostics import Diagnostic, Meant, report
from creditlang.source import SourceFile, Span
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.keywords import keywords, spaced
from creditlang.syntax.text_limits import MAXIMUM_DEPTH

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x3001: 0x2C, 0xFF02: 0xFF02}
WIDE |= {ord("≥"): ord("≥"), ord("×"): ord("*"), ord("÷"): ord("/")}
WIDE |= dict.fromkeys(map(ord, "【〔〖﹝"), ord("[")) | dict.fromkeys(map(ord, "】〕〗﹞"), ord("]"))
_WIDE_CHARACTER = re.compile(f"[{''.join(map(chr, WIDE))}]")

_TOKEN = re.compile(
    r"""[ \t]*+(?:\#[^\n]*)?(?:
      (?P<word>(?!第\d)[^\W\d]\w*)
    | (?P<newline>\n)
    | (?P<STRING>"[^"\n]*"|“[^”\n]*”|＂[^＂\n]*＂|「[^」\n]*」|『[^』\n]*』)
    | (?P<SEMESTER_NAME>\d{4}-\d{4}(?:-\d{1,2})?(?![\w-]))
    | (?P<DATE>\d{4}-\d{2}-\d{2}(?![\w-])|(?:19|20)\d\d(?P<divided>[/.])\d{1,2}(?P=divided)\d{1,2}(?![\w./])
              |\d{4}年\d{1,2}月\d{1,2}[日号])
    | (?P<ORDINAL>\d+(?:st|nd|rd|th)(?!\w)|第\d+(?:次起|次|起)?)
    | (?P<PERCENT>\d+(?:\.\d+)?%)
    | (?P<NUMBER>\d+(?:\.\d+)?)
    | (?P<symbol>>=|<=|==|!=|[≥≤≠><=+\-*/:|,.()\[\]])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
"""The next token after spaces and a comment; literals are called by their terminals."""
_SYMBOLS = {
    ">=": "AT_LEAST", "≥": "AT_LEAST", "<=": "AT_MOST", "≤": "AT_MOST", "==": "EQUAL", "=": "EQUAL",
    "!=": "NOT_EQUAL", "≠": "NOT_EQUAL", ">": "MORE", "<": "LESS", "+": "PLUS", "-": "MINUS", "*": "STAR",
    "/": "SLASH", ":": "COLON", "|": "BAR", ",": "COMMA", "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB",
    ".": "DOT",
}  # fmt: skip
MOST_WORDS = 1000
"""The most tokens on a line, so that no chain of operators is deeper."""
_ASCII_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SEVERAL_WORDS = re.compile(r"[^\W\d]\w*(?: \w+)+")
_CHINESE_PART = re.compile(r"[^\W\d]+")
_GRID_STARTS = frozenset({"TABLE", "BY", "EXAMPLES"})


@frozen
class Prepared:
    """A source ready for the parser: its half-width twin of the same length, and the names that it declares."""

    source: SourceFile
    text: str
    names: dict[str, tuple[str, ...]]
    labels: dict[str, tuple[str, ...]]
    """The names of several words, by their first characters, longest first."""
    cut_by: frozenset[str]
    """All that decides how words are cut: the names, and the words of the language that are declared as names, in used
    files too."""
    offset: int = 0
    """Where `text` begins in the source, when it is a part of it."""


class PlacedToken:
    """A piece of a source: a terminal of the grammar, what stands there, and where."""

    __slots__ = ("end_pos", "source", "start_pos", "text", "type")
    line = column = end_line = end_column = None  # Lark asks for them

    def __init__(self, kind: str, source: SourceFile, start: int, end: int) -> None:
        self.type, self.source, self.start_pos, self.end_pos = kind, source, start, end
        self.text = source.text[start:end]

    def __str__(self) -> str:
        return self.text


class LexicalError(Exception):
    """A place where no token can be made."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.code)
        self.diagnostic = diagnostic


def half_width(text: str) -> str:
    """`text` with full-width digits, punctuation and spaces as half-width ones, each in its place."""
    return text if text.isascii() else _WIDE_CHARACTER.sub(lambda match: chr(WIDE[ord(match.group())]), text)


def prepare(source: SourceFile, known: Iterable[str] = ()) -> Prepared:
    """Map `source` to half width and collect the Chinese names it declares, with those `known` from used files."""
    text = half_width(source.text)
    declared = declared_names(text).union(known)
    names = {name for name in declared if not name.isascii() or _SEVERAL_WORDS.fullmatch(name)}
    by_first: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_first.setdefault(name[0], []).append(name)
    cut_by = frozenset(names | (declared & keywords().words))
    labels = {key: found for key, group in by_first.items() if (found := tuple(name for name in group if " " in name))}
    return Prepared(source, text, {key: tuple(group) for key, group in by_first.items()}, labels, cut_by)


@define
class _Indentation:
    """The open blocks of a policy: their depths, and which of them are tables (whose rows may start anywhere)."""

    depths: list[int] = field(factory=lambda: [0])
    grids: list[bool] = field(factory=lambda: [False])
    next_is_grid: bool = False

    def change(self, depth: int) -> int | None:
        """Tokens to give for a line at `depth`: 1 for an indent, minus n for n dedents, None when it fits no block."""
        if depth > self.depths[-1]:
            if self.grids[-1]:
                return 0
            self.depths.append(depth)
            self.grids.append(self.next_is_grid)
            self.next_is_grid = False
            return 1
        closed = 0
        while depth < self.depths[-1]:
            if self.grids[-1] and depth > self.depths[-2]:
                self.depths[-1] = depth
                return -closed
            self.depths.pop()
            self.grids.pop()
            closed += 1
        self.next_is_grid = False
        return -closed if depth == self.depths[-1] else None


class Lexing:
    """One pass over one source."""

    def __init__(self, prepared: Prepared, rows: Mapping[int, Container[str]], stack: list[int]) -> None:
        """`rows` has the terminals that each of the parser's states accepts; the last in `stack` is its state."""
        self.prepared = prepared
        self.text = prepared.text
        self.offset = prepared.offset
        self.rows = rows
        self.stack = stack
        self.indentation = _Indentation()
        self.keywords = keywords()
        self.labels = prepared.labels

    def accepted(self) -> Container[str]:
        return self.rows[self.stack[-1]]

    def token(self, kind: str, start: int, end: int) -> PlacedToken:
        return PlacedToken(kind, self.prepared.source, start + self.offset, end + self.offset)

    def fail(self, code: str, start: int, end: int, **arguments: object) -> LexicalError:
        return LexicalError(
            report(code, Span(self.prepared.source, start + self.offset, end + self.offset), **arguments)
        )

    def tokens(self, position: int = 0, fresh: bool = True) -> Iterator[PlacedToken]:
        """The tokens from `position` on; `fresh` says that a line begins there."""
        text, length, source, offset = self.text, len(self.text), self.prepared.source, self.offset
        indentation = self.indentation
        brackets, words = 0, 0
        while position < length:
            if fresh:
                position = self.line_start(position)
                if position >= length:
                    break
                position, change = self.indent(position)
                for _ in range(abs(change)):
                    yield self.token("_INDENT" if change > 0 else "_DEDENT", position, position)
                fresh, words = False, 0
            match = _TOKEN.match(text, position)
            if match is None:
                raise self.unknown(self.past_spaces(position))
            kind = str(match.lastgroup)
            position, end = match.span(kind)
            words += kind != "end"
            if words > MOST_WORDS:
                raise self.fail("CR010", position, end, limit=MOST_WORDS)
            in_grid = indentation.grids[-1] and kind in _BAND_STARTS and "BAND" in self.accepted()
            if in_grid and (band := _BAND.match(text, position)):
                kind, end = "BAND", band.end()
            elif kind == "NUMBER" and not brackets and (parted := _THOUSANDS.match(text, position)):
                meant = Meant(parted[0].replace(",", ""), True)
                raise self.fail("CR011", position, parted.end(), found=parted[0], nearest=meant)
            elif kind == "word":
                kind, end = self.word(position, end)
                if kind in _GRID_STARTS:
                    indentation.next_is_grid = True
            elif kind == "symbol":
                kind = _SYMBOLS[symbol := text[position:end]]
                if symbol == "[" and self.is_citation(position):
                    kind, end = "CITATION", self.citation(position)
                elif symbol == "-":
                    kind, end = self.negative(position, end)
                elif symbol == "," and not brackets and self.is_clause(end):
                    kind = "CLAUSE_COMMA"
                else:
                    brackets += (symbol in "([") - (symbol in ")]" and brackets > 0)
            elif kind == "newline":
                kind, fresh = "_NL", not brackets
            if kind != "end" and (kind != "_NL" or fresh):
                yield PlacedToken(kind, source, position + offset, end + offset)
            position = end
        if not fresh:
            yield self.token("_NL", length, length)
        yield from (self.token("_DEDENT", length, length) for _ in self.indentation.depths[1:])

    def past_spaces(self, position: int) -> int:
        """The first place from `position` on that holds no space."""
        return match.end() if (match := _SPACES.match(self.text, position)) else position

    def line_start(self, position: int) -> int:
        """The start of the next line that holds more than spaces and a comment."""
        return match.end() if (match := _BLANK.match(self.text, position)) else position

    def indent(self, position: int) -> tuple[int, int]:
        """The end of the indentation of the line at `position`, and how many blocks it opens, or minus how many it
        closes; a full-width space counts as two.
        """
        end = self.past_spaces(position)
        original = self.prepared.source.text[position + self.offset : end + self.offset]
        if "\t" in original and " " in original:
            raise self.fail("CR006", position, end)
        change = self.indentation.change(len(original) + original.count("　"))
        if change is None:
            raise self.fail("CR006", position, end)
        if len(self.indentation.depths) > MAXIMUM_DEPTH:
            raise self.fail("CR002", position, end, limit=MAXIMUM_DEPTH)
        return end, change

    def negative(self, start: int, end: int) -> tuple[str, int]:
        """A minus sign, or a number closed up with it where a value of an example or a cell of a table can stand."""
        number = _TOKEN.match(self.text, end)
        if number and number.lastgroup in ("NUMBER", "PERCENT") and number.start(number.lastgroup) == end:
            accepted = self.accepted()
            if "NUMBER" in accepted and ("MINUS" not in accepted or self.indentation.grids[-1]):
                return number.lastgroup, number.end()
        return "MINUS", end

    def is_clause(self, position: int) -> bool:
        """Whether another line of the body begins after the comma before `position`."""
        accepted = self.accepted()
        if "CLAUSE_COMMA" not in accepted:
            return False
        if "COMMA" not in accepted:
            return True
        start = self.past_spaces(position)
        match = _TOKEN.match(self.text, start)
        if match is None or match.lastgroup in ("STRING", "newline", "end"):
            return False
        if match.lastgroup != "word":
            return True
        first = _ASCII_WORD.match(self.text, start, match.end())
        if first is None:
            forms = self.keywords.chinese.get(self.text[start], ())
            fitting = (form for form in forms if self.text.startswith(form.text, start))
        else:
            forms = self.keywords.english.get(first.group(), ())
            fitting = (form for form in forms if not form.several or spaced(form.text).match(self.text, start))
        return any(terminal in _CLAUSE_STARTS for form in fitting for terminal in form.terminals)

    def fits(self, terminal: str, end: int, chinese: bool) -> bool:
        """Whether what follows a word lets it be this keyword: a function has its bracket, a window its number."""
        follows = FOLLOWED.get(terminal) or (FOLLOWED_IN_CHINESE.get(terminal) if chinese else None)
        return follows is None or follows.match(self.text, end) is not None

    def is_citation(self, position: int) -> bool:
        """A bracket right after a name is an index; anywhere else it opens a citation."""
        return position == 0 or not (self.text[position - 1].isalnum() or self.text[position - 1] == "_")

    def citation(self, position: int) -> int:
        """Where the citation that begins at `position` ends."""
        depth = 0
        for offset in range(position, len(self.text)):
            character = self.text[offset]
            depth += (character == "[") - (character == "]")
            if character == "\n":
                break
            if depth == 0:
                return offset + 1
        raise self.fail("CR008", position, position + 1)

    def unknown(self, position: int) -> LexicalError:
        character = self.text[position]
        if character in '"“＂「『':
            end = self.text.find("\n", position)
            return self.fail("CR007", position, len(self.text) if end < 0 else end)
        return self.fail("CR009", position, position + 1, character=character)

    def word(self, start: int, end: int) -> tuple[str, int]:
        """The keyword or name at `start`, where the word would run to `end`: its terminal, and where it ends."""
        accepted = self.accepted()
        first = _ASCII_WORD.match(self.text, start, end)
        label = (self.label(start) or 0) if self.text[start] in self.labels and "NAME" in accepted else 0
        if first is None:
            return ("NAME", label) if label else self.chinese(start, end, accepted)
        for form in self.keywords.english.get(first.group(), ()):
            match = spaced(form.text).match(self.text, start) if form.several else first
            if match and (stop := match.end()) >= label:
                for terminal in form.terminals:
                    if terminal in accepted and self.fits(terminal, stop, False) and self.means(terminal, form.text):
                        return terminal, stop
        if label:
            return "NAME", label
        if first.end() < end and self.known(start, first.end()) is None and self.keyword_at(first.end(), accepted):
            end = first.end()
        return "NAME", self.known(start, end) or end

    def label(self, start: int) -> int | None:
        """Where the longest declared label of several words that stands at `start` ends; one begins like it."""
        for name in self.labels[self.text[start]]:
            end = start + len(name)
            if self.text.startswith(name, start) and not self.text[end : end + 1].isalnum():
                return end
        return None

    def known(self, start: int, end: int) -> int | None:
        """Where the longest declared name that begins at `start` ends."""
        for name in self.prepared.names.get(self.text[start], ()):
            stop = start + len(name)
            if stop <= end and self.text.startswith(name, start):
                return stop
        return None

    def keyword_at(self, start: int, accepted: Container[str]) -> tuple[str, int] | None:
        """The longest Chinese keyword at `start` that the parser accepts, with its end."""
        for form in self.keywords.chinese.get(self.text[start], ()):
            if self.text.startswith(form.text, start):
                end = start + len(form.text)
                for terminal in form.terminals:
                    if terminal in accepted and self.fits(terminal, end, True) and self.means(terminal, form.text):
                        return terminal, end
        return None

    def means(self, terminal: str, word: str) -> bool:
        """Whether a word that a keyword is written as is meant so: one of a declaration is, inside a declaration, the
        name that the policy has given to something else.
        """
        can_be_both = terminal in _DECLARATIONS and len(self.indentation.depths) > 1 and "NAME" in self.accepted()
        return not can_be_both or word not in self.prepared.cut_by

    def chinese(self, start: int, end: int, accepted: Container[str]) -> tuple[str, int]:
        name = self.known(start, end) if "NAME" in accepted else None
        keyword = self.keyword_at(start, accepted)
        if name == end:
            return keyword if keyword and keyword[1] == end else ("NAME", end)
        if keyword and (name is None or keyword[1] >= name):
            return keyword
        if name is not None:
            return "NAME", name
        part = _CHINESE_PART.match(self.text, start, end)
        return "NAME", end if self.accepts_only_names(accepted) or part is None else part.end()

    def accepts_only_names(self, accepted: Container[str]) -> bool:
        return "PER" not in accepted and "CAP" not in accepted


_DECLARATIONS = frozenset((
    "SCORE", "FACT", "CREDIT", "ACCOUNT", "OFFSET", "REQUIRE", "TREAT", "ARTICLES", "EXAMPLE", "EXAMPLES", "POLICY",
    "USE", "UNIT", "SCALE", "CHOICE", "LET", "RECORD", "CALENDAR", "ADJUST", "TABLE",
))  # fmt: skip
_BLANK = re.compile(r"(?:[ \t]*+(?:#[^\n]*)?\n)*+(?:[ \t]*+(?:#[^\n]*)?\Z)?")
_SPACES = re.compile(r"[ \t]*")
_BAND_STARTS = frozenset({"NUMBER", "PERCENT", "word"})
_BAND = re.compile(r"\d+(?:\.\d+)?(?:[-–—~]\d+(?:\.\d+)?|及?以[上下]|\+)(?!\S)|(?:不足|超过)\d+(?:\.\d+)?(?!\S)")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_BRACKET, _COUNT = re.compile(r"[ \t]*\("), re.compile(r"[ \t]*\d")
FOLLOWED = {
    **dict.fromkeys(["ANY", "COUNT", "AVERAGE", "HIGHEST", "LOWEST", "FIRST", "LATEST", "EVERY", "IN_A_ROW"], _BRACKET),
    "DE_COLON": re.compile(r"[ \t]*:"),
    "EACH_PERIODS": re.compile(r"[ \t]*[^\W\d]\w*?[ \t]*(?:最[高低]|平均)"),
}
"""Keywords that are such only by what follows them, and names else."""
FOLLOWED_IN_CHINESE = dict.fromkeys(("DISTANCE", "WEEKDAY_OF"), _BRACKET) | dict.fromkeys(
    ("THIS_MONTH", "CONSECUTIVE", "IN_SOME", "PER_ANY", "IN_THE_LAST", "FRONT"), _COUNT
)
"""Those whose Chinese words are."""
_CLAUSE_STARTS = frozenset({
    "CAP", "AT_MOST", "ONCE", "HIGHEST_ONCE", "LAST_ONCE", "BEST", "DROP_LOWEST", "TIMES", "PLUS_AMOUNT", "HALF",
    "FROM_THE", "PER", "PER_ANY", "PER_EVENT", "IN_TOTAL", "SAME", "DEDUCT", "VOID", "INVALID", "PENDING", "WARN",
    "VALID_UNTIL", "EXPIRES_ON", "ROUNDED_DOWN_TO", "ROUNDED_UP_TO", "HALF_UP_TO", "OTHERWISE", "SHARED_BY",
    "APPLY", "UNIQUE", "FLOOR", "CEILING", "ONLY_EVENTS_WHERE", "ONE_BY_ONE", "PER_FULL", "EACH_PER_FULL",
    "AT_LEAST_OF", "TAKE_FROM", "POSTS_TO", "FALLS_ON", "BORNE_BY", "IN_ORDER_OF", "FIRST_THAT_APPLIES",
    "ALL_THAT_APPLY", "STARTS_AT", "STEPS_OF", "ABOVE", "WHEN",
})  # fmt: skip
"""What may begin another line of a body after a comma."""
