"""Plans for a student: of what they have done before, of what gives least for each record, of few records.

First what parts need that are no sums, then the records that a solver finds for the sums that are short with that, and
by search what the solver's model has left out.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from attrs import evolve, frozen

from creditlang.core import operators as o
from creditlang.need.addition import Addition
from creditlang.need.choice import Choice, What, accounts_of, one_of_each
from creditlang.need.linear_model import LinearModel, SumPart, solver_is_installed
from creditlang.need.most_possible import Bounds
from creditlang.need.plan import Plan, Sort, filled, in_order, none_is_shorter, shrunk
from creditlang.need.trials import Part, Trials


@frozen
class PlanSearch:
    """Looks for plans."""

    trials: Trials
    choices: Sequence[Choice]
    helps: Mapping[Part, Mapping[What, bool]]
    """For each part what helps it, and whether the student has records like that."""
    bounds: Bounds
    of: Mapping[Part, tuple[o.Case, ...]]
    model: LinearModel

    def plans(self) -> tuple[Plan, ...]:
        """What the student has done before, if that does; what is least for each record; whatever makes it short."""
        together = [x for x in self.choices if x.amount is None]
        lowest = one_of_each((x for x in self.choices if x.amount is not None), last=True)  # the last comes to least
        highest = one_of_each(x for x in self.choices if x.amount is not None)
        own = [x for x in self.choices if x.own]
        never = {what for found in self.helps.values() if not any(found.values()) for what in found}
        tried: list[tuple[Sort, Sequence[Choice]]] = [
            ("as before", [*own, *(x for x in lowest if x.what in never), *(x for x in together if not x.own)]),
            ("small", [*lowest, *together]),
            ("few", [*highest, *together]),
        ]
        found: list[Plan] = []
        for sort, allowed in tried:
            plan = self._plan(sort, allowed) if sort != "as before" or own else None
            if plan is not None and (sort != "as before" or {x.what for x in plan.records} & {x.what for x in own}):
                found = [x for x in found if x.records != plan.records or x.sort == "as before"]
                if plan.records not in [x.records for x in found]:
                    found.append(plan)
                elif plan.fewest:
                    found = [evolve(x, fewest=True) if x.records == plan.records else x for x in found]
        shortest = min((len(x.records) for x in found), default=0)
        found = [x for x in found if x.sort != "few" or len(x.records) == shortest]
        return tuple(evolve(x, fewest=x.fewest and len(x.records) == shortest) for x in found)

    def _plan(self, sort: Sort, allowed: Sequence[Choice]) -> Plan | None:
        trials = self.trials
        start = self._start(allowed)
        added = start if start and not trials.gap(start) else filled(trials, allowed, self._helping, start)
        if not added or trials.gap(added):
            return None
        added = shrunk(trials, trials.policy, added)
        if not trials.holds(added):
            return None
        return Plan(in_order(trials.policy, added), sort == "few" and self._is_fewest(len(added)), sort)

    @property
    def _helping(self) -> frozenset[What]:
        return frozenset(what for found in self.helps.values() for what in found)

    def _start(self, allowed: Sequence[Choice]) -> list[Addition]:
        """What parts need that are no sums, and records that a solver finds for the sums that are short with that."""
        trials, policy = self.trials, self.trials.policy
        whats = {what for part, found in self.helps.items() if part not in self.model.parts for what in found}
        others = [x for x in allowed if x.what in whats]
        first = filled(trials, others, frozenset(whats)) if others else []
        gap, cases = trials.gap(first), policy.requirements[trials.requirement].cases
        sums = sums_of(policy, gap, {part: cases_of(cases, part) for part in gap})
        if not sums or not solver_is_installed():
            return first
        model = LinearModel(policy, trials.result(first), sums, self.model.settings)
        found = model.fewest(allowed)
        return [*first, *found[1]] if found is not None else first

    def _is_fewest(self, size: int) -> bool:
        fillers = {part: frozenset(found) for part, found in self.helps.items()}
        most = {
            part: self.bounds.most_of_one(cases[0].have if len(cases) == 1 else None) for part, cases in self.of.items()
        }
        sure = {part: x for part, x in self.model.parts.items() if most[part] is not None and self._all_tried(x)}
        bound = 0, frozenset[Part]()
        if sure and solver_is_installed():
            model = LinearModel(self.trials.policy, self.model.base, sure, self.model.settings)
            found = model.fewest(self.choices)
            bound = (found[0], frozenset(sure)) if found is not None else bound
        return none_is_shorter(self.trials, self.choices, size, most, fillers, bound)

    def _all_tried(self, part: SumPart) -> bool:
        """Whether of each item the records that come to most are among those that were tried."""
        policy = self.trials.policy
        for name in part.accounts:
            for rule in (policy.rules[x] for x in policy.accounts[name].items if x in policy.rules):
                own = [x.amount for x in self.choices if x.what[1] == rule.name and x.amount is not None]
                most = self.bounds.one(rule)
                if own and (most is None or max(own) < most):
                    return False
        return True


def cases_of(cases: Sequence[o.Case], part: Part) -> tuple[o.Case, ...]:
    """The lines of a requirement that a part of its result comes from."""
    return tuple(case for case in cases if case.number == part[0]) or tuple(cases)


def sums_of(
    policy: o.Policy, short: Mapping[Part, Decimal], of: Mapping[Part, tuple[o.Case, ...]]
) -> dict[Part, SumPart]:  # fmt: skip
    """The parts that are sums of accounts."""
    return {
        part: SumPart(far, accounts)
        for part, far in short.items()
        if len(of[part]) == 1 and (accounts := accounts_of(policy, of[part])) is not None
    }
