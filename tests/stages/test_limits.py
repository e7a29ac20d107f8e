"""What is too large, too deep or invisible is refused at once, with a diagnostic; what is large but sound is read.

Times are of the processor, after a first policy has built the parser's tables, and with room for a slow machine: one
that counts more slowly just then, because it is another or does other work as well, is given as much more time.
"""

import time

import pytest

from creditlang.diagnostics import Severity, render
from creditlang.diagnostics.nearest import NearestNames
from creditlang.driver import check_bytes, check_text

MILLION = 10**6
HEAD = """unit credit
record activity
    item : item
    on : date
    n : number
"""
ITEM = f"{HEAD}category c in credit\n    item x\n        "

REFUSED = {
    "a million brackets": ("CR001", ITEM + "(" * MILLION + "1" + ")" * MILLION),
    "a million indexes": ("CR001", "x" + "[" * MILLION),
    "ten megabytes of comments": ("CR001", "# x\n" * (10**7 // 4)),
    "ten megabytes without a line": ("CR001", "a" * 10**7),
    "ten megabytes of nothing": ("CR001", "\0" * 10**7),
    "many brackets": ("CR002", ITEM + "(" * 100_000 + "1" + ")" * 100_000 + " per event\n"),
    "many Chinese brackets": ("CR002", ITEM + "（" * 60_000),
    "65 brackets": ("CR002", ITEM + "(" * 65 + "n" + ")" * 65 + " per event\n"),
    "70 categories in each other": ("CR002", "".join("    " * i + f"category c{i}\n" for i in range(70))),
    "a mark of direction": ("CR004", "# \u202e\n"),
    "a mark of direction in a text": ("CR004", 'unit credit "学\u2066分"\n'),
    "an invisible space in a name": ("CR004", "unit cre\u200bdit\n"),
    "many marks of direction": ("CR004", "\u202e" * 80_000),
    "half a character": ("CR004", "unit \ud800\n"),
    "a byte order mark inside": ("CR004", "unit credit\n\ufeffunit point\n"),
} | {
    f"a chain of {operator}": ("CR002", f"{ITEM}{f'n {operator} ' * 20_000}n per event\n")
    for operator in ("+", "-", "*", "/", "and", "or")
}
CHAINS = {
    "not": f"{ITEM}1 per event when {'not ' * 50_000}yes\n",
    "minus": f"{ITEM}{'-' * 200_000}1 per event\n",
    "comparisons": f"{ITEM}1 per event when {'n = ' * 50_000}1\n",
    "percentages": f"{ITEM}{'50% of ' * 30_000}n per event\n",
    "durations": f"{ITEM}void when on > {'1 day after ' * 20_000}on\n",
    "roundings": f"{ITEM}n {'rounded down to 1 ' * 10_000} per event\n",
    "citations": f"{ITEM}1 per event {'[a]' * 60_000}\n",
    "labels": "unit x " + '"a" ' * 60_000 + "\n",
    "options": f"{ITEM}1 per event when n in ({', '.join(['1'] * 50_000)})\n",
    "columns": "table t (a, b)\n  " + " 1" * 100_000 + "\n",
    "ranks": f"scale s: {' > '.join(f'v{i}' for i in range(20_000))}\n",
    "quotation marks": '"' * 200_000,
    "one word": "a" * 250_000,
    "one Chinese word": "每学期最高" * 16_000,
}


def slowness() -> float:
    """How much longer than 5 ms it takes to add up a hundred thousand squares; at least 1."""
    start = time.process_time()
    sum(number * number for number in range(100_000))
    return max(1.0, (time.process_time() - start) / 0.005)


def checked(text: str, seconds: float) -> list[str]:
    """The codes of the errors that are found in a text, within a time; each can be shown."""
    check_text("unit credit\n")
    before, start = slowness(), time.process_time()
    found = check_text(text)
    taken = time.process_time() - start
    assert taken < seconds * max(before, slowness()), f"{taken:.2f} s"
    for diagnostic in found[:5]:
        assert render(diagnostic, "en")
        assert render(diagnostic, "zh")
    return [diagnostic.code for diagnostic in found if diagnostic.severity is Severity.ERROR]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_once(name: str) -> None:
    """Under a tenth of a second (0.3 here), with the code that says why."""
    code, text = REFUSED[name]
    assert checked(text, 0.3)[:1] == [code]


@pytest.mark.parametrize("name", CHAINS)
def test_long_chains_are_refused_at_once(name: str) -> None:
    """Whatever is repeated, a long line ends in a diagnostic, not in a traceback or a long wait."""
    assert checked(CHAINS[name], 0.3)


@pytest.mark.parametrize(
    "mark", ["\u202a", "\u202b", "\u202c", "\u202d", "\u2067", "\u2069", "\u200e", "\u200f", "\u061c"]
)
def test_every_mark_of_direction_is_refused(mark: str) -> None:
    """In comments too."""
    assert checked(f"unit credit # {mark}\n", 0.3) == ["CR004"]


def test_bytes_that_are_not_utf8() -> None:
    """Another encoding is named as such, with its line."""
    found = check_bytes("unit credit\nunit 学分\n".encode("gb18030"))
    assert [diagnostic.code for diagnostic in found] == ["CR003"]


def test_what_is_within_the_limits_is_read() -> None:
    """64 brackets, 60 categories in each other, 250 KB of comments, a sum of a hundred terms."""
    assert not checked(ITEM + "(" * 64 + "n" + ")" * 64 + " per event\n", 0.5)
    assert not checked("unit credit\n" + "".join("    " * i + f"category c{i} in credit\n" for i in range(60)), 0.5)
    assert not checked("# x\n" * 62_000, 0.5)
    assert not checked(ITEM + "n + " * 100 + "n per event\n", 0.5)


def test_a_large_policy_is_read_in_time() -> None:
    """Three thousand items."""
    items = "".join(f"    item x{i} [第{i}条]: {i % 7} per event when n > {i % 5}\n" for i in range(3000))
    assert not checked(f"{HEAD}category c in credit\n{items}", 10)


def test_one_error_in_a_large_policy() -> None:
    """An error is found without reading the file again for each declaration."""
    units = "".join(f"unit u{i}\n" for i in range(2000))
    assert checked(f"{units}foo bar\n", 1) == ["CR005"]


def test_many_errors_in_a_large_policy() -> None:
    """The first twenty are told."""
    assert checked("foo bar\n" * 20_000, 3) == ["CR005"] * 20


def test_many_misspelt_names() -> None:
    """Each is told, and which name was meant for as many as can be compared in time."""
    facts = "".join(f"fact total_of_case_{i}\n    countt + totl_of_case_{i}\n" for i in range(1200))
    assert checked(HEAD + facts, 2.5) == ["CR101"] * 2400
    few = NearestNames(left=3)
    assert [few.of("totl", ["total", "count"]) for _ in range(3)] == ["total", "total", ""]


def test_many_cases_in_one_body() -> None:
    """Five hundred lines of one body are compared in time."""
    lines = "\n        ".join(f"{i} per event when n = {i}" for i in range(500))
    assert not checked(f"{ITEM}{lines}\n", 2)


@pytest.mark.parametrize("length", [50, 2000])
def test_long_ways_between_names(length: int) -> None:
    """Named values and facts that refer on and on: read, or refused with a diagnostic."""
    lets = "".join(f"let a{i} = a{i + 1} + 1\n" for i in range(length)) + f"let a{length} = 1\n"
    facts = "".join(f"fact a{i}\n    a{i + 1} + 1\n" for i in range(length)) + f"fact a{length}\n    1\n"
    for text in (lets, facts):
        assert set(checked(text, 3)) <= {"CR002", "CR010"}


@pytest.mark.parametrize("line", [
    "let a# = the higher of a@ and a@\n", "fact a# of activity\n    a@ and not a@\n",
    "fact a# of activity\n    count(activity ever where a@ > 1)\n", "fact a#\n    1 when a@ > 2\n    a@ otherwise\n",
])  # fmt: skip
@pytest.mark.parametrize("length", [31, 32, 90])
def test_long_ways_in_which_a_name_stands_twice(line: str, length: int) -> None:
    """Whatever asks for it, a name that is too far away is told, and found by itself."""
    ways = "".join(line.replace("#", str(i)).replace("@", str(i + 1)) for i in range(length))
    last = {"let": "let a# = 1\n", "not": "fact a# of activity\n    n > 1\n"}
    end = next((text for word, text in last.items() if word in line), f"{line.partition(chr(10))[0]}\n    1\n")
    assert set(checked(HEAD + ways + end.replace("#", str(length)), 3)) == ({"CR002"} if length > 31 else set())


@pytest.mark.parametrize(("depth", "codes"), [(250, set()), (251, {"CR002"})])
def test_named_values_are_so_deep_and_no_deeper(depth: int, codes: set[str]) -> None:
    lets = "".join(f"let a{i} = a{i - 1}\n" for i in range(1, depth))
    assert set(checked(f"let a0 = 1\n{lets}", 3)) == codes


def test_facts_of_records_that_refer_twice() -> None:
    """Each of eight refers twice to the next: written out that is 2⁸ places, and must not be read 4⁸ times."""
    facts = "".join(f"fact a{i} of activity\n    a{i + 1} + a{i + 1}\n" for i in range(8))
    text = f"{HEAD}{facts}fact a8 of activity\n    n\ncategory c in credit\n    item x: a0 per event\n"
    assert set(checked(text, 0.7)) <= {"CR002", "CR010"}
