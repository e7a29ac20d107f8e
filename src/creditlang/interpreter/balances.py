"""The balance of an account: at hand, over the whole time, or just before the record at hand."""

from typing import Any

from creditlang import values as v
from creditlang.core import expressions as e
from creditlang.diagnostics import Phrase
from creditlang.interpreter.student_run import Environment
from creditlang.values import Undetermined


def balance_of(x: e.Value, env: Environment) -> Any:
    """The balance that a value reads. Raises `Undetermined` where there is no such period or record."""
    run = env.run
    if isinstance(x.at, e.Whole):
        return run.whole(x.name)
    if isinstance(x.at, e.BeforeThis):
        return _before_this(x.name, env)
    account, category = run.policy.accounts[x.name], run.policy.accounts[x.name].sort == "category"
    if env.period is not None and env.record is None:
        around, (period, key) = env.around, env.period
        if around is not None and category:
            inside = run.once(("inside", run.stage, x.name, around, period), lambda: run.inside(x.name, around, period))
            return inside.get(key, v.ZERO)
        summed = category and account.period not in (None, "semester")
        if period != account.period and (period != "semester" or summed):
            return run.total(x.name, env.period)
    if account.period is not None:
        return run.balance(x.name, run.period_of(account.period, env))
    return run.whole(x.name) if env.semester is None else run.balance(x.name, env.semester)


def _before_this(account: str, env: Environment) -> Any:
    """The balance just before the record at hand; in its period, if the account has periods."""
    record, others = env.record, env.run.others
    if record is None or others is None:
        raise Undetermined("period", Phrase(f"{account} is asked before no record", f"“{account}”在此没有所针对的记录"))
    run, period = others.then(record.on or record.order[0], record), env.run.policy.accounts[account].period
    if period is None:
        return run.whole(account)
    return run.balance(account, run.period_of(period, Environment(run, record)))
