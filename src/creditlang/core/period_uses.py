"""Which kinds of period a policy goes by, and whether anything in it ends today."""

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import parts_with_expressions, references
from creditlang.core.parts import periods_named


def goes_by_calendar(policy: o.Policy) -> bool:
    """Whether anything in a policy goes by periods of the calendar, or asks for enrolment or the end of a semester."""
    own = {account.period for account in policy.accounts.values()}
    if policy.moves or not own.isdisjoint(o.OF_THE_CALENDAR):
        return True
    parts = parts_with_expressions(policy)
    asked = (read.what in ("enrolled", "ended") for read in references(parts, e.Read))
    weeks = (distance.what == "teaching week" for distance in references(parts, e.Distance))
    named = periods_named(parts)
    return not named.isdisjoint(o.OF_THE_CALENDAR) or any(asked) or any(weeks)


def ends_today(policy: o.Policy) -> bool:
    """Whether a window of a policy ends on the as-of day, since neither a record nor a period is at hand."""
    decisions = (*policy.facts.values(), *policy.requirements.values(), *(x.decide for x in policy.accounts.values()))
    cases = [case for x in decisions if x is not None and x.period is None for case in x.cases if case.each is None]
    extents = [at for x in references(tuple(cases), e.Value) for at in e.parts_of(x.at)]
    extents += [at for x in references(tuple(cases), e.Query) for at in x.scopes]
    return any(isinstance(at, e.LastWindow) for at in extents)
