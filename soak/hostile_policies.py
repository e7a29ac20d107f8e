"""Small policies that are made to cost much: each is refused with a code, or checked and run within a second."""

import random
import time
from collections.abc import Callable
from functools import cache
from itertools import combinations, count

from tests.differential.outcomes import differences, outcome
from tests.differential.people import world

from creditlang.driver import compile_text
from creditlang.one_student import Engine

SECOND = 1.0
LONGEST = 4096
"""Bytes of a policy that is small."""
RECORDS = 100
"""Of the one person that it is run on."""
ENGINES: tuple[Engine, ...] = ("reference", "compiled", "columnar")


def filled(before: str, part: str | Callable[[int], str], after: str = "", between: str = "") -> str:
    """A small policy with a part as often as there is room for, with its number for `#`."""
    found: list[str] = []
    room = LONGEST - len((before + after).encode())
    for number in count():
        one = part(number) if callable(part) else part.replace("#", str(number))
        room -= len((one + between).encode())
        if room < 0:
            return before + between.join(found) + after
        found.append(one)
    raise AssertionError


DATA = """unit p
record a
    item : item
    on : date
    n : number
    k : text, optional
    t : whole number, at least 0, at most 9
    b : yes or no
"""
ITEM = f"{DATA}category c in p from a\n    item x\n"
ONE = f"{ITEM}        1 per event\n"
CALENDAR = """calendar
    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17
    semester 2024-2025-2 from 2025-02-17 teaching until 2025-07-04
    ends 2025-08-31
"""
_DICE = random.Random(5)


def _flags(flags: int) -> str:
    return "unit p\nrecord a\n    item : item\n    on : date\n" + "".join(
        f"    f{i} : yes or no\n" for i in range(flags)
    )


def _clause(flags: int, width: int = 3) -> str:
    chosen = _DICE.sample(range(flags), width)
    return "(" + " or ".join(_DICE.choice(("f{} = yes", "f{} = no")).format(i) for i in chosen) + ")"


def _puzzle(flags: int, clauses: int, lines: int) -> str:
    """Cases of which it is hard to say whether two of them can hold together."""
    found = _flags(flags) + "category c in p from a\n    item x\n"
    for number in range(lines):
        found += f"        {number + 1} per event when {' and '.join(_clause(flags) for _ in range(clauses))}\n"
    return found


def _pair(number: int) -> str:
    one, two = [*combinations(range(12), 2)][number % 66]
    return f"        {number} per event when f{one} and not f{two}\n"


def _some_of(few: int, flags: int) -> str:
    """Combinations of conditions, more than can be written down."""
    yes, no = (", ".join(f"f{i} = {word}" for i in range(flags)) for word in ("yes", "no"))
    return (f"{_flags(flags)}category c in p from a\n    item x\n        1 per event when at least {few} of ({yes})\n"
            f"        2 per event when at least {flags - few + 1} of ({no})\n")  # fmt: skip


def _doubling(line: str, last: str, depth: int) -> str:
    """Each name twice in the one before: 2^depth places if it were written out."""
    return "".join(line.replace("#", str(i)).replace("@", str(i + 1)) for i in range(depth)) + last.replace(
        "#", str(depth)
    )


