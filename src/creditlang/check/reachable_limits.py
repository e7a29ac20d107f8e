"""Can a cap ever bind, and can the minima of a requirement be met within its total?"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.diagnostics import Diagnostic, Phrase, report
from creditlang.values import low, multiply, plain, total


def check_caps(policy: o.Policy) -> Iterator[Diagnostic]:
    """A cap on a group of which only so many entries of so much are left is no cap."""
    for rule in policy.rules.values():
        amount: Decimal | None = None
        count: dict[o.Group, Decimal] = {}
        for operator in rule.operators:
            match operator:
                case o.Amount():
                    amount = most_of_one(operator)
                case o.Rescale(operation="times" | "plus"):
                    amount = None
                case o.Limit(condition=None, of="entries", dropped=False, room=e.Constant(value=Decimal() as limit)):
                    count[operator.group] = limit
                case o.Limit(of="amount", room=e.Constant(value=Decimal() as limit)) if amount is not None:
                    most = low(multiply(amount, count[operator.group])) if operator.group in count else None
                    if most is not None and most <= limit:
                        yield report("CR315", operator.span, most=f"{plain(most):f}")


def most_of_one(operator: o.Amount) -> Decimal | None:
    """The most that one record can be worth, when that is known."""
    found = []
    for case in operator.cases:
        if case.together is not None:
            return None
        if isinstance(case.value, e.Constant) and isinstance(case.value.value, Decimal):
            found.append(case.value.value)
        elif isinstance(case.value, e.Lookup) and case.value.table.cells:
            found.append(max(case.value.table.cells.values()))
        else:
            return None
    return (low(total(found)) if operator.mode == "all" else max(found)) if found else None


def check_minima(policy: o.Policy) -> Iterator[Diagnostic]:
    """The parts of a total may together require more than the total itself."""
    for requirement in policy.requirements.values():
        parts = [
            (part, _accounts(part.have)) for part in requirement.cases if part.at_least and part.needed is not None
        ]
        for part, accounts in parts:
            inside = {name for account in accounts for name in within(policy.accounts, account)} - set(accounts)
            minima = [(other, names) for other, names in parts if len(names) == 1 and set(names) <= inside]
            minima = [(other, names) for other, names in minima if not _covered(policy, names, minima)]
            for witness, most in _values(part.needed):
                sums = [_value(other.needed, witness) for other, _ in minima]
                known = [value for value in sums if value is not None]
                together = low(total(known))
                if minima and len(known) == len(sums) and together > most:
                    shown = (
                        Phrase(f"{witness[0]} is {witness[1]}", f"{witness[0]}为{witness[1]}")
                        if witness
                        else Phrase("always", "任何情况下")
                    )
                    yield report("CR316", part.span, sum=f"{together:f}", total=f"{most:f}", witness=shown)


def _covered(policy: o.Policy, names: Iterable[str], minima: Iterable[tuple[o.Case, tuple[str, ...]]]) -> bool:
    """Whether another minimum is set for an account around these."""
    return any(other != tuple(names) and set(names) <= set(within(policy.accounts, other[0])) for _, other in minima)


def _accounts(x: e.Expression | None) -> tuple[str, ...]:
    match x:
        case e.Value(sort="account", name=account):
            return (account,)
        case e.Arithmetic(operator="+"):
            left, right = _accounts(x.left), _accounts(x.right)
            return (*left, *right) if left and right else ()
    return ()


Witness = tuple[str, str] | None


def _values(x: e.Expression | None) -> Iterator[tuple[Witness, Decimal]]:
    """What a bound can be, and for which attribute of the student."""
    match x:
        case e.Constant(value=Decimal() as value):
            yield None, value
        case e.Lookup(keys=(e.Read(what="attribute", name=name),)):
            for keys, cell in x.table.cells.items():
                yield (name, keys[0]), cell


def _value(x: e.Expression | None, witness: Witness) -> Decimal | None:
    found: Mapping[Witness, Decimal] = dict(_values(x))
    return found.get(None) if None in found else found.get(witness)
