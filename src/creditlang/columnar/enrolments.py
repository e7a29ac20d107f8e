"""Of whom a policy speaks, and who is enrolled when, by records that say so."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, VOID, Entries
from creditlang.columnar.line_tables import Known
from creditlang.columnar.local_questions import attributes_of
from creditlang.columnar.record_questions import Judged
from creditlang.interpreter.evaluate import ALREADY_ENROLLED, ENROLLED
from creditlang.interpreter.expression_meanings import met
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined


def enrolled(
    known: Known, given: Numbers, begun: Numbers, guard: Callable[[str, Entries], None], odd: Numbers
) -> tuple[Numbers, list[Entries], dict[str, Judged]]:  # fmt: skip
    """Which student is enrolled in which semester, by the first record of each that its guards let stand; and the
    entries that tell of these records; by kind the places of those records that do not repeat another, with what their
    guards have made of them. Of the records those are `given` that are in scope; `begun` are the semesters.
    """
    cohort, begun = known.cohort, begun.copy()
    found = np.zeros((len(cohort.students), len(known.calendar.names)), bool)
    begun[0] = False
    kinds = [name for name, kind in known.policy.kinds.items() if kind.enrolment]
    if not kinds:
        found[:] = begun
        return found, [], {}
    text = known.texts.number
    blocks = []
    for name in kinds:
        own = cohort.kinds[name].places
        entries = Entries.of(known, own[given[own]], -1, -1)
        entries.periods[:] = known.semester_texts[entries.semesters]
        guard(name, entries)
        blocks.append(entries)
    entries = Entries.joined(blocks).in_order()
    key = entries.owners.astype(np.int64) * len(known.calendar.names) + entries.semesters
    passing = np.flatnonzero(entries.states == LIVE)
    _, first = np.unique(key[passing], return_index=True)
    stands = passing[first]
    position = np.full(len(cohort.students) * len(known.calendar.names), len(key), np.int64)
    position[key[stands]] = stands
    again = np.flatnonzero(np.arange(len(key)) > position[key])
    entries.steps = [] if len(again) and entries.steps else entries.steps
    if len(again) and any(len(block.steps) for block in blocks):
        entries.set_aside(again, odd)
    entries.states[again], entries.reasons[again] = VOID, text(ALREADY_ENROLLED)
    unsaid = stands[entries.reasons[stands] == 0]
    entries.reasons[unsaid] = text(ENROLLED)
    found.reshape(-1)[key[stands]] = True
    once = np.setdiff1d(np.arange(len(key)), again)
    numbers = cohort.kind_numbers[entries.places[once]]
    by_kind = {name: once[numbers == list(cohort.kinds).index(name)] for name in kinds}
    judged = {name: (entries.places[own], entries.states[own]) for name, own in by_kind.items()}
    return found & begun, [entries], judged


def who_is_spoken_of(known: Known) -> Numbers:
    """For each student whether the policy applies; whose attributes do not tell is taken in."""
    condition, cohort = known.policy.applies, known.cohort
    applies = np.ones(len(cohort.students), bool)
    if condition is None:
        return applies
    keys = np.zeros(len(applies), np.int64)
    for name in attributes_of(condition, known.policy):
        codes = cohort.attributes[name].codes
        keys = np.unique(keys * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
    _, first, back = np.unique(keys, return_index=True, return_inverse=True)
    answers = np.ones(len(first), bool)
    for place, at in enumerate(first.tolist()):
        with suppress(Undetermined):
            env = Environment(known.filler.interpreter.group(cohort.of_student(at)).run)
            answers[place] = met(condition, env) is not False
    applies = answers[back]
    return applies
