"""A case made as small as it can be while it still fails: fewer students, records, lines and words."""

import re
import time
from collections.abc import Callable, Iterator, Sequence

from attrs import evolve
from tests.differential.drafts import Draft, compiled
from tests.differential.people import Rows, World
from tests.differential.sentences import Line, numbered, printed, without

Fails = Callable[[Draft, World], bool]
_CLAUSES = re.compile(r" (?:WHEN|UNLESS|WHERE|BY|FROM|UNTIL|OVER) .*$|, [^()]*$| (?:AND|OR) [^()]*$")


def shrunk(draft: Draft, world: World, fails: Fails, seconds: float = 30) -> tuple[Draft, World]:
    """The smallest that is found in so many seconds of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        smaller = next(((d, w) for d, w in _smaller(draft, world) if time.process_time() < end and fails(d, w)), None)
        if smaller is None:
            break
        draft, world = smaller
    return draft, world


def _smaller(draft: Draft, world: World) -> Iterator[tuple[Draft, World]]:
    yield from ((draft, evolve(world, rows=rows)) for rows in _fewer_rows(world))
    yield from ((other, world) for lines in _fewer_lines(draft.lines) if (other := _drafted(draft, lines)) is not None)
    yield from ((draft, evolve(world, rows=rows)) for rows in _fewer_cells(world))


def _drafted(draft: Draft, lines: list[Line]) -> Draft | None:
    text = printed(lines, draft.dialect)
    policy = compiled(text)
    return None if policy is None else Draft(tuple(lines), draft.dialect, text, policy)


def _fewer_rows(world: World) -> Iterator[Rows]:
    students = world.students
    if len(students) > 1:
        yield from (world.of(students[start : start + size]).rows for size in (1, 2, max(3, len(students) // 2))
                    for start in range(0, len(students), size))  # fmt: skip
    for size in (64, 16, 4, 1):
        for name, lines in world.rows.items():
            for start in range(0, len(lines), size) if name != "student" and len(lines) >= size else ():
                yield {**world.rows, name: [*lines[:start], *lines[start + size :]]}


def _fewer_lines(lines: Sequence[Line]) -> Iterator[list[Line]]:
    count = sum(1 for _ in numbered(list(lines)))
    yield from (without(list(lines), {number}) for number in range(count))
    for number in range(count):
        copies = [line.copy() for line in lines]
        line = next(line for place, (line, _) in enumerate(numbered(copies)) if place == number)
        shorter = _CLAUSES.sub("", line.text)
        if shorter != line.text:
            line.text = shorter
            yield copies


def _fewer_cells(world: World) -> Iterator[Rows]:
    for name, lines in world.rows.items():
        for number, line in enumerate(lines):
            for column in [x for x, text in line.items() if text and not x.endswith("_id")]:
                yield {**world.rows, name: [*lines[:number], {**line, column: ""}, *lines[number + 1 :]]}
