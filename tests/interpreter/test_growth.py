"""Cost grows with what is written and recorded, not with its square: four times as much may cost ten times, no more.

Measured in processor time, the best of three, from a size on at which nothing else counts.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditlang.core.operators import Policy
from creditlang.data.mappings.mapping_file import _BARE
from creditlang.data.sheets.sheet_heading import _LIKE_A_NUMBER, plain_heading
from creditlang.driver import compile_text
from creditlang.ide.highlighting import highlight
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import Record

HEAD = 'unit p "p"\nrecord a\n    item : item\n    on : date\n    n : number\n'
ITEM = HEAD + "category c in p from a\n    item x\n"
MOST = 10
NOTHING = 0.02
"""Seconds that are lost in measuring."""


def seconds(work: Callable[[], object]) -> float:
    """The least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def grows_evenly(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Four times the size does not cost the sixteenfold."""
    one, four = seconds(work(size)), seconds(work(4 * size))
    assert four <= MOST * max(one, NOTHING), f"{size}: {one:.3f} s, {4 * size}: {four:.3f} s"


def table(size: int) -> str:
    rows = "".join(f"    w{i} " + " ".join("1" for _ in range(30)) + "\n" for i in range(size))
    scales = "".join(
        f"scale {x}: {' > '.join(f'{x}{i}' for i in range(most))}\n" for x, most in (("w", size), ("d", 30))
    )
    return f"{scales}table t (w, d)\n       {' '.join(f'd{i}' for i in range(30))}\n{rows}"


def lines(line: str) -> Callable[[int], str]:
    """A line as often as is asked, with its number for `#`."""
    return lambda size: "".join(line.replace("#", str(number)) for number in range(1000, 1000 + size))


def wide(text: str) -> Callable[[int], str]:
    """A text with as many spaces as is asked for each `_`, and other characters for `X` and `“`."""
    return lambda size: text.replace("_", " " * size).replace("X", "x" * size).replace("“", "“" * size)


TEXTS: dict[str, tuple[int, str, Callable[[int], str]]] = {
    "lines that all overlap": (250, ITEM, lines("        # per event\n")),
    "lines one after another": (250, ITEM, lines("        # per event from #-01-01 until #-12-31\n")),
    "lines that exclude each other": (100, ITEM, lines("        # per event when n = #\n")),
    "lines that each ask for another thing": (
        100,
        ITEM.replace("number\n", "number\n    k : text\n"),
        lines('        # per event when k starts with "#."\n'),
    ),
    "dated values": (800, HEAD + "let x = 1\n", lines("    # from #-01-01\n")),
    "spaces in lines": (2000, ITEM, wide('        void when n_<_1,_"x"_\n        1_per event\n')),
    "spaces in keywords": (4000, HEAD, wide("fact f\n    count(a) at_least 1\n")),
    "spaces in a declaration": (4000, HEAD, wide('    m_"甲"_:_number\n')),
    "quotation marks that open": (4000, HEAD, wide("    m : “\nlet x = “\n")),
    "brackets": (4000, ITEM, wide("        1 per event [X] [_] # [X]\n")),
    "a printed table": (40, "", table),
    "items": (200, HEAD + "category c in p from a\n", lines("    item x#: 1 per event\n")),
    "facts": (100, HEAD, lines("fact f#\n    1 when count(a) >= #\n    2 otherwise\n")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_checking_a_text(name: str) -> None:
    size, before, text = TEXTS[name]
    compile_text(HEAD)
    grows_evenly(lambda n: lambda: compile_text(before + text(n)), size)


@pytest.mark.parametrize("name", ["spaces in lines", "quotation marks that open", "brackets"])
def test_colours(name: str) -> None:
    size, before, text = TEXTS[name]
    grows_evenly(lambda n: lambda: list(highlight(before + text(n))), size)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (plain_heading, "a" + "*" * 8000 + "x"), (_LIKE_A_NUMBER.fullmatch, "1" * 8000 + "!"),
        (_BARE.search, "{" + "　" * 8000), (_BARE.search, "," + "甲" * 8000),
    ],
)  # fmt: skip
def test_cells(read: Callable[[str], object], text: str) -> None:
    grows_evenly(lambda n: lambda: read(text * n), 1)


SEARCHES = {
    "every record asks of all": "any(a ever where n >= 3)",
    "every record asks of those like it": "count(a ever where same n and n >= 0) >= 2",
    "of those of one day": "total(n of a ever where same on) >= 2",
    "of those in which nobody is alike": "any(a ever where same k)",
    "a search in a search": "any(a ever where any(a where same on and n > 1) and same n)",
    "the latest before": "n of latest a on or before on > 1",
    **{
        f"the {way} of those before": f"{way}(n of a before this) is present and {way}(n of a before this) > 1"
        for way in ("average", "highest", "first", "latest")
    },
    "every one before": "every(a before this where n >= 0)",
    "how many different ones before": "count(different n of a before this) > 3",
    "how many in a row before": "in a row(a before this where n >= 3) > 4",
}


def searching(condition: str) -> Policy:
    """A policy that asks it of every record."""
    text = (
        HEAD
        + f'    k : text\ncategory c in p from a\n    item x\n        void when {condition}, "x"\n        1 per event\n'
    )
    compiled = compile_text(text)
    assert not compiled.errors, [(error.code, error.arguments) for error in compiled.errors]
    return compiled.policy


def student(records: int) -> StudentData:
    """A student with so many records."""
    days = [date(2024, 1, 1) + timedelta(number % 300) for number in range(records)]
    values = [{"item": "x", "on": days[n], "n": Decimal(n % 7), "k": str(n)} for n in range(records)]
    return StudentData("s", {}, tuple(Record("a", f"{n:06d}", "s", each, days[n]) for n, each in enumerate(values)))


@pytest.mark.parametrize("name", SEARCHES)
def test_searches(name: str) -> None:
    interpreter = Interpreter(searching(SEARCHES[name]))
    grows_evenly(lambda n: lambda: interpreter.evaluate(student(n)), 250)


LOOKING_BACK = (
    HEAD
    + """record b
    item : item
    on : date
category c in p from a
    item x : n per event
    cap 900 in total
category d in p from b
    item y
        void when c before this > 800 or c as of on > 800 or c in the last 30 days > 800, "v"
        1 per event
require few
    c in any 50 days below 700
"""
)


def test_looking_back() -> None:
    """Balances at other times, where no later record changes what an earlier one has."""
    compiled = compile_text(LOOKING_BACK)
    assert not compiled.errors
    assert compiled.policy.untouched == {"c"}
    interpreter = Interpreter(compiled.policy, date(2025, 1, 1))

    def both(records: int) -> StudentData:
        found = student(records)
        others = [Record("b", x.identifier, "s", {**x.values, "item": "y"}, x.on) for x in found.records]
        return StudentData("s", {}, (*found.records, *others))

    grows_evenly(lambda n: lambda: interpreter.evaluate(both(n)), 200)
