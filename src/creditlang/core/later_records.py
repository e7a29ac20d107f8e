"""Which accounts later records leave as they are: what a run as of a day shows of them, this run has by that day."""

from collections.abc import Iterator
from typing import Any

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import root_of, within
from creditlang.core.moved_accounts import touched
from creditlang.core.parts import inside, periods_named

_OF_THE_RECORD = ("field", "part", "attribute", "part of person", "named")


def untouched_by_later(policy: o.Policy, account: str) -> bool:
    """Whether each line over an account looks at nothing but the record at hand and, in groups, those before it.

    Where it takes entries in any other order than that of time, reads what is worked out or asked of other records, is
    taken from, or goes by periods of the person's own, a later record may change what an earlier one has.
    """
    root = root_of(policy.accounts, account)
    accounts = [policy.accounts[name] for name in within(policy.accounts, root)]
    rules = [policy.rules[name] for each in accounts for name in each.items]
    names = {rule.name for rule in rules}
    parts = (*(x.operators for x in accounts), *((x.operators, x.where) for x in rules))
    guards = tuple(policy.kinds[name].guards for name in sorted({rule.kind for rule in rules}))
    return (
        policy.accounts[account].sort == "category"
        and all(policy.accounts[name].sort == "category" for name in within(policy.accounts, root))
        and not any(each.period in policy.periods for each in accounts)
        and not touched(policy.accounts, policy.rules, policy.moves) & {each.name for each in accounts}
        and not any(rule.falls_on_group or policy.kinds[rule.kind].clean is not None for rule in rules)
        and not any(unique.group.over is None or unique.group.over & names for unique in policy.uniques)
        and not any(("tree", root) in recurrence.nodes for recurrence in policy.recurrences)
        and not periods_named((parts, guards)) & policy.periods.keys()
        and all(_by_the_record(policy, part) for part in _with_facts(policy, (parts, guards)))
    )


def _with_facts(policy: o.Policy, part: Any) -> Iterator[Any]:
    """What stands in a part, and in the facts of a record and the named values that it reads."""
    for one in inside(part):
        yield one
        if isinstance(one, e.Value) and one.sort == "record fact":
            yield from _with_facts(policy, policy.record_facts[one.name])
        elif isinstance(one, e.Read) and one.what == "setting":
            yield from _with_facts(policy, tuple(dated.value for dated in policy.settings[one.name]))


def _by_the_record(policy: o.Policy, part: Any) -> bool:
    match part:
        case o.Move() | o.Post() | e.Query() | e.Call():
            return False
        case o.Keep():
            return part.sides is None
        case o.Limit():
            return part.order == "first" and not part.dropped
        case o.Case():
            return part.together is None
        case e.Read():
            return part.what in (*_OF_THE_RECORD, "setting")
        case e.Value():
            return part.sort == "record fact"
    return True
