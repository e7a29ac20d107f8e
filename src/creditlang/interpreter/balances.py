"""The balance of an account: at hand, over the whole time, or at another time."""

from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.interpreter.balances_then import Read, balance_then
from creditlang.interpreter.student_run import Environment


def balance_of(x: e.Value, env: Environment, read: Read) -> Any:
    """The balance that a value reads. Raises `Undetermined` where there is no such period or record."""
    run = env.run
    if isinstance(x.at, e.Whole):
        return run.whole(x.name)
    if not isinstance(x.at, (e.Here, e.Previous, e.InPeriod)):
        return balance_then(x, env, read).amount
    account, category = run.policy.accounts[x.name], run.policy.accounts[x.name].sort == "category"
    if env.period is not None:
        around, (period, key) = env.around, env.period
        if around is not None and category:
            inside = run.once(("inside", run.stage, x.name, around, period), lambda: run.inside(x.name, around, period))
            return v.add(inside.get(key, v.ZERO), run.undated(x.name, period))
        summed = category and account.period not in (None, "semester")
        if period != account.period and (period != "semester" or summed):
            return run.total(x.name, env.period)
    if account.period is not None:
        return run.balance(x.name, run.period_of(account.period, env))
    return run.whole(x.name) if env.semester is None else run.balance(x.name, env.semester)
