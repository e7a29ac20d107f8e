"""Policies changed at random: read, checked and run without a traceback, within a second and half a gigabyte."""

import random
import re
import resource
import time
import traceback
from collections import Counter
from functools import cached_property
from pathlib import Path

from attrs import define, field
from tests.differential.drafts import drafted
from tests.differential.outcomes import outcome
from tests.differential.people import world

from creditlang.diagnostics import Diagnostic
from creditlang.diagnostics.render import render
from creditlang.driver import Compiled, compile_source, decode, load_modules
from creditlang.resources import bundled_policies
from creditlang.source import SourceFile
from creditlang.syntax.declared_names import declared_names
from creditlang.syntax.kept_declarations import KeptDeclarations
from creditlang.syntax.keywords import keywords
from creditlang.syntax.lexer import half_width
from creditlang.syntax.parse import Parsed, parse
from soak.distinct import Distinct
from soak.grammatical_changes import GrammaticalChanges
from soak.part import Part

SECOND = 1.0
MEBIBYTES = 500
OF_EACH = 200
"""Mutations of one text."""
OF_A_DECLARATION = 50
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
        """Texts that people wrote: the bundled policies and the examples of the tests."""
        root = Path(__file__).parent.parent
        found = [path.read_text(encoding="utf-8") for path in bundled_policies().values()]
        for page in (*root.glob("tests/language/*.md"), *root.glob("tests/diagnostics/*.md")):
            found += re.findall(r"^```credit[^\n]*\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
        return [text for text in found if len(text) < LONGEST] + [
            text[:LONGEST] for text in found if len(text) >= LONGEST
        ]

    def case(self, number: int) -> None:
        """One text, and some hundred mutations of it."""
        rng = random.Random(number)
        draft = drafted(rng, rng.choice(("en", "zh"))) if rng.random() < 0.16 else None
        text = draft.text if draft is not None else rng.choice(self.texts)
        whole, seen = rng.random() < WHOLE, {text}
        for count in range(OF_EACH):
            if count % (OF_EACH if whole else OF_A_DECLARATION) == 0:
                # most changes touch one declaration; what others say that do not need it, is said again and again
                part = text if whole else min((declaration_with_needs(rng, text) for _ in range(2)), key=len)
                changes, tokens, known = GrammaticalChanges.of(part), _TOKEN.findall(part), Known.of(part)
            if rng.random() < GRAMMATICAL:
                mutation = changes.changed(rng, rng.choice((1, 1, 1, 2)))
            else:
                mutation = self.mutated(rng, part, tokens)
            if mutation not in seen:
                seen.add(mutation)
                self._try(number, rng, mutation, known)

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
            found = compile_source(source, parse=known.parse)
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
            self.note(number, traceback.format_exc().strip().rpartition("\n")[2], f"{self.cases}.credit", text)
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

    kept: dict[Path | None, KeptDeclarations] = field(factory=dict)
    understood: bool = False
    """Whether the last text was read to its end."""

    @classmethod
    def of(cls, text: str) -> "Known":
        """Read a text."""
        known = cls()
        load_modules(SourceFile("policy.credit", text), parse=known._keep)
        return known

    def _keep(self, source: SourceFile, names: frozenset[str]) -> Parsed:
        return parse(source, names, self.kept.setdefault(source.path, KeptDeclarations()))

    def parse(self, source: SourceFile, names: frozenset[str]) -> Parsed:
        """As `parse`, with what is known; what is new is not kept, for it is changed again."""
        kept = KeptDeclarations()
        if source.path in self.kept:
            kept.current = {**self.kept[source.path].current}
        parsed = parse(source, names, kept)
        self.understood = not parsed.diagnostics
        return parsed


def declaration_with_needs(rng: random.Random, text: str) -> str:
    """One declaration of a text at random, with those that declare what it names, and what they name."""
    pieces = [piece for piece in _TOP.split(text) if piece.strip()] or [text]
    named = [(half_width(piece), declared_names(half_width(piece))) for piece in pieces]
    chosen = {rng.randrange(len(pieces))}
    asked = [*chosen]
    while asked:
        words = named[asked.pop()][0]
        more = [n for n, (_, names) in enumerate(named) if n not in chosen and any(name in words for name in names)]
        chosen.update(more)
        asked += more
    return "".join(pieces[n] for n in sorted(chosen))


def most_memory() -> int:
    """The most memory of the process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
