"""What holds of any engine alone: changes of the data or of the policy that may not change results.

Each law makes the change, runs again and yields where the results differ from those before.
"""

import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from attrs import evolve
from tests.differential.drafts import Draft, compiled
from tests.differential.outcomes import MOST_TOLD, Outcome, outcome, result_places, table_places
from tests.differential.people import Rows, World
from tests.differential.sentences import TIME, Line, numbered, printed

import creditlang
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references_of
from creditlang.ledger import StudentResult
from creditlang.schema import RawTable, Row

Law = Callable[[random.Random, Draft, World, Outcome], Iterator[str]]
_SORTED = ("students", "accounts", "facts", "requirements", "records", "groups", "steps")


def order_of_rows(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """Rows, and tables, in another order."""
    rows = {name: rng.sample(lines, len(lines)) for name, lines in reversed(world.rows.items())}
    after = outcome(draft.policy, evolve(world, rows=rows))
    yield from _raised(before, after)
    for name in _SORTED if not after.raised else ():
        yield from table_places(name, _by_text(before.tables[name]), _by_text(after.tables[name]))


def other_names(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """Other ids of students and records, in the same order."""
    rows: Rows = {
        name: [{x: "z" + text if x in ("student_id", "record_id") and text else text for x, text in line.items()}
               for line in lines]
        for name, lines in world.rows.items()
    }  # fmt: skip
    after = outcome(draft.policy, evolve(world, rows=rows))
    yield from _raised(before, after)
    for name in (*_SORTED, "issues") if not after.raised else ():
        # tables are sorted by what their rows hold, and a reason may hold the id of another record
        yield from table_places(name, _by_text(before.tables[name]), _by_text([*map(_named_back, after.tables[name])]))


def _named_back(row: Row) -> Row:
    return tuple(_RENAMED.sub("", cell) if isinstance(cell, str) else cell for cell in row)


_RENAMED = re.compile(r"\bz(?=[rse]\w*\d)")


def others_absent(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """A part of the students, where nothing is said of people together, and no record falls on a group of them."""
    policy = draft.policy
    if any(fact.among_others for fact in policy.facts.values()) or any(kind.group for kind in policy.kinds.values()):
        return
    some = rng.sample(world.students, max(1, len(world.students) // 3))
    after = outcome(policy, world.of(some))
    yield from _raised(before, after)
    for student, result in after.results.items():
        if student in before.results:
            yield from (
                f"{student} {x}" for x in result_places(_placeless(before.results[student]), _placeless(result))
            )


def _placeless(result: StudentResult) -> StudentResult:
    """Without the rows in which things stand."""
    for entry in result.entries:
        if entry.record.problem is not None:
            entry.record.problem = evolve(entry.record.problem, place=None)
    return evolve(result, problems=[evolve(found, place=None) for found in result.problems])


def other_dialect(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """The policy in the other language."""
    text = printed(list(draft.lines), "zh" if draft.dialect == "en" else "en")
    policy = compiled(text)
    if policy is None:
        return  # some forms are of one language only
    after = outcome(policy, world)
    yield from _raised(before, after)
    if not after.raised:
        yield from _what_counts(before, after)


def something_idle(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """A category of a kind of record that nobody has."""
    idle = [Line("RECORD idle", [Line("item: item"), Line("on: date")]),
            Line("CATEGORY idle_account FROM idle", [Line("ITEM idle_item: 1 PER_EVENT")])]  # fmt: skip
    policy = compiled(printed([*draft.lines, *idle], draft.dialect))
    if policy is None:
        return  # a policy without a calendar, or where the kind had not to be said
    after = outcome(policy, world)
    yield from _raised(before, after)
    if not after.raised:
        accounts = [row for row in after.tables["accounts"] if row[1] != "idle_account"]
        yield from _what_counts(before, evolve(after, tables={**after.tables, "accounts": accounts}))


def later_semesters(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """A calendar that goes on; of days outside of it the other calendar may say something else."""
    lines = [line.copy() for line in draft.lines]
    texts = [line.text for line, _ in numbered(lines)]
    calendar = next((line for line in lines if line.text == "CALENDAR"), Line(""))
    ends = [number for number, line in enumerate(calendar.under) if line.text.startswith("ENDS")]
    later = any(text.startswith("FALLS_ON") for text in texts)  # on a day in a semester that there was not
    if world.as_of is None or later or not ends or not any(text.startswith("@semester 2024-2025-2") for text in texts):
        return
    end = ends[0]
    calendar.under[end : end + 1] = [
        Line("@semester 2025-2026-1 FROM 2025-09-01 TEACHING_UNTIL 2026-01-16"), Line("ENDS 2026-02-15"),
    ]  # fmt: skip
    policy = compiled(printed(lines, draft.dialect))
    if policy is None or any("2025-09-01" in line.values() for rows in world.rows.values() for line in rows):
        return
    after = outcome(policy, world)
    yield from _raised(before, after)
    if not after.raised:
        yield from _what_counts(before, after)


def the_same_again(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """Nothing is changed: two runs give the same to the last byte."""
    after = outcome(draft.policy, world)
    yield from _raised(before, after)
    for name in before.tables if not after.raised else ():
        yield from table_places(name, before.tables[name], after.tables[name])


def split_tables(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """The rows of each table in two files; where a finding stands is another matter."""

    class Split(World):
        def tables(self) -> list[RawTable]:
            found = []
            for table in super().tables():
                rows = list(table.rows)
                cut = rng.randrange(len(rows) + 1)
                found += [evolve(table, rows=rows[:cut]), evolve(table, source=f"2-{table.source}", rows=rows[cut:])]
            return found

    after = outcome(draft.policy, Split(world.rows, world.as_of))
    yield from _raised(before, after)
    for name in _SORTED if not after.raised else ():
        yield from table_places(name, before.tables[name], after.tables[name])


def a_record_of_nobody(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """A record of a student who is not on the list is counted as such, and changes nothing else."""
    some = [
        (name, line) for name, lines in world.rows.items() if name != "student" for line in lines if line["student_id"]
    ]
    if not some:
        return
    name, line = rng.choice(some)
    stray = {**line, "student_id": "nobody", "record_id": "zz9999"}
    after = outcome(draft.policy, evolve(world, rows={**world.rows, name: [*world.rows[name], stray]}))
    yield from _raised(before, after)
    if not after.raised:
        yield from _what_counts(before, evolve(after, tables={**after.tables, "records": [
            row for row in after.tables["records"] if "zz9999" not in row]}))  # fmt: skip


def a_record_tried(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """What a record would add, asked without it, is what there is with it."""
    some = [(name, line) for name, lines in world.rows.items() if name in draft.policy.given_kinds for line in lines
            if line["student_id"] in world.students]  # fmt: skip
    if not some:
        return
    name, line = rng.choice(some)
    student = next(x for x in world.rows["student"] if x["student_id"] == line["student_id"])
    own: Rows = {
        kind: [{x: text for x, text in each.items() if x != "student_id" and text} for each in lines
               if each["student_id"] == line["student_id"] and each["record_id"] != line["record_id"]]
        for kind, lines in world.rows.items() if kind != "student"
    }  # fmt: skip
    tried = {x: text for x, text in line.items() if x != "student_id" and text}
    policy = creditlang.load(draft.text)
    given = {x: text for x, text in student.items() if text}
    try:
        without = policy.evaluate(given, own, as_of=world.as_of)
        whole = policy.evaluate(given, {**own, name: [*own.get(name, []), tried]}, as_of=world.as_of)
        after = without.what_if(add=[(name, tried)]).after
    except creditlang.DataError:
        return  # a day that has to be said, or attributes that cannot be read
    for table in _SORTED:
        yield from table_places(table, _by_text(list(whole.tables[table])), _by_text(list(after.tables[table])))


def a_higher_cap(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """Of awards alone, counted as they come, nobody has less where a cap is higher."""
    plain = o.Keep, o.Amount, o.Limit, o.Post
    rules, accounts = draft.policy.rules.values(), draft.policy.accounts.values()
    operators = [x for part in (*rules, *accounts) for x in part.operators]
    if draft.policy.moves or draft.policy.uniques or not all(isinstance(x, plain) for x in operators):
        return
    if any(case.sign < 0 for x in operators if isinstance(x, o.Amount) for case in x.cases):
        return
    if any(x.decide is not None or x.diverts for x in accounts) or [*references_of(draft.policy, e.Query)]:
        return
    lines = [line.copy() for line in draft.lines]
    caps = [line for line, _ in numbered(lines) if re.match(r"CAP \d", line.text)]
    if not caps:
        return
    cap = rng.choice(caps)
    cap.text = re.sub(r"^CAP ([\d.]+)", lambda found: f"CAP {Decimal(found[1]) + 1}", cap.text)
    policy = compiled(printed(lines, draft.dialect))
    if policy is None:
        return
    after = outcome(policy, world)
    yield from _raised(before, after)
    had = {row[:3]: row for row in before.tables["accounts"]}
    for row in after.tables["accounts"] if not after.raised else ():
        old = had.get(row[:3])
        if old is not None and all(isinstance(x[3], Decimal) for x in (old, row)) and row[3] < old[3]:
            yield f"{old} ≠ {row}"


def accounts_read(rng: random.Random, draft: Draft, world: World, before: Outcome) -> Iterator[str]:
    """A fact that reads an account says what the account's own line says."""
    policy, lines = draft.policy, []
    for number, account in enumerate(policy.accounts.values()):
        if account.period is not None:
            lines.append(Line(f"FACT read_{number} PER {_period(account.period)}", [Line(account.name)]))
        if account.period is None or account.sort == "category":
            lines.append(Line(f"FACT whole_{number}", [Line(account.name + " EVER" * (account.period is not None))]))
    reading = compiled(printed([*draft.lines, *lines], draft.dialect))
    if reading is None:
        return  # an account of its own unit stands where a fact may not, or a circle
    after = outcome(reading, world)
    yield from _raised(before, after)
    if after.raised:
        return
    ways = {(row[0], row[1], row[2]): row[3] for row in after.tables["facts"]}
    for number, account in enumerate(policy.accounts.values()):
        for student, name, period, amount, *_ in after.tables["accounts"]:
            if name == account.name:
                key = (student, f"{'read' if period else 'whole'}_{number}", period)
                if key in ways and ways[key] != amount:
                    yield f"{student} {name} {period}: {amount} ≠ {ways[key]}"


def _period(name: str) -> str:
    return next((word for word, forms in TIME.items() if forms[0] == name), name)


LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        order_of_rows,
        other_names,
        others_absent,
        other_dialect,
        something_idle,
        later_semesters,
        the_same_again,
        split_tables,
        a_record_of_nobody,
        a_record_tried,
        a_higher_cap,
        accounts_read,
    )
}


def broken(name: str, seed: int, draft: Draft, world: World, before: Outcome) -> list[str]:
    """The first few places where a law does not hold."""
    return list(islice(LAWS[name](random.Random(seed), draft, world, before), MOST_TOLD))


def _raised(before: Outcome, after: Outcome) -> Iterator[str]:
    if after.raised and after.raised != before.raised:
        yield f"raised: {after.raised}"


def _what_counts(before: Outcome, after: Outcome) -> Iterator[str]:
    """Where balances, facts, requirements or records differ; parts and reasons are in the words of the policy."""
    for name in ("accounts", "facts", "groups"):
        yield from table_places(name, before.tables[name], after.tables[name])
    for name, words in (("requirements", 2), ("records", 4)):
        yield from table_places(
            name, *(_by_text([row[:words] + row[words + 1 :] for row in each.tables[name]]) for each in (before, after))
        )


def _by_text(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=str)
