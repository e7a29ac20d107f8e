"""What an expression means: one small function for each expression of the core.

An expression is read in an environment: a record or none, a period or none, and the student's run. It gives a value, or
it is undetermined because a field is empty, a table has no cell or no case applies; who asked decides what follows.
Yes-or-no values may be `OPEN`.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.lower.printed_tables import key_text
from creditlang.diagnostics import Phrase
from creditlang.extensions import Function
from creditlang.interpreter.calendar_days import day_of_month
from creditlang.interpreter.searches import NOTHING_FOUND, Tally, tally
from creditlang.interpreter.student_run import Environment
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
    except Undetermined as reason:
        if reason.sort == "missing" and _is_optional(reason.name, environment):
            return False
        raise


def _is_optional(name: str, environment: Environment) -> bool:
    if environment.record is None:
        return True
    columns = environment.run.policy.kinds[environment.record.kind].columns
    column = next((column for column in columns if column.name == name), None)
    return column is None or (column.optional and not column.if_used)


def missing(name: str) -> Undetermined:
    """A value that is not there."""
    return Undetermined("missing", Phrase(f"{name} is empty", f"“{name}”没有填"), name)


def _constant(x: e.Constant, env: Environment) -> Any:
    return x.value


def _field(x: e.Field, env: Environment) -> Any:
    assert env.record is not None
    value = env.record.values.get(x.name)
    if value is None:
        raise missing(x.name)
    return value


def _attribute(x: e.Attribute, env: Environment) -> Any:
    value = env.run.attributes.get(x.name)
    if value is None:
        raise missing(x.name)
    return value


def _setting(x: e.Setting, env: Environment) -> Any:
    run = env.run
    if x.name in run.overrides:
        return run.overrides[x.name]
    day = run.day_of(env)
    return run.once(("setting", x.name, day), lambda: _dated(run.policy.settings[x.name], day, env))


def _dated(dated: tuple[o.DatedValue, ...], day: date | None, env: Environment) -> Any:
    chosen = dated[0]
    for candidate in dated[1:]:
        if day is not None and candidate.since is not None and date.fromisoformat(candidate.since) <= day:
            chosen = candidate
    return evaluate(chosen.value, env)


def _enrolled(x: e.Enrolled, env: Environment) -> Any:
    """Open for a semester that has not begun."""
    if env.semester is None or env.semester in env.run.enrolled:
        return True
    return False if env.run.calendar.has_begun(env.semester, env.run.as_of) else v.OPEN


def _named(x: e.Named, env: Environment) -> Any:
    return env.record is None or env.record.named


def _ended(x: e.Ended, env: Environment) -> Any:
    return env.semester is None or env.run.has_ended(env.semester)


def _balance(x: e.Balance, env: Environment) -> Any:
    run = env.run
    if x.whole:
        return run.whole(x.account)
    account = run.policy.accounts[x.account]
    summed = account.sort == "category" and account.period not in (None, "semester")
    if env.period is not None and env.record is None and (env.period[0] != "semester" or summed):
        return run.total(x.account, env.period)
    if env.semester is None:
        return run.whole(x.account)
    return run.balance(x.account, env.semester)


def _fact(x: e.FactValue, env: Environment) -> Any:
    period = env.run.policy.facts[x.name].period
    key = "" if period is None else env.run.period_of(period, env)
    return env.run.fact(x.name, key)


def _record_fact(x: e.RecordFact, env: Environment) -> Any:
    run, record = env.run, env.record
    if record is None:
        raise missing(x.name)
    value = run.policy.record_facts[x.name]
    return run.once(("fact", x.name, id(record)), lambda: evaluate(value, run.at(record)))


def _aggregate(x: e.Aggregate, env: Environment) -> Any:
    if x.function == "total" and not x.is_fact and env.run.policy.accounts[x.name].sort == "category":
        at_hand = env.period if env.record is None else None
        return env.run.whole(x.name) if at_hand is None else env.run.total(x.name, at_hand)
    found = env.run.over_periods(x.name, x.is_fact, env)
    if any(value is None for value in found):
        raise Undetermined("period", Phrase(f"{x.name} has no value in some period", f"“{x.name}”在有的时段没有值"))
    if x.function == "total":
        return v.total(found)
    if not found:
        raise Undetermined("period", Phrase(f"{x.name} has no value here", f"“{x.name}”在此没有值"))
    best = found[0]
    if any(isinstance(value, (bool, v.Open)) for value in found):
        return reduce(v.either if x.function == "highest" else v.both, found)
    for value in found[1:]:
        best = v.larger(best, value) if x.function == "highest" else v.smaller(best, value)
    return best


def _lookup(x: e.Lookup, env: Environment) -> Any:
    keys = tuple(key_text(evaluate(key, env)) for key in x.keys)
    cell = x.table.cells.get(keys)
    if cell is None:
        shown = " × ".join(env.run.shown(key) for key in keys)
        raise Undetermined("cell", Phrase(f"nothing is printed for {shown}", f"条文没有列出{shown}的标准"))
    env.run.cells.add((x.table.name, keys))
    return cell


def _call(x: e.Call, env: Environment) -> Any:
    values = [evaluate(argument, env) for argument in x.arguments]
    if any(value is v.OPEN or isinstance(value, v.Interval) for value in values):
        if x.function.result == "number":
            return v.interval(-v.UNBOUNDED, v.UNBOUNDED)
        if x.function.result == "yes or no":
            return v.OPEN
        raise Undetermined("function", Phrase(f"{x.name} has no value yet", f"“{x.name}”尚无结果"), x.name)
    try:
        found = x.function(*values)
    except Exception as error:  # a plugin may raise anything, and is named
        raise _failed(x, type(error).__name__) from None
    if not _is_exact(found, x.function):
        raise _failed(x, "not an exact value of the promised type")
    return found


_MOST_DIGITS = 12
"""Digits before the point, as for numbers in policies and data."""


def _failed(x: e.Call, why: str) -> Undetermined:
    reason = Phrase(f"the function {x.name} failed ({why})", f"函数“{x.name}”出错（{why}）")
    return Undetermined("function", reason, x.name)


def _is_exact(value: object, function: Function) -> bool:
    """Whether a value is what a function promised; a number must be finite and have no more digits than promised."""
    if function.result == "number":
        if not isinstance(value, Decimal) or not value.is_finite():
            return False
        exponent = value.as_tuple().exponent
        return isinstance(exponent, int) and -exponent <= function.decimals and value.adjusted() < _MOST_DIGITS
    return type(value) is {"date": date, "text": str, "yes or no": bool}[function.result]


def _compare(x: e.Compare, env: Environment) -> Any:
    left, right = evaluate(x.left, env), evaluate(x.right, env)
    if x.ranks is not None:
        left, right = x.ranks.get(left, left), x.ranks.get(right, right)
        return bool(_PLAIN[x.operator](left, right))
    if isinstance(left, (Decimal, v.Interval)):
        return v.compare(x.operator, left, right)
    return bool(_PLAIN[x.operator](left, right))


_PLAIN: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def _one_of(x: e.OneOf, env: Environment) -> Any:
    value = evaluate(x.operand, env)
    return any(value == evaluate(option, env) for option in x.options)


def _present(x: e.Present, env: Environment) -> Any:
    if isinstance(x.operand, e.Field) and env.record is not None:
        return env.record.values.get(x.operand.name) is not None
    try:
        evaluate(x.operand, env)
    except Undetermined:
        return False
    return True


def _logical(x: e.Logical, env: Environment) -> Any:
    decisive = x.operator == "or"
    try:
        left = answer(x.left, env)
    except Undetermined:
        if answer(x.right, env) is decisive:
            return decisive
        raise
    if left is decisive:
        return left
    return (v.both if x.operator == "and" else v.either)(left, answer(x.right, env))


def _not(x: e.Not, env: Environment) -> Any:
    return v.opposite(answer(x.operand, env))


_ARITHMETIC = {"+": v.add, "-": v.subtract, "*": v.multiply}


def _arithmetic(x: e.Arithmetic, env: Environment) -> Any:
    return _ARITHMETIC[x.operator](evaluate(x.left, env), evaluate(x.right, env))


def _rounded(x: e.Rounded, env: Environment) -> Any:
    divisor = evaluate(x.divisor, env) if x.divisor is not None else Decimal(1)
    if v.low(divisor) <= 0:
        raise Undetermined("case", Phrase("the divisor is not above zero", "除数不大于零"))
    return v.quotient(evaluate(x.operand, env), divisor, x.mode, x.step)


def _steps(x: e.Steps, env: Environment) -> Any:
    measure = evaluate(x.measure, env)
    return v.interval(_step_value(x, v.low(measure)), _step_value(x, v.high(measure)))


def _step_value(x: e.Steps, measure: Decimal) -> Decimal:
    if measure < x.at:
        return v.ZERO
    if measure.is_infinite():
        return x.at_most if x.at_most is not None else (v.UNBOUNDED if x.then else x.first)
    full = v.full_steps(v.low(v.subtract(measure, x.at)), x.per_full)
    value = v.low(v.add(x.first, v.multiply(x.then, full)))
    return value if x.at_most is None else min(value, x.at_most)


def _cases(x: e.Cases, env: Environment) -> Any:
    for condition, value in x.branches:
        if met(condition, env) is True:
            return evaluate(value, env)
    if x.otherwise is not None:
        return evaluate(x.otherwise, env)
    raise Undetermined("case", Phrase(f"no case of {x.what} applies", f"“{x.what}”没有适用的情形"))


def _later(x: e.Later, env: Environment) -> Any:
    return env.run.calendar.later(evaluate(x.start, env), x.count, x.unit)


def _day_of_month(x: e.DayOfMonth, env: Environment) -> Any:
    return day_of_month(_day(env), x.day)


def _day(env: Environment) -> date:
    if env.record is None or env.record.on is None:
        kind = env.run.policy.kinds[env.record.kind] if env.record else None
        raise missing((kind.date_field if kind else None) or "date")
    return env.record.on


def _week_of(x: e.WeekOf, env: Environment) -> Any:
    day = evaluate(x.date, env)
    week = env.run.calendar.teaching_week(day)
    if week is None:
        raise Undetermined("period", Phrase(f"{day} is outside the calendar", f"{day}不在校历内"))
    return Decimal(week)


def _boundary(x: e.Boundary, env: Environment) -> Any:
    by_semester = x.period in ("semester", "year") or env.record is None
    on = (env.record.on if env.record else None) if by_semester else _day(env)
    found = env.run.calendar.boundary(x.which, x.period, on, env.semester)
    if found is None:
        raise Undetermined("period", Phrase(f"the {x.period} is not in the calendar", "不在校历内"))
    return found


def _used_in(x: e.UsedIn, env: Environment) -> Any:
    assert env.record is not None
    value = env.record.values.get(x.field)
    return value is not None and env.run.used_values(x.field, x.account).get(value, False)


def _requirement(x: e.RequirementStatus, env: Environment) -> Any:
    return env.run.requirements.get(x.name, v.OPEN)


def _same(x: e.Same, env: Environment) -> Any:
    if env.record is None or env.outer is None:
        return False
    value = env.record.values.get(x.field)
    return env.record is not env.outer and value is not None and value == env.outer.values.get(x.field)


def _as_of(x: e.AsOf, env: Environment) -> Any:
    return env.run.as_of or date.max


def _latest(x: e.Latest, env: Environment) -> Any:
    limit = evaluate(x.before, env) if x.before is not None else env.run.as_of or date.max
    records = env.run.records_of(x.kind, x.even_void)
    dated = env.run.once(("dated", x.kind, x.even_void), lambda: [each for each in records if each.on is not None])
    position = bisect_right(dated, limit, key=lambda record: record.on)
    value = dated[position - 1].values.get(x.field) if position else None
    if value is None:
        raise missing(x.field)
    return value


# ---- searches
def _part(x: e.CountRecords | e.SumRecords, inner: Environment, condition: e.Expression | None) -> Tally:
    """What one record adds."""
    holds = met(condition, inner)
    if not x.even_void and id(inner.record) in inner.run.doubtful:
        holds = v.both(holds, v.OPEN)
    if holds is False:
        return NOTHING_FOUND
    value: v.Number = v.ZERO
    if isinstance(x, e.SumRecords):
        try:
            value = evaluate(x.value, inner)
        except Undetermined:
            value = v.ZERO
    return Tally(int(holds is True), 1, value if holds is True else v.hull(v.ZERO, value))


def _count(x: e.CountRecords, env: Environment) -> Any:
    found = tally(x, env, _part)
    return v.interval(Decimal(found.sure), Decimal(found.possible))


def _sum_records(x: e.SumRecords, env: Environment) -> Any:
    return tally(x, env, _part).amount


_MEANING: Mapping[type, Callable[[Any, Environment], Any]] = {
    e.Constant: _constant, e.Field: _field, e.Attribute: _attribute, e.Setting: _setting, e.Enrolled: _enrolled,
    e.Ended: _ended, e.Named: _named, e.Balance: _balance, e.FactValue: _fact, e.Aggregate: _aggregate,
    e.Lookup: _lookup,
    e.Compare: _compare, e.OneOf: _one_of, e.Present: _present, e.Logical: _logical, e.Not: _not,
    e.Arithmetic: _arithmetic, e.Rounded: _rounded, e.Steps: _steps, e.Cases: _cases, e.Later: _later,
    e.DayOfMonth: _day_of_month, e.WeekOf: _week_of, e.Boundary: _boundary, e.UsedIn: _used_in,
    e.CountRecords: _count, e.Latest: _latest, e.AsOf: _as_of, e.Same: _same, e.SumRecords: _sum_records,
    e.RequirementStatus: _requirement, e.RecordFact: _record_fact, e.Call: _call,
}  # fmt: skip
_ABSENT = {kind.__name__ for kind in e.Expression.__subclasses__()} - {kind.__name__ for kind in _MEANING} - {"Unknown"}
assert not _ABSENT, f"expressions without a meaning: {_ABSENT}"
