"""Why a policy cannot be worked out in columns: what stands in it that they do not know."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from creditlang.columnar.asked_alone import is_asked_alone, may_be_asked
from creditlang.columnar.local_questions import is_local
from creditlang.columnar.student_values import MEANING
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import references_of
from creditlang.core.parts import expressions
from creditlang.diagnostics import Phrase
from creditlang.interpreter.evaluate import Interpreter
from creditlang.plan import Plan
from creditlang.plan.inputs import Input, NotLocal

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
    for rule in policy.rules.values():
        try:
            plan.readers[rule.kind].reads(*(() if rule.where is None else (rule.where,)))
        except NotLocal:
            yield Phrase("a rule that takes records by what others are", "规则按其他记录决定采用哪些记录")
    for account in policy.accounts.values():
        if account.decide is not None:
            yield from _deciding(account.decide, policy)
        for limit, target, _ in account.diverts:
            if policy.accounts[target].sort != "account":
                yield Phrase("what is above a limit goes to a score or credit", "超出部分转入评分或学分")
            yield from filter(None, [_lacks(limit, policy)])
        if account.sort in ("score", "credit") and account.period not in _PERIODS:
            yield Phrase(f"a score or credit per {account.period}", "按日、周、月计的评分或学分")
    for decide in policy.facts.values():
        yield from _deciding(decide, policy)
    for decide in policy.requirements.values():
        if any(part.each not in _PERIODS for part in decide.cases):
            yield Phrase("requirements of days, weeks or months", "按日、周、月的要求")
        if decide.period is not None and any(
            x.sort == "requirement" and x.name == decide.name for x in references_of(policy, e.Value)
        ):
            yield Phrase("whether a requirement is met in one period", "查询某一时段的要求是否满足")
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
    """Why an expression about students cannot be worked out; None if it can, in columns or for each student alone."""
    if x is None or is_local(x, policy):
        return None
    if is_asked_alone(x, policy):
        return None if may_be_asked(x, policy) else _CANNOT
    if isinstance(x, e.Query) and isinstance(x.source, e.RecordsOf):
        return None
    return next((why for inner in expressions(x) if (why := _lacks(inner, policy)) is not None), None)


_CANNOT: Final = Phrase("a question about students that columns do not answer", "有按列无法回答的关于学生的提问")
_ABSENT = (
    {kind.__name__ for kind in e.Expression.__subclasses__()}
    - {kind.__name__ for kind in MEANING} - {"Unknown", "Constant", "Read"}
)  # fmt: skip
assert not _ABSENT, f"expressions about students that columns do not know: {_ABSENT}"
