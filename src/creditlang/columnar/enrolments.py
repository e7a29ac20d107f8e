"""Of whom a policy speaks, and who is enrolled when, by records that say so."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from attrs import frozen

from creditlang.columnar.coded_periods import Numbers
from creditlang.columnar.entry_columns import LIVE, VOID, Entries
from creditlang.columnar.line_tables import Known
from creditlang.columnar.local_questions import attributes_of
from creditlang.columnar.record_questions import Judged
from creditlang.interpreter.evaluate import ALREADY_ENROLLED, ENROLLED
from creditlang.interpreter.expression_meanings import met
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined


@frozen(eq=False)
class Enrolments:
    """Records that say who is enrolled, in order, and what has become of each."""

    known: Known
    places: Numbers
    states: Numbers
    reasons: Numbers
    guarded: Entries | None
    """What their guards have noted; None where they have none."""

    def of(self, students: slice) -> Entries:
        """The entries that tell of those of some students."""
        bounds = np.searchsorted(self.known.cohort.owners[self.places], (students.start, students.stop))
        own = np.arange(*bounds)
        if self.guarded is not None:
            return self.guarded.chosen(own)
        entries = Entries.of(self.known, self.places[own], -1, -1)
        entries.states[:], entries.reasons[:] = self.states[own], self.reasons[own]
        entries.periods[:] = self.known.semester_texts[entries.semesters]
        return entries


def enrolled(
    known: Known, given: Callable[[str], Numbers], begun: Numbers, guard: Callable[[str, Entries], None], odd: Numbers
) -> tuple[Numbers, Enrolments | None, dict[str, Judged]]:  # fmt: skip
    """Which student is enrolled in which semester, by the first record of each that its guards let stand; the records;
    by kind the places of those that do not repeat another, with what their guards have made of them. Of each kind those
    are `given` that are in scope; `begun` are the semesters.
    """
    cohort, begun = known.cohort, begun.copy()
    semesters = len(known.calendar.names)
    found = np.zeros((len(cohort.students), semesters), bool)
    begun[0] = False
    kinds = [name for name, kind in known.policy.kinds.items() if kind.enrolment]
    if not kinds:
        found[:] = begun
        return found, None, {}
    places, guarded = given(kinds[0]) if len(kinds) == 1 else np.concatenate([given(name) for name in kinds]), None
    if any(known.policy.kinds[name].guards for name in kinds):
        blocks = []
        for name in kinds:
            entries = Entries.of(known, given(name), -1, -1)
            entries.periods[:] = known.semester_texts[entries.semesters]
            guard(name, entries)
            blocks.append(entries)
        guarded = Entries.joined(blocks).in_order()
        places, states, reasons = guarded.places, guarded.states, guarded.reasons
    else:
        places = places if len(kinds) == 1 else places[cohort.order(places)]
        states, reasons = np.full(len(places), LIVE, np.int8), np.zeros(len(places), np.int32)
    key = cohort.owners[places] * semesters + cohort.semesters[places]
    found.reshape(-1)[key if guarded is None else key[states == LIVE]] = True
    first, again = np.ones(len(key), bool), np.zeros(len(key), bool)
    if np.count_nonzero(found) < len(key):
        passing = np.flatnonzero(states == LIVE)
        position = np.full(len(cohort.students) * semesters, len(key), np.int64)
        position[key[passing[::-1]]] = passing[::-1]  # of several, the first is put there last
        stands, own = position[key], np.arange(len(key))
        first, again = stands == own, own > stands
    if guarded is not None and guarded.steps and again.any():
        guarded.set_aside(np.flatnonzero(again), odd)
    text = known.texts.number
    states[again], reasons[again] = VOID, text(ALREADY_ENROLLED)
    reasons[(reasons == 0) & first] = text(ENROLLED)
    numbers = cohort.numbers_of_kinds(places)
    by_kind = {name: ~again & (numbers == list(cohort.kinds).index(name)) for name in kinds}
    judged = {name: (places[own], states[own]) for name, own in by_kind.items()}
    return found & begun, Enrolments(known, places, states, reasons, guarded), judged


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
