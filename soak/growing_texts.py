"""Texts in which one construct stands as often as is asked, beside those of tests/interpreter/test_growth.py."""

from collections.abc import Callable

from tests.interpreter.test_growth import HEAD, ITEM, lines


def joined(before: str, part: str, between: str, after: str = "\n") -> Callable[[int], str]:
    """One line with a part so often, with its number for `#`."""
    return lambda size: before + between.join(part.replace("#", str(n)) for n in range(1000, 1000 + size)) + after


def square(size: int) -> str:
    """A table of two dimensions with so many cells, as wide as it is high."""
    side = max(2, round(size**0.5))
    scales = "".join(f"scale {x}: {' > '.join(f'{x}{i}' for i in range(side))}\n" for x in "wd")
    rows = "".join(f"    w{i} {' '.join('1' for _ in range(side))}\n" for i in range(side))
    return f"{scales}table t (w, d)\n       {' '.join(f'd{i}' for i in range(side))}\n{rows}"


CALENDAR = "calendar\n    semester 2024-2025-1 from 2024-09-02 teaching until 2025-01-17\n"
MANY = HEAD + "    k : text\n    b : yes or no\n    m : number\n"

GROWING: dict[str, tuple[int, str, Callable[[int], str]]] = {
    "units": (200, HEAD, lines("unit u#\n")),
    "scales of two": (200, HEAD, lines("scale s#: a# > b#\n")),
    "values of a choice": (100, HEAD, joined("choice k: ", "v#", " | ")),
    "values of a scale": (100, HEAD, joined("scale k: ", "v#", " > ")),
    "named values": (200, HEAD, lines("let x# = #\n")),
    "named values of each other": (40, HEAD + "let x999 = 1\n", lambda n: "".join(
        f"let x{i} = x{i - 1} + 1\n" for i in range(1000, 1000 + n))),
    "attributes": (200, HEAD + "student\n", lines("    a# : number\n")),
    "kinds of record": (100, HEAD, lines("record r#\n    on : date\n")),
    "fields": (200, HEAD, lines("    f# : number\n")),
    "guards of a kind": (100, HEAD, lines('    void when n = #, "x"\n')),
    "categories": (100, HEAD, lines("category c# in p from a\n    item x#: 1 per event\n")),
    "categories of a category": (100, HEAD + "category c in p from a\n",
                                 lines("    category c#\n        item x#: 1 per event\n")),
    "items by conditions": (50, HEAD + "category c in p from a\n", lines("    item x# where n = #: 1 per event\n")),
    "articles": (100, HEAD + "category c in p from a\n", lines("    item x# [§#]: 1 per event\n")),
    "caps": (100, ITEM + "        1 per event\n", lines("        cap # in total\n")),
    "caps by date": (100, ITEM + "        1 per event\n", lines("        cap # per month when on >= #-01-01\n")),
    "limits of a number": (100, ITEM + "        1 per event\n", lines("        at most # events per month\n")),
    "rolling caps": (100, ITEM + "        1 per event\n", lines("        cap # per any # days\n")),
    "the highest": (100, ITEM + "        1 per event\n", lines("        highest once per month\n")),
    "factors": (100, ITEM + "        1 per event\n", lines("        times 2 when n = #\n")),
    "what is added": (100, ITEM + "        1 per event\n", lines("        plus 2 when n = #\n")),
    "guards of an item": (100, ITEM, lines('        void when n > #, "x"\n')),
    "shared adjustments": (100, HEAD, lines("adjust shared by s#\n    cap # in total\n")),
    "the third and later": (100, ITEM + "        1 per event\n",
                            lines("        from the 3rd event per month when n = #: times #\n")),
    "a printed table of an item": (100, HEAD.replace("n : number", "n : number\n    w : whole number")
                                   + "category c in p from a\n    item x\n        per event by w\n",
                                   lines("            # 1\n")),
    "a square table": (400, "", square),
    "scores": (50, HEAD, lines("score s# in p from a\n    starts at 60\n    item x#: 1 per event\n")),
    "facts of records": (100, HEAD, lines("fact f# of a\n    n + #\n")),
    "facts of each other": (40, HEAD + "fact f999\n    count(a)\n", lambda n: "".join(
        f"fact f{i}\n    f{i - 1} + 1\n" for i in range(1000, 1000 + n))),
    "cases of a fact": (50, HEAD, lambda n: "fact f\n" + "".join(
        f"    {i} when count(a) = {i}\n" for i in range(n)) + "    0 otherwise\n"),
    "cases by ranges": (50, HEAD, lambda n: "fact f\n" + "".join(
        f"    {i} when count(a) >= {2 * i} and count(a) < {2 * i + 2}\n" for i in range(n)) + "    0 otherwise\n"),
    "cases, the first that applies": (50, HEAD, lambda n: "fact f\n    first that applies\n" + "".join(
        f"    {i} when total(n of a) >= {n - i}\n" for i in range(n)) + "    0 otherwise\n"),
    "cases by two fields": (50, MANY + "category c in p from a\n    item x\n", lambda n: "".join(
        f"        {i} per event when n = {i} and m < {i}\n" for i in range(n))),
    "cases by texts": (50, MANY + "category c in p from a\n    item x\n", lambda n: "".join(
        f'        {i} per event when k = "t{i}"\n' for i in range(n))),
    "cases by beginnings of texts": (50, MANY + "category c in p from a\n    item x\n"
                                     "        first that applies\n", lambda n: "".join(
        f'        {i} per event when k starts with "t{i}."\n' for i in range(n))),
    "conditions of a case": (20, MANY + "category c in p from a\n    item x\n        1 per event\n", joined(
        "        void when ", "n = #", " or ", ', "x"\n')),
    "conditions that all hold": (20, MANY + "category c in p from a\n    item x\n        1 per event\n", joined(
        "        void when ", "n != #", " and ", ', "x"\n')),
    "terms": (25, HEAD, joined("fact f\n    ", "count(a where n > #)", " + ")),
    "factors of a product": (25, HEAD, joined("fact f\n    ", "#", " * ")),
    "what is in a list": (100, MANY + "category c in p from a\n    item x\n        1 per event\n", joined(
        "        void when n in (", "#", ", ", '), "x"\n')),
    "choices of a name": (50, HEAD, joined("fact f of a\n    n in (", "#", ", ", ")\n")),
    "requirements": (100, HEAD, lines("require r#\n    count(a) >= #\n")),
    "lines of a requirement": (100, HEAD + "require r\n", lines("    count(a) >= #\n")),
    "lines of which some are enough": (50, HEAD + "require r\n    at least 2 of these:\n",
                                       lines("        count(a) >= #\n")),
    "rankings": (50, HEAD + "category c in p from a\n    item x: 1 per event\n", lines("ranking r# of c\n")),
    "periods": (100, HEAD, lines("period q#: # days from 2024-01-01\n")),
    "clean stretches": (50, HEAD, lines("record q#: each full # days without a from 2024-01-01\n")),
    "accounts": (100, HEAD, lines("account a# in p\n")),
    "credits": (50, HEAD, lines("credit k# in p\n    1 when count(a) > #\n    0 otherwise\n")),
    "holidays": (100, CALENDAR + "    ends 2025-08-31\n", lambda n: "".join(
        f"    holiday 2025-0{1 + i % 9}-{10 + i % 18}\n" for i in range(n))),
    "semesters": (50, "calendar\n", lambda n: "".join(
        f"    semester {y}-{y + 1}-1 from {y}-09-02 teaching until {y + 1}-01-17\n" for y in range(1000, 1000 + n))
        + f"    ends {1001 + n}-08-31\n"),
    "treated as": (100, HEAD + "category c in p from a\n    item x: 1 per event\n", lines(
        'treat "y#" as x, decided by "z"\n')),
    "examples": (50, ITEM + "        1 per event\n", lines(
        'example "e#"\n    a x, on 2024-10-08, n 1\n    expect c = 1\n')),
    "records of an example": (100, ITEM + '        1 per event\nexample "e"\n', lines("    a x, on 2024-10-08, n #\n")),
    "expectations": (100, ITEM + '        1 per event\nexample "e"\n    a x, on 2024-10-08, n 1\n',
                     lines("    expect c = #\n")),
    "misspelt names": (20, HEAD, lines("fact f#\n    countt + lattest#\n")),
    "lines that cannot be read": (50, HEAD, lines("fact f#\n    1 wen count(a) > #\n")),
}  # fmt: skip
