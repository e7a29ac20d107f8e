"""What an expression means: one small function for each expression of the core.

An expression is read in an environment: a record or none, a period or none, and the student's run. It gives a value, or
it is undetermined because a field is empty, a table has no cell or no case applies; who asked decides what follows.
Yes-or-no values may be `OPEN`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.interpreter.balances import balance_of
from creditlang.interpreter.calendar_days import day_of_month
from creditlang.interpreter.code_parts import part_of
from creditlang.interpreter.function_calls import called
from creditlang.interpreter.narrowing import value_by_cases
from creditlang.interpreter.query_answers import Ratio, ask, averages
from creditlang.interpreter.student_run import Environment, missing
from creditlang.interpreter.table_cells import cell_of
from creditlang.values import Undetermined


def evaluate(expression: e.Expression, environment: Environment) -> Any:
    """The value of an expression; raises `Undetermined` when it has none."""
    return _MEANING[type(expression)](expression, environment)


def answer(expression: e.Expression, environment: Environment) -> v.Answer:
    """The value of a yes-or-no expression."""
    value: v.Answer = _MEANING[type(expression)](expression, environment)
    return value


def met(condition: e.Expression | None, environment: Environment) -> v.Answer:
    """Whether a condition holds; one that asks for an optional value that is missing does not."""
    if condition is None:
        return True
    try:
        return answer(condition, environment)
    except Undetermined as why:
        if why.sort == "open":
            return v.OPEN
        if why.sort == "missing" and _is_optional(why.name, environment):
            return False if _else(condition, why) in (None, False) else v.OPEN
        raise


def _else(condition: e.Expression, why: Undetermined) -> v.Answer | None:
    """What a condition without an answer may come to after all; what is made of one inside it may be anything."""
    own = isinstance(condition, e.Not) or (isinstance(condition, e.Logical) and condition.operator != "at least")
    return why.perhaps if own or why.perhaps is None else v.OPEN


def _is_optional(name: str, environment: Environment) -> bool:
    if environment.record is None:
        return True
    columns = environment.run.policy.kinds[environment.record.kind].columns
    column = next((column for column in columns if column.name == name), None)
    return column is None or (column.optional and not column.if_used)


def _constant(x: e.Constant, env: Environment) -> Any:
    return x.value


def _read(x: e.Read, env: Environment) -> Any:
    if x.what != "field":
        return _READ[x.what](x.name, env)
    assert env.record is not None
    value = env.record.values.get(x.name)
    if value is None:
        raise missing(x.name)
    return value


def _this(name: str, env: Environment) -> Any:
    value = env.outer.values.get(name) if env.outer is not None else None
    if value is None:
        raise missing(name)
    return value


def _attribute(name: str, env: Environment) -> Any:
    value = env.run.attributes.get(name)
    if value is None:
        raise missing(name)
    return value


def _part(name: str, env: Environment) -> Any:
    assert env.record is not None
    return part_of(name, env.run.policy.kinds[env.record.kind].columns, env.record.values, env.run)


def _setting(name: str, env: Environment) -> Any:
    run = env.run
    if name in run.overrides:
        return run.overrides[name]
    day = run.day_of(env)
    return run.once(("setting", name, day), lambda: _dated(run.policy.settings[name], day, env))


def _dated(dated: tuple[o.DatedValue, ...], day: date | None, env: Environment) -> Any:
    chosen = dated[0]
    for candidate in dated[1:]:
        if day is not None and candidate.since is not None and date.fromisoformat(candidate.since) <= day:
            chosen = candidate
    return evaluate(chosen.value, env)


def _enrolled(name: str, env: Environment) -> Any:
    """Open for a semester that has not begun."""
    if env.semester is None or env.semester in env.run.enrolled:
        return True
    return False if env.run.calendar.has_begun(env.semester, env.run.as_of) else v.OPEN


_READ: Mapping[str, Callable[[str, Environment], Any]] = {
    "this": _this, "part": _part, "attribute": _attribute, "setting": _setting, "enrolled": _enrolled,
    "part of person": lambda name, env: part_of(name, env.run.policy.attributes, env.run.attributes, env.run),
    "amount": lambda name, env: env.counted,
    "other": lambda name, env: env.record is not env.outer,
    "ended": lambda name, env: env.run.has_ended(env),
    "named": lambda name, env: env.record is None or env.record.named,
    "as of": lambda name, env: env.run.as_of or date.max,
}  # fmt: skip


def _value(x: e.Value, env: Environment) -> Any:
    if isinstance(x.at, (e.Previous, e.InPeriod)):
        run, periods = env.run, env.run.periods
        if isinstance(x.at, e.Previous):
            at = periods.previous(x.at.period, run.period_of(x.at.period, env))
        else:
            at = periods.named(x.at.name)
        env = Environment(run, None, at, asked=env.asked)
    return _WORKED_OUT[x.sort](x, env)


def _fact(x: e.Value, env: Environment) -> Any:
    period = env.run.policy.facts[x.name].period
    key = "" if period is None else env.run.period_of(period, env)
    return env.run.fact(x.name, key)


def _rank_part(x: e.Value, env: Environment) -> Any:
    """How many are ranked in the group of a ranking, or are in it."""
    period = env.run.policy.facts[x.name.partition(".")[0]].period
    return env.run.fact(x.name, "" if period is None else env.run.period_of(period, env))


def _record_fact(x: e.Value, env: Environment) -> Any:
    run, record = env.run, env.record
    if record is None:
        raise missing(x.name)
    value = run.policy.record_facts[x.name]
    return run.once(("fact", x.name, id(record)), lambda: evaluate(value, run.at(record)))


_WORKED_OUT: Mapping[str, Callable[[e.Value, Environment], Any]] = {
    "account": lambda x, env: balance_of(x, env, evaluate),
    "fact": _fact, "record fact": _record_fact, "ranking": _rank_part,
    "requirement": lambda x, env: env.run.required(x.name, env),
}  # fmt: skip


def _query(x: e.Query, env: Environment) -> Any:
    """The sum of a category over its periods is its sum; what is open in several of them is not counted twice."""
    match x:
        case e.Query(function="total", source=e.Periods(), value=e.Value(sort="account", name=name), where=None):
            if env.run.policy.accounts[name].sort == "category":
                at_hand = env.period if env.record is None and not x.scopes else None
                return env.run.whole(name) if at_hand is None else env.run.total(name, at_hand)
    return ask(x, env, evaluate, met)


def _values(parts: Iterable[e.Expression], env: Environment) -> list[Any]:
    """The values of some expressions. One that surely has none leaves nothing open, whatever others may have."""
    found, doubt = [], None
    for part in parts:
        try:
            found.append(evaluate(part, env))
        except Undetermined as why:
            if not why.is_open:
                raise
            doubt = doubt or why.with_traceback(None)
    if doubt is not None:
        raise doubt.again()
    return found


def _lookup(x: e.Lookup, env: Environment) -> Any:
    return cell_of(x.table, _values(x.keys, env), env.run)


def _call(x: e.Call, env: Environment) -> Any:
    return called(x, _values(x.arguments, env))


def _compare(x: e.Compare, env: Environment) -> Any:
    if x.of_averages:
        return _compare_averages(x, env)
    left, right = _values((x.left, x.right), env)
    if left is v.OPEN or right is v.OPEN:
        return v.OPEN
    if x.ranks is not None:
        left, right = x.ranks.get(left, left), x.ranks.get(right, right)
        return bool(_PLAIN[x.operator](left, right))
    if isinstance(left, (Decimal, v.Interval)):
        return v.compare(x.operator, left, right)
    return bool(_PLAIN[x.operator](left, right))


def _is_average(x: e.Expression) -> TypeGuard[e.Query]:
    return isinstance(x, e.Query) and x.function == "average"


def _ratios(x: e.Expression, env: Environment) -> tuple[Ratio, Ratio]:
    """The least and the most that a number may be, each as a sum and what it is divided by."""
    if _is_average(x):
        return averages(x, env, evaluate, met)
    value = evaluate(x, env)
    return (v.low(value), Decimal(1)), (v.high(value), Decimal(1))


def _compare_averages(x: e.Compare, env: Environment) -> Any:
    """Without dividing: a quotient may have no end."""
    answers = {
        v.compare(x.operator, v.multiply(one, under), v.multiply(two, below))
        for one, below in _ratios(x.left, env)
        for two, under in _ratios(x.right, env)
    }
    if x.operator in ("=", "!=") and len(answers) > 1:
        return v.OPEN
    return answers.pop() if len(answers) == 1 else v.OPEN


_PLAIN: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "starts with": lambda a, b: a.startswith(b), "contains": lambda a, b: b in a,
}  # fmt: skip


def _present(x: e.Present, env: Environment) -> Any:
    if isinstance(x.operand, e.Read) and x.operand.what == "field" and env.record is not None:
        return env.record.values.get(x.operand.name) is not None
    try:
        _ratios(x.operand, env) if _is_average(x.operand) else evaluate(x.operand, env)
    except Undetermined as why:
        return v.OPEN if why.is_open else False
    return v.OPEN if env.run.perhaps and _perhaps(x.operand, env) else True


def _perhaps(x: e.Expression, env: Environment) -> bool:
    """Whether a rank is one that a person may have, or none."""
    if not isinstance(x, e.Value) or x.sort != "fact":
        return False
    period = env.run.policy.facts[x.name].period
    return (x.name, "" if period is None else env.run.period_of(period, env)) in env.run.perhaps


def _logical(x: e.Logical, env: Environment) -> Any:
    """Parts that have no answer do not matter where the others decide."""
    if x.operator == "at least":
        return _at_least(x, env)
    decisive, certain = x.operator == "or", False
    found: v.Answer = not decisive
    unknown: Undetermined | None = None
    for part in x.parts:
        try:
            holds = answer(part, env)
        except Undetermined as why:
            unknown, perhaps = why.with_traceback(None), _else(part, why)
            certain = certain or perhaps is None
            found = v.OPEN if perhaps in (decisive, v.OPEN) else found
            continue
        if holds is decisive:
            return holds
        found = v.OPEN if holds is v.OPEN else found
    if unknown is None:
        return found
    perhaps = found if not certain else decisive if found is v.OPEN else None  # only what decides makes up for it
    raise Undetermined(unknown.sort, unknown.reason, unknown.name, perhaps)


def _at_least(x: e.Logical, env: Environment) -> Any:
    answers = [met(part, env) for part in x.parts]
    sure = answers.count(True)
    return True if sure >= x.least else v.OPEN if sure + answers.count(v.OPEN) >= x.least else False


def _not(x: e.Not, env: Environment) -> Any:
    try:
        return v.opposite(answer(x.operand, env))
    except Undetermined as why:
        perhaps = _else(x.operand, why)
        if perhaps is None:
            raise
        raise Undetermined(why.sort, why.reason, why.name, v.opposite(perhaps)) from None


_ARITHMETIC = {"+": v.add, "-": v.subtract, "*": v.multiply, "higher": v.larger, "lower": v.smaller}


def _arithmetic(x: e.Arithmetic, env: Environment) -> Any:
    left, right = _values((x.left, x.right), env)
    if left is v.OPEN or right is v.OPEN:
        return v.OPEN
    if x.ranks is not None and x.operator == "below":
        place = min(max(min(x.ranks.values()), x.ranks[left] - int(right)), max(x.ranks.values()))
        return next(value for value, rank in x.ranks.items() if rank == place)
    if x.ranks is not None or isinstance(left, date):
        pick = max if x.operator == "higher" else min
        return pick(left, right, key=x.ranks.__getitem__ if x.ranks is not None else None)
    return _ARITHMETIC[x.operator](left, right)


def _rounded(x: e.Rounded, env: Environment) -> Any:
    divisor = evaluate(x.divisor, env) if x.divisor is not None else Decimal(1)
    if v.low(divisor) <= 0:
        raise not_above_zero(None if v.high(divisor) <= 0 else v.OPEN)
    if _is_average(x.operand):
        ends = [v.quotient(one, v.multiply(divisor, by), x.mode, x.step) for one, by in _ratios(x.operand, env)]
        return v.hull(*ends)
    return v.quotient(evaluate(x.operand, env), divisor, x.mode, x.step)


def _cases(x: e.Cases, env: Environment) -> Any:
    return value_by_cases(x, env, evaluate, met)


def not_above_zero(perhaps: v.Answer | None = None) -> Undetermined:
    """A quotient without a divisor."""
    return Undetermined("case", Phrase("the divisor is not above zero", "除数不大于零"), perhaps=perhaps)


def outside_calendar(day: date) -> Undetermined:
    """What is asked of a day that no calendar has."""
    return Undetermined("period", Phrase(f"{day} is outside the calendar", f"{day}不在校历内"))


# ---- days
def _day(env: Environment) -> date:
    if env.record is None or env.record.on is None:
        kind = env.run.policy.kinds[env.record.kind] if env.record else None
        raise missing((kind.date_field if kind else None) or "date")
    return env.record.on


def _shift(x: e.Shift, env: Environment) -> Any:
    calendar = env.run.calendar
    if x.which in ("first", "last"):
        return env.run.boundary("start" if x.which == "first" else "end", x.unit, env)
    start = evaluate(x.start, env) if x.start is not None else _day(env)
    assert x.count is not None
    count = evaluate(x.count, env)
    if start is v.OPEN or isinstance(count, v.Interval):
        return v.OPEN
    if not isinstance(count, Decimal) or count != int(count):
        raise Undetermined("case", Phrase("the length is no whole number", "时长不是整数"))
    return day_of_month(start, int(count)) if x.which == "nth" else calendar.later(start, int(count), x.unit)


def _distance(x: e.Distance, env: Environment) -> Any:
    end, *other = _values((x.end,) if x.start is None else (x.end, x.start), env)
    start = other[0] if other else end
    if v.OPEN in (start, end) and x.what in ("weekday", "working day", "holiday"):
        return v.OPEN
    found = env.run.calendar.distance(x.what, v.settled(start), v.settled(end))
    if found is None:
        raise outside_calendar(end)
    return found


_MEANING: Mapping[type, Callable[[Any, Environment], Any]] = {
    e.Constant: _constant, e.Read: _read, e.Value: _value, e.Query: _query, e.Lookup: _lookup, e.Call: _call,
    e.Compare: _compare, e.Present: _present, e.Logical: _logical, e.Not: _not, e.Arithmetic: _arithmetic,
    e.Rounded: _rounded, e.Cases: _cases, e.Shift: _shift, e.Distance: _distance,
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in e.Expression.__subclasses__()} - {kind.__name__ for kind in _MEANING} - {"Unknown"}
assert not _ABSENT, f"expressions without a meaning: {_ABSENT}"
