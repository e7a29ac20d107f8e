"""The regulation and the cohort of `bench.cohort`: invented, deterministic, with a bit of all that takes time.

Forty items. Activities have a rate by level and role, times a quantity, half for other organisers, with a cap per
semester; awards a rate by level and place, shared in a team, the highest counting once per semester and content; the
third violation of a semester and later ones count double against 100 points of conduct, and 85 are worth a credit. To
graduate takes minima by category, a total and credits of conduct. Amounts here are whole thousandths, points whole.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    import pyarrow

SEMESTERS = ("2024-2025-1", "2024-2025-2", "2025-2026-1", "2025-2026-2", "2026-2027-1", "2026-2027-2")
STARTS = ("2024-09-02", "2025-02-17", "2025-09-01", "2026-03-02", "2026-08-31", "2027-03-01")
LAST_TEACHING = ("2025-01-20", "2025-07-07", "2026-01-19", "2026-07-20", "2027-01-18", "2027-07-19")
LEVELS = ("national", "provincial", "municipal", "school", "college")
ROLES = ("member", "lead")
PLACES = ("first", "second", "third")
ACTIVITIES, AWARDS, VIOLATIONS = range(20), range(20, 32), range(32, 40)
UNLIMITED = 10**9
CATEGORIES = [item % 6 for item in ACTIVITIES] + [item % 6 for item in range(12)]
HALVED = [16 <= item < 28 for item in range(40)]
SHARED = [20 <= item < 30 for item in range(40)]
CAPS = [1000, 500, 1000, 1000, 2000, 1000, 1000, UNLIMITED, 2000, 1000, 1500, 2000, 500, 1000, 1000, UNLIMITED,
        2500, 1500, 1000, 1500, *[UNLIMITED] * 10, 2000, 2000]  # fmt: skip
SHARES = ((10,), (7, 4), (6, 3, 2), (5, 3, 2, 1), (5, 3, 1, 1, 1), (5, 2, 1, 1, 1, 1))
"""Tenths, by the size of the team and the place in it."""
DEDUCTIONS = (5, 10, 10, 5, 15, 20, 10, 5)
MINIMA = (1500, 500, 1000, 1000, 0, 0)
TOTAL, CREDITS_OF_CONDUCT = 7500, 6


def rate(item: int, level: int, column: int) -> int:
    """The printed rate, in thousandths; of an award by its place, else by the role."""
    if item in ACTIVITIES:
        return 500 - 100 * level + 100 * (item % 3 == 0) + 100 * column
    best = (3000, 2500, 2000, 1000, 500)[level]
    return max(100, best - (500 * column if level == 0 else (0, 300, 400)[column]))


def written(thousandths: int) -> str:
    """An amount as a policy prints it."""
    return f"{thousandths / 1000:g}"


def policy() -> str:
    """The text of the regulation."""
    lines = ["unit credit", "unit point", f"scale level: {' > '.join(LEVELS)}", f"scale place: {' > '.join(PLACES)}"]
    lines += ["calendar"]
    for name, start, last in zip(SEMESTERS, STARTS, LAST_TEACHING, strict=True):
        lines.append(f"    semester {name} from {start} teaching until {last}")
    lines += ["    ends 2027-08-31", "record enrolment marks enrolment", "    semester : semester", "record activity"]
    lines += [f"    {field}" for field in (
        "item : item", "on : date", "semester : semester", "level : level", "role : member | lead",
        "award : place, required when used", "team_size : whole number", "place_in_team : whole number",
        "quantity : whole number", "organiser : official | other", "content : text",
    )]  # fmt: skip
    lines += ["record violation", "    item : item", "    on : date", "    semester : semester"]
    lines += ["table team_share (team_size, place_in_team)", "        1  2  3  4  5  6"]
    lines += [f"    {size}  {'  '.join(f'{x / 10:g}' for x in row)}" for size, row in enumerate(SHARES, 1)]
    for category in range(6):
        lines.append(f"category c{category} in credit from activity")
        for item in (item for item, own in enumerate(CATEGORIES) if own == category):
            columns, key = (ROLES, "role") if item in ACTIVITIES else (PLACES, "award")
            lines += [
                f"    item a{item:02}",
                f"        per event by level and {key}",
                f"            {' '.join(columns)}",
            ]
            for level, name in enumerate(LEVELS):
                lines.append(
                    f"            {name} {' '.join(written(rate(item, level, x)) for x in range(len(columns)))}"
                )
            lines.append("        times quantity")
            lines += ["        times team_share[team_size, place_in_team]"] * SHARED[item]
            lines += ["        half when organiser is other"] * HALVED[item]
            lines += ["        highest once per semester and content"] * (item in AWARDS)
            lines += [f"        cap {written(CAPS[item])} per semester"] * (CAPS[item] < UNLIMITED)
    lines += ["score conduct per semester in point from violation", "    starts at 100"]
    lines += [f"    item a{item} : deduct {DEDUCTIONS[item - 32]} per event" for item in VIOLATIONS]
    lines += ["    from the 3rd event per semester over all: times 2", "credit conduct_credit per semester in credit"]
    lines += ["    1 when conduct >= 85", "    0 otherwise", "require graduation"]
    lines += [f"    {' + '.join(f'c{x}' for x in range(6))} at least {written(TOTAL)}"]
    lines += [f"    c{x} at least {written(least)}" for x, least in enumerate(MINIMA) if least]
    lines += [f"    total conduct_credit at least {CREDITS_OF_CONDUCT}"]
    return "\n".join(lines) + "\n"


def cohort(students: int) -> "dict[str, numpy.ndarray[Any, Any]]":
    """The records of so many students, about forty each, as columns of small integers, by student, day and id."""
    import numpy as np

    random = np.random.default_rng([1, students])
    each = random.poisson(40, students).clip(1, 120)
    count = int(each.sum())
    sort = random.choice(3, count, p=[0.74, 0.18, 0.08])
    team = np.where(sort == 1, random.choice(6, count, p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.05]) + 1, 1)
    found = {
        "student": np.repeat(np.arange(students), each), "semester": random.integers(0, 6, count),
        "day": random.integers(0, 130, count),
        "item": np.choose(sort, [random.integers(x.start, x.stop, count) for x in (ACTIVITIES, AWARDS, VIOLATIONS)]),
        "level": random.choice(5, count, p=[0.02, 0.05, 0.13, 0.4, 0.4]),
        "column": np.where(sort == 1, random.integers(0, 3, count), random.random(count) < 0.15),
        "team": team, "place": np.where(sort == 1, (random.random(count) * team).astype(int), 0),
        "quantity": np.where(sort == 0, 1 + (random.random(count) ** 3 * 3).astype(int), 1),
        "other": random.random(count) < 0.2,
        "content": np.where(sort == 1, random.integers(0, 3, count), random.integers(0, 500, count)),
    }  # fmt: skip
    order = np.lexsort((found["day"], found["semester"], found["student"]))
    columns = {name: np.ascontiguousarray(column[order].astype(np.int32)) for name, column in found.items()}
    return {**columns, "record": np.arange(count, dtype=np.int32)}


def tables(columns: "Mapping[str, numpy.ndarray[Any, Any]]", students: int) -> "dict[str, pyarrow.Table]":
    """The same as tables of text, as they would come from a register."""
    import numpy as np
    import pyarrow as pa

    numbers = np.char.add("2024", np.char.zfill(np.arange(students).astype(str), 7))
    starts = np.array(STARTS, "datetime64[D]")
    violation = columns["item"] >= VIOLATIONS.start
    award = columns["item"] >= AWARDS.start
    texts = {
        "record_id": np.char.zfill(columns["record"].astype(str), 9), "student_id": numbers[columns["student"]],
        "item": np.array([f"a{item:02}" for item in range(40)])[columns["item"]],
        "on": (starts[columns["semester"]] + columns["day"].astype("timedelta64[D]")).astype(str),
        "semester": np.array(SEMESTERS)[columns["semester"]],
    }  # fmt: skip
    more = {
        "level": np.array(LEVELS)[columns["level"]], "role": np.array(ROLES)[np.where(award, 0, columns["column"])],
        "award": np.where(award, np.array(PLACES)[np.where(award, columns["column"], 0)], ""),
        "team_size": columns["team"].astype(str), "place_in_team": (columns["place"] + 1).astype(str),
        "quantity": columns["quantity"].astype(str), "organiser": np.array(["official", "other"])[columns["other"]],
        "content": columns["content"].astype(str),
    }  # fmt: skip
    return {
        "student": pa.table({"student_id": numbers}),
        "enrolment": pa.table({"student_id": np.repeat(numbers, 6), "semester": list(SEMESTERS) * students}),
        "activity": pa.table({name: column[~violation] for name, column in {**texts, **more}.items()}),
        "violation": pa.table({name: column[violation] for name, column in texts.items()}),
    }


if __name__ == "__main__":
    sys.stdout.write(policy())
