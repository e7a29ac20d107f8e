"""A plan for people who work on the language: nodes in their order, then every body line by line."""

from collections.abc import Iterable, Iterator

from creditlang.plan.inputs import Reads
from creditlang.plan.lower import Plan, PlannedBody, PlannedLine


def plan_lines(plan: Plan) -> Iterator[str]:
    """The nodes with their pass over the people; how each line is done, what it reads, and why it is handed over."""
    policy = plan.policy
    for kind, name in policy.order:
        stage = policy.stages.get((kind, name), 0)
        yield f"{kind} {name}".rstrip() + (f"  (pass {stage})" if stage else "")
    for recurrence in policy.recurrences:
        nodes = ", ".join(f"{kind} {name}" for kind, name in recurrence.nodes)
        yield f"period by period, by {recurrence.period}: {nodes}"
    yield from _bodies("kind", plan.kinds.items())
    yield from _bodies("rule", plan.rules.items())
    for name, bodies in plan.accounts.items():
        yield from _bodies("account", ((f"{name}, {kind}", body) for kind, body in bodies.items()))
    done, of = plan.counts
    yield f"rules without handing over: {done} of {of}; decimals: {plan.decimals}"


def _bodies(sort: str, bodies: Iterable[tuple[str, PlannedBody]]) -> Iterator[str]:
    for name, body in bodies:
        if body.lines:
            yield f"{sort} {name}"
        yield from (f"  {_line(line)}" for line in body.lines)


def _line(line: PlannedLine) -> str:
    written = f"{type(line.operator).__name__} “{line.operator.text}”"
    if line.why is not None:
        return f"handed over: {written}: {line.why}"
    return f"{line.how}: {written}{_reads(line.reads)}"


def _reads(reads: Reads) -> str:
    answers = {0: (), 1: ("1 question",)}.get(len(reads.answers), (f"{len(reads.answers)} questions",))
    parts = ", ".join((*sorted(map(str, reads.inputs)), *answers))
    asks = ", ".join(sorted({x.kind + (f" of one {x.field}" if x.field else "") for x in reads.asks}))
    return (f" by {parts}" if parts else "") + (f"; handed over with records of {asks}" if asks else "")
