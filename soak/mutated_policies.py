"""Policies changed at random: read, checked and run without a traceback, within a second and half a gigabyte."""

import random
import re
import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path

from attrs import define, field
from tests.differential.drafts import drafted
from tests.differential.grammatical_changes import GrammaticalChanges
from tests.differential.outcomes import outcome
from tests.differential.people import world
from tests.differential.policies_at_hand import texts_at_hand

from creditlang.diagnostics import Diagnostic
from creditlang.diagnostics.render import render
from creditlang.driver import Compiled, compile_source, decode, load_modules, read_used
from creditlang.source import SourceFile
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.kept_declarations import KeptDeclarations
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import half_width
from creditlang.syntax.parse import Parsed, parse
from soak.distinct import Distinct
from soak.part import Part

SECOND = 1.0
MEBIBYTES = 500
DRAFTED = 0.16
"""The share of texts that are drafts."""
DECLARATIONS = 4
"""Of a text, so many are changed."""
CANDIDATES = 5
"""Declarations of which the shortest is changed: what a long one has more, it has of the same."""
SEVERAL_LINES = 0.9
WITH_RULES = 0.5
"""The shares of declarations that are chosen among those that have them, if there are such."""
MOST, FEWEST, USUAL = 100, 25, 200
"""Mutations of a declaration with what it needs: the most up to the usual number of characters, fewer of a longer one,
and of a short one no more than it has characters.
"""
LONGEST = 6000
"""Characters of a text that is changed."""
WHOLE = 0.005
"""The share of texts that are changed whole; of others, a declaration with those that it needs."""
GRAMMATICAL = 0.6
"""The share of mutations that keep to the grammar, mostly: few others come past the parser."""
RUN = 4
"""Of so many that compile and have rules one is run."""
AFRESH = 32
"""Of so many one is also read without what is known of the text that it was made from: both must say the same."""
_TOP = re.compile(r"^(?=[^\s#])", re.MULTILINE)
_AROUND = re.compile(r"(?:calendar|校历|use|引用)[^\w]")
"""What brings names that it does not write."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN = re.compile(r'"[^"]*"|\w+|\s+|[^\w\s]')
_HOSTILE = (
    "\x00", "\u202e", "\u200b", "\ufeff", "\ud800", "\t", "\r", "\u2028", "９", "１．５", "①", "𠮷", "é", "🙂",
    "“", "”", '"', "'", "\\", "((", "))", "[", "]", "{", "}", "#", "//", "/*", "--", "%", "1e5", "1_0",
    "0x1", "1" * 40, "0." + "1" * 40, "-1", "99999999999999999999", "2024-02-30", "2024-02-29", "0000-01-01",
    "9999-12-31", "10000-01-01", "2024-2025-9", "，", "：", "；", "（", "and and",
)  # fmt: skip
_LONG = ("(" * 70, ")" * 70, "not " * 80, "x" * 5000, " " * 5000, "\n" * 300, "1 + " * 200, "项目" * 900)
"""What may take long: seldom put in."""


@define
class MutatedPolicies(Part):
    """Drafts, the bundled policies and the texts of the tests, with tokens and lines taken out, doubled, put in."""

    told: Counter[str] = field(factory=Counter, init=False)
    slowest: float = field(default=0.0, init=False)
    distinct: Distinct = field(factory=Distinct, init=False)

    @cached_property
    def words(self) -> list[str]:
        """What can be put in: all keywords in both languages, numbers, and what is hostile."""
        return [*sorted(keywords().words), *_HOSTILE, *_HOSTILE]

    @cached_property
    def texts(self) -> list[str]:
        """Texts that people wrote, with what the pages that they stand on have in common: few compile without it."""
        return [*dict.fromkeys(texts_at_hand())]

    def case(self, number: int) -> None:
        """One text, and some hundred mutations of it."""
        rng = random.Random(number)
        draft = drafted(rng, rng.choice(("en", "zh"))) if rng.random() < DRAFTED else None
        text = draft.text if draft is not None else rng.choice(self.texts)
        seen = {text}
        whole = rng.random() < WHOLE
        for _ in range(1 if whole else DECLARATIONS):
            # most changes touch one declaration; what others say that do not need it, is said again and again
            try:
                part = text[:LONGEST] if whole else part_of(rng, text)
                changes, tokens, known = GrammaticalChanges.of(part), _TOKEN.findall(part), Known.of(part)
            except Exception:
                self._raised(number, text)
                continue
            for _ in range(min(len(part) + 1, MOST, max(FEWEST, MOST * USUAL // (len(part) + 1)))):
                if rng.random() < GRAMMATICAL:
                    mutation = changes.changed(rng, rng.choice((1, 1, 1, 2)))
                else:
                    mutation = self.mutated(rng, part, tokens)
                if mutation not in seen:
                    seen.add(mutation)
                    self._try(number, rng, mutation, known)

    def _raised(self, number: int, text: str) -> None:
        self.note(number, traceback.format_exc().strip().rpartition("\n")[2], f"{self.cases}.credit", text)

    def mutated(self, rng: random.Random, text: str, tokens: list[str]) -> str:
        """The text with one to four changes that know nothing of the language."""
        if rng.random() < 0.002:
            at = rng.randrange(len(text) + 1)
            text = f"{text[:at]}{rng.choice(_LONG)}{text[at:]}"
            tokens = []
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            text, tokens = self._changed(rng, text, tokens), []
        return text

    def _changed(self, rng: random.Random, text: str, tokens: list[str]) -> str:
        """One change; `tokens` are those of the text, none where they are not known."""
        if rng.random() < 0.3:
            lines = text.split("\n")
            at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
            match rng.randrange(5):
                case 0:
                    del lines[at]
                case 1:
                    lines.insert(to, lines[at])
                case 2:
                    lines[at], lines[to] = lines[to], lines[at]
                case 3:
                    lines[at] = rng.choice(("", "  ", "    ", "        ", "\t", "\u3000")) + lines[at].strip()
                case _:
                    other = rng.choice(self.texts).split("\n")
                    lines.insert(to, rng.choice(other))
            return "\n".join(lines)
        tokens = [*tokens] or _TOKEN.findall(text)
        if not tokens:
            return rng.choice(self.words)
        at, to = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        match rng.randrange(6):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(to, tokens[at])
            case 2:
                tokens[at] = tokens[to]
            case 3:
                tokens[at] = rng.choice(self.words)
            case 4:
                tokens.insert(at, f" {rng.choice(self.words)} ")
            case _:
                place = rng.randrange(len(tokens[at]) + 1)
                tokens[at] = (
                    tokens[at][:place] + rng.choice((*_HOSTILE, chr(rng.randrange(0x20, 0x3000)))) + tokens[at][place:]
                )
        return "".join(tokens)

    def _try(self, number: int, rng: random.Random, text: str, known: "Known") -> None:
        self.cases += 1
        began, before = time.process_time(), most_memory()
        try:
            data = text.encode("utf-8", "surrogatepass")
            self.distinct.add(data)
            source = decode(data, "policy.credit")
            if isinstance(source, Diagnostic):
                self.told[source.code] += 1
                self.told["refused"] += 1
                return
            found = compile_source(source, read=known.read, parse=known.parse)
            said = [render(one, language) for one in found.diagnostics for language in ("en", "zh")]
            self.told.update(one.code for one in found.diagnostics)
            self.told["parsed"] += known.understood
            self.told["refused" if found.errors else "compiled"] += 1
            if self.cases % AFRESH == 0:
                self._afresh(number, source, said)
            if not found.errors and found.policy.rules:
                self.told["with rules"] += 1
                if self.told["with rules"] % RUN == 0:
                    self._run(number, rng, found, text)
        except Exception:
            self._raised(number, text)
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        if took > SECOND:
            self.note(number, f"{took:.1f} s", f"{self.cases}-slow.credit", text)
        if most_memory() - before > MEBIBYTES:
            self.note(number, f"{most_memory() - before} MiB more", f"{self.cases}-large.credit", text)

    def _afresh(self, number: int, source: SourceFile, said: list[str]) -> None:
        """Read a text with nothing known: the same must be said."""
        found = compile_source(source)
        if [render(one, language) for one in found.diagnostics for language in ("en", "zh")] != said:
            self.note(number, "something else is said of it afresh", f"{self.cases}-afresh.credit", source.text)

    def _run(self, number: int, rng: random.Random, found: Compiled, text: str) -> None:
        self.told["run"] += 1
        after = outcome(found.policy, world(rng, found.policy, 4, 5))
        if after.raised and not after.raised.startswith("DataError"):
            self.note(number, after.raised, f"{self.cases}.credit", text)

    def lines(self) -> list[str]:
        """The figures."""
        codes = sorted(name for name in self.told if name.startswith("CR"))
        counts = ", ".join(f"{name} {self.told[name]}" for name in ("parsed", "compiled", "run", "refused"))
        return [
            f"mutations: {self.cases}, distinct: {self.distinct.count}; {counts}; slowest {self.slowest:.2f} s",
            f"{len(codes)} codes told: {' '.join(codes)}",
        ]


@define
class Known:
    """What has been read of a text, and of the files that it uses: declarations that a mutation leaves as they are, are
    not read again. So does an editor after every key.
    """

    kept: KeptDeclarations = field(factory=KeptDeclarations)
    used: dict[tuple[Path, frozenset[str]], Parsed] = field(factory=dict)
    """Of the files, with the names that they may use."""
    files: dict[Path, SourceFile | Diagnostic | None] = field(factory=dict)
    understood: bool = False
    """Whether the last text was read to its end."""

    @classmethod
    def of(cls, text: str) -> "Known":
        """Read a text."""
        known = cls()
        load_modules(SourceFile("policy.credit", text), read=known.read, parse=partial(known.parse, keep=True))
        return known

    def read(self, path: Path, name: str) -> SourceFile | Diagnostic | None:
        """As `read_used`, each file once."""
        if path not in self.files:
            self.files[path] = read_used(path, name)
        return self.files[path]

    def parse(self, source: SourceFile, names: frozenset[str], keep: bool = False) -> Parsed:
        """As `parse`, with what is known; what is new is kept only if it shall be, for it is changed again."""
        if source.path is not None:
            if (source.path, names) not in self.used:
                self.used[source.path, names] = parse(source, names)
            return self.used[source.path, names]
        kept = self.kept if keep else KeptDeclarations()
        kept.current = {**self.kept.current}
        parsed = parse(source, names, kept)
        self.understood = not parsed.diagnostics
        return parsed


def part_of(rng: random.Random, text: str) -> str:
    """Declarations of a text, one at random with those that declare what it names, and what they name.

    Of a few the shortest, mostly of those of several lines and with rules; where it is not understood without, with the
    calendar and what the text uses.
    """
    pieces, needs = _pieces(text)

    def joined(chosen: set[int]) -> str:
        return "".join(pieces[n] for n in sorted(chosen))

    # what several texts begin with alike stands first, and is changed more often than enough
    starts = [max(rng.randrange(len(pieces)), rng.randrange(len(pieces))) for _ in range(CANDIDATES)]
    drawn = [_with_needs({start}, needs) for start in starts]
    drawn.sort(key=lambda chosen: sum(len(pieces[n]) for n in chosen))
    if rng.random() < SEVERAL_LINES:
        drawn = [chosen for chosen in drawn if joined(chosen).count("\n") > 1] or drawn
    if rng.random() < WITH_RULES:
        drawn = [chosen for chosen in drawn if _read(joined(chosen)).policy.rules][:1] or drawn
    if _read(joined(drawn[0])).errors:
        return joined(_with_needs(drawn[0].union(n for n, piece in enumerate(pieces) if _AROUND.match(piece)), needs))
    return joined(drawn[0])


def _with_needs(chosen: set[int], needs: Callable[[int], set[int]]) -> set[int]:
    asked = [*chosen]
    while asked:
        more = needs(asked.pop()) - chosen
        chosen = chosen | more
        asked += more
    return chosen


@lru_cache(8)
def _read(text: str) -> Compiled:
    return compile_source(SourceFile("policy.credit", text))


@lru_cache(2)
def _pieces(text: str) -> tuple[list[str], Callable[[int], set[int]]]:
    """The declarations of a text, and which declare what each of them names."""
    pieces = [piece for piece in _TOP.split(text) if piece.strip()] or [text]
    plain = [half_width(piece) for piece in pieces]
    # a word of ASCII letters is named whole, a Chinese one may stand in another; the language's own are in every text
    names = [[(x, x.isascii()) for x in declared_names(piece) - declared_names("")] for piece in plain]

    @cache
    def needs(number: int) -> set[int]:
        words = {*_WORD.findall(plain[number])}
        found = enumerate(names)
        return {n for n, own in found if any(x in words if ascii else x in plain[number] for x, ascii in own)}

    return pieces, needs


def most_memory() -> int:
    """The most memory of the process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