HOSTILE: dict[str, tuple[str, str]] = {
    # ---- the code that refuses it, if one has to; the text
    "queries three deep": ("CR208", DATA + "fact f\n    count(a where any(a where any(a where n > 1)))\n"),
    "queries two deep": ("", ONE + '        void when any(a ever where any(a ever where n > 3 and same k)), "x"\n'),
    "queries two deep, often": ("", filled(ONE, '        void when count(a ever where any(a ever where n > # and t < 5)'
                                                ' and t > 2) = #, "x"\n')),
    "queries two deep that ask of both": ("", filled(
        ITEM, '        void when count(a ever where any(a ever where same on and n > #) and same k) = #, "x"\n',
        "        1 per event\n")),
    "facts of records in facts of records": ("CR002", DATA + _doubling(
        "fact f# of a\n    count(a ever where f@ > 1)\n", "fact f# of a\n    n\n", 60)),
    "facts that ask all records": ("", DATA + "fact f0 of a\n    count(a ever where n > 1)\n"
                                   "fact f1 of a\n    count(a ever where f0 > 1)\nfact g\n    count(a where f1 > 1)\n"),
    "named values to the power": ("CR002", "let x0 = 99999\n" + "".join(
        f"let x{i + 1} = x{i} * x{i}\n" for i in range(120)) + ONE + "        times x120\n"),
    "named values doubled": ("CR002", _doubling("let x# = x@ + x@\n", "let x# = 1\n", 150)),
    "named values chosen": ("CR002", "let y = 1\n" + _doubling(
        "let x# = the higher of x@ and x@\n", "let x# = 1\n", 100)),
    "facts doubled": ("CR002", DATA + _doubling("fact f#\n    f@ + f@\n", "fact f#\n    count(a)\n", 120)),
    "facts to the power": ("CR002", DATA + _doubling("fact f#\n    f@ * f@\n", "fact f#\n    count(a)\n", 120)),
    "facts of records doubled": ("CR002", DATA + _doubling("fact f# of a\n    f@ + f@\n", "fact f# of a\n    n\n", 90)),
    "facts of records to the power": ("", DATA + _doubling(
        "fact f# of a\n    f@ * f@\n", "fact f# of a\n    n + 2\n", 6)
                                      + "category c in p from a\n    item x: f0 per event\n"),
    "conditions doubled": ("CR002", DATA + _doubling("fact f#\n    f@ and (f@ or f@)\n", "fact f#\n    any(a)\n", 90)),
    "conditions of records doubled": ("CR002", DATA + _doubling(
        "fact f# of a\n    f@ and not f@\n", "fact f# of a\n    n > 1\n", 90)),
    "requirements of each other": ("", DATA + _doubling("require r#\n    r@ or r@\n", "require r#\n    any(a)\n", 110)),
    "a long product": ("CR002", filled(DATA + "fact f\n    ", "99", "\n", "*")),
    "a long product of fields": ("CR002", filled(ITEM + "        ", "n", " per event\n", "*")),
    "a long sum": ("CR010", filled(DATA + "fact f\n    ", "count(a)", "\n", "+")),
    "quotients": ("CR002", filled(DATA + "fact f\n    ", lambda i: f"1/{9901 + 2 * i}", "\n", "+")),
    "quotients in each other": ("CR002", filled(DATA + "fact f\n    ", "1/(7+", "\n")),
    "small shares": ("CR204", filled(ONE, "        times 1/#7\n")),
    "a rounding to very little": ("CR213", ONE + "        rounded down to 0." + "0" * 900 + "1\n"),
    "a very large number": ("CR110", ONE + f"        times {'9' * 3500}\n"),
    "a very long fraction": ("CR110", ONE + f"        times 0.{'9' * 3500}\n"),
    "large factors": ("CR213", filled(ONE, "        times 999999999999\n")),
    "a puzzle of cases": ("", _puzzle(20, 30, 3)),
    "a puzzle of many cases": ("CR311", _puzzle(12, 6, 14)),
    "a large puzzle": ("", _puzzle(40, 36, 2)),
    "pairs of flags": ("", filled(_flags(12) + "category c in p from a\n    item x\n", _pair)),
    "some of many, against the others": ("", _some_of(9, 18)),
    "some of more": ("", _some_of(20, 40)),
    "or within and": ("CR010", filled(ITEM + "        1 per event when ", "(n = # or t = #)",
                                 "\n        2 per event when n > 3\n", " and ")),
    "and within or": ("CR010", filled(ITEM + "        1 per event when ", "(n = # and t != 1)",
                                 "\n        2 per event when n > 3\n", " or ")),
    "cases one under the other": ("CR314", filled(DATA + "fact f\n    first that applies\n",
                                             "    # when total(n of a) > #\n", "    0 otherwise\n")),
    "cases of ranges": ("", filled(ITEM, "        # per event when n >= #.1 and n < #.2\n")),
    "cases of two numbers": ("", filled(ITEM, "        # per event when n + t = #\n")),
    "cases of all letters": ("", filled(
        ITEM.replace("k : text, optional", "k : text"), '        # per event when k contains "#"\n')),
    "void lines": ("", filled(ITEM, '        void when n>#,"x"\n', "        1 per event\n")),
    "a wide table": ("CR010", filled(CALENDAR + "unit p\nscale s: ", "v#", "\n", " > ")),
    "a wide printed table": ("CR306", filled(DATA + "table q (t)\n", "    #+ 1\n")),
    "bands that meet": ("", filled(ITEM + "        per event by n\n", "            #-# 1\n")),
    "bands in each other": ("CR306", filled(DATA + "table q (n)\n", lambda i: f"    {i}-{9999 - i} 1\n")),
    "a table of two wide dimensions": ("", DATA + "table q (u, v)\n    "
                                       + " ".join(str(i) for i in range(60)) + "\n" + "".join(
        f"    {i} {' '.join('1' for _ in range(60))}\n" for i in range(25))),
    "days as periods": ("", DATA + "period d: 1 day from 1000-01-01\nfact f per d\n    count(a)\n"),
    "days as periods, asked of each": ("", DATA + "period d: 1 day from 2020-01-01\nfact f per d\n    count(a)\n"
                                       "require r\n    f > 1 in each d\n"),
    "facts per day of the facts before": ("", DATA + "period d: 1 day from 2020-06-01\nfact f per d\n"
                                          "    f of previous d + count(a) when f of previous d is present\n"
                                          "    1 otherwise\n"),
    "periods of many kinds": ("", filled(DATA, "period q#: 1 day from 2020-01-01\nfact f# per q#\n    count(a)\n")),
    "clean stretches of a day": ("", DATA + "record q: each full 1 days without a from 1000-01-01\n"
                                 "category c in p from q\n    item x: 1 per event\n"),
    "clean stretches often": ("", filled(DATA, "record q#: each full 1 days without a from 2000-01-01\n"
                                         "category c# in p from q#\n    item x#: 1 per event\n")),
    "windows often": ("", filled(ONE, lambda i: f"require r{i}\n    c in any {i + 1} days below {i + 70}\n")),
    "windows that are long": ("CR110", ONE + "require r\n    c in any 999999999999 days below 5\n"),
    "days that are far": ("CR110", ONE + "        valid until 999999999 years after on\n"),
    "balances before this": ("", DATA + "category d in p from a\n    item z\n        1 per event\n"
                             "        highest once per k\nrecord o\n    item : item\n    on : date\n"
                             "category e in p from o\n    item y\n        void when d before this > 1, \"v\"\n"
                             "        1 per event\n"),
    "balances before this of each other": ("", DATA + "".join(
        f"record o{i}\n    item : item\n    on : date\ncategory e{i} in p from o{i}\n    item y{i}\n"
        f"        void when {'d' if i == 0 else f'e{i - 1}'} before this > 1, \"v\"\n        1 per event\n"
        "        highest once per month\n" for i in range(12)
    ) + "category d in p from a\n    item z\n        1 per event\n        highest once per k\n"),
    "its own balance before this": ("CR321", ITEM + "        one by one\n"
                                    '        void when c before this > 3, "v"\n        1 per event\n'),
    "rolling limits": ("", filled(ONE, "        cap 9# per any 1# days\n")),
    "the highest, often": ("", filled(ONE, "        highest once per k\n")),
    "the third and later, often": ("", filled(ONE, "        from the 2nd event per month: times 2\n")),
    "the higher of many sums": ("", filled(DATA + "category c in p from a\n", "    item i# where n = #: 1 per event\n",
                                "    per month: the higher of i0 + i1 + i2 and i3 + i4 + i5, \"r\"\n")),
    "every item takes every record": ("", filled(
        DATA + "category c in p from a\n", "    item i# where n >= 0: 1 per event\n")),
    "what is to be decided, often": ("", filled(
        DATA + "    d : number, optional\ncategory c in p from a\n",
        "    item i# where n >= 0: 1 to 2 as decided in d\n", "    cap 30 per month\n    highest once per k\n"
        "    cap 20 per any 30 days\n")),
    "categories in each other": ("", DATA + "".join(
        f"{'    ' * i}category c{i} in p from a\n" for i in range(35))),
    "rankings of rankings": ("CR362", ONE + "ranking r0 of c\nranking r1 of r0\nranking r2 of r1\nranking r3 of r2\n"),
    "rankings, often": ("", filled(ONE, "ranking r# of c, ties by c\n")),
    "puzzles in other words": ("", _puzzle(24, 12, 6)),
    "names that are nearly the same": ("CR101", filled(
        DATA, "unit abcdefgh#\n", "fact f\n" + "    abcdefgi + abcdefgj\n" * 15)),
    "names of names": ("CR101", filled(DATA, 'unit u# "甲甲甲甲#"\n', "fact f\n    甲甲甲甲乙\n")),
    "words that run together": ("CR011", filled(DATA, "fact f\n    ", "每学期最高", "\n")),
    "citations": ("", filled(ITEM + "        1 per event", " [§#]", "\n")),
    "examples": ("", ONE + 'example "e"\n'
                 + "    a x, on 2024-10-08, n 1, t 1, b yes, 1000 times\n" * 30 + "    expect c = 30000\n"),
}  # fmt: skip


