"""Why a policy cannot be worked out in columns: what stands in it that they do not know."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from creditlang.columnar.local_questions import is_local
from creditlang.columnar.student_values import MEANING
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.parts import expressions
from creditlang.diagnostics import Phrase
from creditlang.interpreter.evaluate import Interpreter
from creditlang.plan import Plan
from creditlang.plan.inputs import Input, NotLocal, Reader

_PERIODS: Final = (None, "semester", "year")


def not_in_columns(plan: Plan, interpreter: Interpreter) -> Iterator[Phrase]:
    """Why a policy as a whole is handed over."""
    policy = plan.policy
    if not policy.kinds:
        yield Phrase("a policy without records", "没有记录的办法")
    if policy.periods or policy.recurrences:
        yield Phrase("periods of each student's own, or worked out one after the other", "各人自有的时段或逐期推算")
    if interpreter.together:
        yield Phrase("rankings and facts of groups", "排名与集体事实")
    if any(kind.clean is not None for kind in policy.kinds.values()):
        yield Phrase("stretches without a breach", "无违反的时段")
    for name, kind in policy.kinds.items():
        body = plan.kinds[name]
        reads = {each for line in body.lines for each in line.reads.inputs}
        if kind.enrolment and (Input("enrolled") in reads or kind.item_field or interpreter.conditional[name]):
            yield Phrase("enrolment that rules look at", "规则要看在籍记录")
    for account in policy.accounts.values():
        if account.decide is not None:
            yield from _deciding(account.decide, policy)
        if account.diverts:
            yield Phrase("what is above a limit goes to another account", "超出部分转入另一账户")
        if account.sort in ("score", "credit") and account.period not in _PERIODS:
            yield Phrase(f"a score or credit per {account.period}", "按日、周、月计的评分或学分")
    for decide in policy.facts.values():
        yield from _deciding(decide, policy)
    for decide in policy.requirements.values():
        if decide.period is not None or any(part.each not in _PERIODS for part in decide.cases):
            yield Phrase("requirements that stand for themselves in periods", "按时段各自判断的要求")
        yield from _deciding(decide, policy)


def _cases(cases: Iterable[o.Case]) -> Iterator[o.Case]:
    """Cases with those inside them."""
    for case in cases:
        yield case
        yield from _cases(case.of)


def _deciding(decide: o.Decide, policy: o.Policy) -> Iterator[Phrase]:
    if decide.period not in _PERIODS:
        yield Phrase("facts of days, weeks or months", "按日、周、月的事实")
    if decide.mode == "all":
        yield Phrase("cases that are added up", "各情形累加")
    parts = [decide.least, decide.most, *(x for case in _cases(decide.cases) for x in (case.condition, case.value))]
    yield from (why for part in parts if (why := _lacks(part, policy)) is not None)


# ---- expressions about students
def _lacks(x: Any, policy: o.Policy) -> Phrase | None:
    """Why an expression about students cannot be worked out in columns; None if it can."""
    if x is None or is_local(x, policy):
        return None
    wrong = _WRONG[type(x)](x, policy) if type(x) in _WRONG else None
    if isinstance(x, e.Query) and isinstance(x.source, e.RecordsOf):
        return wrong
    return wrong or next((why for inner in expressions(x) if (why := _lacks(inner, policy)) is not None), None)


_CANNOT: Final = Phrase("a question about students that columns do not answer", "有按列无法回答的关于学生的提问")


def _value_wrong(x: e.Value, policy: o.Policy) -> Phrase | None:
    return None if x.sort in ("account", "fact", "requirement") and isinstance(x.at, (e.Here, e.Whole)) else _CANNOT


def _query_wrong(x: e.Query, policy: o.Policy) -> Phrase | None:
    if isinstance(x.source, e.RecordsOf):
        return _of_records_wrong(x, policy.kinds[x.source.kind], policy)
    good = isinstance(x.source, e.Periods) and isinstance(x.value, e.Value) and not x.scopes and x.where is None
    good = good and x.function in ("total", "highest", "lowest") and isinstance(x.value, e.Value)
    good = good and isinstance(x.value.at, e.Here) and x.value.sort in ("account", "fact")  # type: ignore[union-attr]
    if not good or x.ranks is not None or x.weight is not None or x.source.ended:  # type: ignore[union-attr]
        return _CANNOT
    assert isinstance(x.value, e.Value) and isinstance(x.source, e.Periods)
    if x.value.sort == "fact":
        fact = policy.facts[x.value.name]
        return None if fact.period == x.source.period and fact.type.name == "number" else _CANNOT
    account = policy.accounts[x.value.name]
    if account.sort == "category":
        return None if x.function == "total" else _CANNOT
    return None if account.period == x.source.period else _CANNOT


def _of_records_wrong(x: e.Query, kind: o.RecordKind, policy: o.Policy) -> Phrase | None:
    """Those can be answered of which each record can be asked alone."""
    simple = x.function in ("any", "count", "total", "highest", "lowest") and x.weight is None and x.ranks is None
    if not simple or x.distinct or kind.enrolment or x.level not in ("plain", "even void"):
        return _CANNOT
    if any(not isinstance(scope, e.Whole) for scope in x.scopes):
        return _CANNOT
    numbers = {column.name for column in kind.columns if column.type.name == "number"}
    is_number = isinstance(x.value, e.Read) and x.value.what == "field" and x.value.name in numbers
    if x.function in ("highest", "lowest") and not is_number:
        return _CANNOT
    try:
        reads = [Reader(policy, kind).reads(part) for part in (x.where, x.value) if part is not None]
    except NotLocal:
        return _CANNOT
    return _CANNOT if any(each.asks for each in reads) else None


_WRONG: Final[Mapping[type, Callable[[Any, o.Policy], Phrase | None]]] = {
    e.Value: _value_wrong,
    e.Query: _query_wrong,
}
_ABSENT = (
    {kind.__name__ for kind in e.Expression.__subclasses__()}
    - {kind.__name__ for kind in MEANING} - {"Unknown", "Constant", "Read"}
)  # fmt: skip
assert not _ABSENT, f"expressions about students that columns do not know: {_ABSENT}"
