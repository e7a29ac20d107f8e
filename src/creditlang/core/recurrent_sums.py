"""How often what is read of the period before goes into the next: once, and a number grows by what is added to it."""

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references


def multiplies(policy: o.Policy, inside: set[str]) -> bool:
    """Whether more than once what is read of a recurrence goes into what it has in the next period."""
    gains: dict[str, int] = {}
    return any(_gain(name, inside, policy, gains) > 1 for name in inside)


def _gain(name: str, inside: set[str], policy: o.Policy, gains: dict[str, int]) -> int:
    """How many times values of the period before go into something of a recurrence; 2 where that is not said."""
    if name in gains:
        return gains[name]
    account = policy.accounts.get(name)
    decide = policy.facts[name] if account is None else account.decide
    cases = [_times(case.value, inside, policy, gains) for case in decide.cases] if decide is not None else []
    own = sum(cases) if decide is not None and decide.mode == "all" else max(cases, default=0)
    lines = [x for item in account.items for x in policy.rules[item].operators] if account is not None else []
    lines += account.operators if account is not None else ()
    amounts = [case.value for x in lines if isinstance(x, o.Amount) for case in x.cases]
    amounts += [x.value for x in lines if isinstance(x, o.Rescale)]
    gains[name] = own if not any(_times(x, inside, policy, gains) for x in amounts) else 2
    return gains[name]


def _times(x: object, inside: set[str], policy: o.Policy, gains: dict[str, int]) -> int:
    """How many times values of the period before go into an expression."""
    match x:
        case e.Value(name=name, at=e.Previous()) if name in inside:
            return 1
        case e.Value(sort="account" | "fact", name=name) if name in inside:
            return _gain(name, inside, policy, gains)
        case e.Arithmetic(operator="+" | "-"):
            return _times(x.left, inside, policy, gains) + _times(x.right, inside, policy, gains)
        case e.Arithmetic(operator="higher" | "lower"):
            return max(_times(x.left, inside, policy, gains), _times(x.right, inside, policy, gains))
        case e.Rounded(divisor=None):
            return _times(x.operand, inside, policy, gains)
    return 2 * any(_times(value, inside, policy, gains) for value in references(x, e.Value) if value is not x)