@cache
def _loaded() -> None:
    """Have loaded what the first run by each engine loads."""
    policy = compile_text(ONE).policy
    for engine in ENGINES:
        outcome(policy, world(random.Random(1), policy, 1, 1), engine)


def wrong_of(name: str) -> tuple[str, float]:
    """What does not hold of a hostile policy, and the seconds of the processor that its slowest part took."""
    _loaded()
    wanted, text = HOSTILE[name]
    if len(text.encode()) > LONGEST:
        return f"{len(text.encode())} bytes", 0.0
    began = time.process_time()
    found = compile_text(text)
    slowest = time.process_time() - began
    codes = sorted({x.code for x in found.errors})
    wrong = [f"checked in {slowest:.1f} s {' '.join(codes)}"] if slowest > SECOND else []
    if wanted not in codes and (wanted or codes):
        wrong.append(f"refused with {' '.join(codes) or 'nothing'}, not with {wanted or 'nothing'}")
    if codes:
        return "; ".join(wrong), slowest
    people, outcomes = world(random.Random(1), found.policy, 1, RECORDS * 3 // 2), []
    for engine in ENGINES:
        began = time.process_time()
        outcomes.append(outcome(found.policy, people, engine))
        took = time.process_time() - began
        slowest = max(took, slowest)
        wrong += [f"run by {engine} in {took:.1f} s"] if took > SECOND else []
        wrong += [f"{engine}: {told}" for told in differences(outcomes[0], outcomes[-1])[:1]]
    wrong += [outcomes[0].raised] if outcomes[0].raised and "DataError" not in outcomes[0].raised else []
    return "; ".join(wrong), slowest
