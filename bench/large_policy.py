"""How long a policy of ten thousand rules over several files takes to load and check, cold.

    python -m bench.large_policy [--rules N] [--smaller N]

`creditlang check` runs in a process of its own on the policy and on a smaller one of the same sort: of twice the rules
no more than a little over twice the seconds is the aim. The rules are like those of a long regulation: rates, tables by
level, caps, refusals with reasons, facts, requirements and what is read of one category in another.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

IN_A_CATEGORY, IN_A_FILE = 10, 500
FIRST = """
policy "large"
    title "Large"
unit point "points"
scale level "level": national "National" > provincial "Provincial" > municipal "Municipal" > school "School"
student "student"
    group "group" : text, optional
record activity "activity"
    item    "item"    : item
    on      "day"     : date
    level   "level"   : level, required when used
    hours   "hours"   : number, default 1, at least 0
    content "content" : text, optional
    whole   "whole"   : yes or no, default yes
    late    "late"    : yes or no, default no
    void when late, "sent in late"
    void when group is missing, "belongs to no group"
"""
BODIES = (
    'void when not whole, "left early"\n{n}.5 per event\ncap 20 per calendar year',
    "per event by level\n    national 4\n    provincial {n}\n    municipal 2\n    school 1\n"
    "highest once per calendar year",
    "0.5 * hours per event when hours >= {n}\n0.1 per event when hours < {n}\ncap {n} in total",
    "{n} per event when level >= provincial\n1 per event when level < provincial and is_long{category}\n"
    "0 per event when level < provincial and not is_long{category}",
    "table{category}[level] per event\nhighest once per calendar year and content",
)


def written(rules: int) -> Iterator[str]:
    """The files of a policy of so many rules, the first what all others use."""
    yield FIRST
    lines: list[str] = []
    for category in range(-(-rules // IN_A_CATEGORY)):
        lines += (
            f"table table{category} (level)", "    national 5", "    provincial 4", "    municipal 3", "    school 2",
            f"let least{category} = {category % 7 + 1} point   [Article {category}]",
            f"fact is_long{category} of activity", f"    yes when hours > {category % 9 + 1}", "    no otherwise",
            f'category category{category} "Category {category}" in point from activity   [Article {category}]',
        )  # fmt: skip
        for number in range(min(IN_A_CATEGORY, rules - category * IN_A_CATEGORY)):
            body = BODIES[number % len(BODIES)].format(n=number % 3 + 2, category=category)
            lines.append(f'    item item{category}_{number} "Item {category} {number}"   [Article {category}.{number}]')
            lines += (f"        {line}" for line in body.splitlines())
        lines.append("    cap 100 in total")
        lines.append(f'require enough{category} "Enough {category}"   [Article {category}]')
        lines.append(f'    "Own" : category{category} at least least{category}')
        if category:
            lines.append(f'    "Both" : category{category} + category{category - 1} at least {category % 5 + 1}')
        if (category + 1) * IN_A_CATEGORY % IN_A_FILE == 0:
            yield "\n".join(lines) + "\n"
            lines = []
    if lines:
        yield "\n".join(lines) + "\n"


def checked(rules: int) -> tuple[float, float, int]:
    """Seconds of CPU and of wall time, and the lines, of a policy of so many rules, checked in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        first, *others = written(rules)
        (Path(folder) / "large.credit").write_text(first, encoding="utf-8")
        for number, text in enumerate(others):
            # Files beside a policy are read with it, the ones of this name.
            (Path(folder) / f"large.examples.{number:03}.credit").write_text(text, encoding="utf-8")
        start, before = perf_counter(), os.times()
        command = (sys.executable, "-m", "creditlang", "check", str(Path(folder) / "large.credit"))
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        after = os.times()
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr)
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, perf_counter() - start, sum(text.count("\n") for text in (first, *others))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How long a large policy takes to load and check.")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--smaller", type=int, default=2_500)
    given = parser.parse_args()
    for rules in (given.smaller, given.rules):
        used, passed, lines = checked(rules)
        print(f"{rules:7,} rules, {lines:7,} lines  {used:6.2f} s CPU  {passed:6.2f} s wall")
    print(f"at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
