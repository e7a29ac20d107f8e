"""Which lines of a policy its examples exercise, and which articles its lines carry.

A line is covered when some example let it do something: a case that matched, a limit that cut, a guard that took a
record out, a row of a rate table that was read. A reading is covered when an example cites its article. An article is
carried by the rules that cite it; one without a rule needs a reason.
"""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from creditlang.core import operators as o
from creditlang.core.expressions import Table
from creditlang.examples.run_examples import Outcome
from creditlang.source import Span


@frozen
class LineToCover:
    """Something to cover: its number, its article and its place."""

    number: int
    article: str
    span: Span


@frozen
class Coverage:
    """What the examples of a policy exercise."""

    lines: tuple[LineToCover, ...]
    uncovered: tuple[LineToCover, ...]
    rows: int
    uncovered_rows: tuple[tuple[str, str], ...]
    """Tables and the labels of their rows."""
    uncovered_readings: tuple[o.ReadingNote, ...]
    readings: int
    articles: Mapping[str, tuple[str, ...]]
    unexplained: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Everything is covered and every article has a rule or a reason."""
        return not (self.uncovered or self.uncovered_rows or self.uncovered_readings or self.unexplained)


def measure(policy: o.Policy, outcomes: Iterable[Outcome]) -> Coverage:
    """The coverage of `policy` by the examples that ran."""
    outcomes = list(outcomes)
    numbers = {number for outcome in outcomes for number in outcome.covered}
    cells = {cell for outcome in outcomes for cell in outcome.cells}
    cited = [cite.replace("（", "(").replace("）", ")") for outcome in outcomes for cite in outcome.cites]
    lines = tuple(lines_of(policy))
    done = {_place(line.span) for line in lines if line.number in numbers}
    uncovered = {_place(line.span): line for line in lines if _place(line.span) not in done}
    rows = [(table, label) for table in policy.tables for label in table.labels[0]] if policy.tables else []
    read = {(name, keys[0]) for name, keys in cells}
    missing_rows = [
        (table.name, label) for table, label in rows if (table.name, label) not in read and _has_cells(table, label)
    ]
    readings = [reading for reading in policy.readings if reading.article]
    missing = [reading for reading in readings if not any(_answers(cite, reading.article) for cite in cited)]
    articles = carried(policy)
    unexplained = [name for name in policy.articles if not articles.get(name) and name not in policy.without_rule]
    distinct = tuple({_place(line.span): line for line in lines}.values())
    return Coverage(
        lines=distinct, uncovered=tuple(uncovered.values()), rows=len(rows), uncovered_rows=tuple(missing_rows),
        uncovered_readings=tuple(missing), readings=len(readings), articles=articles, unexplained=tuple(unexplained),
    )  # fmt: skip


def _has_cells(table: Table, label: str) -> bool:
    return any(keys[0] == label for keys in table.cells)


def _answers(cite: str, article: str) -> bool:
    return any(part.strip() == cite or cite.startswith(part.strip()) for part in article.split("；"))


def _place(span: Span) -> tuple[str, int]:
    return span.source.name, span.start


def lines_of(policy: o.Policy) -> Iterator[LineToCover]:
    """Every numbered line that an example can exercise."""
    for kind in policy.kinds.values():
        yield from _operators(kind.guards)
    for rule in policy.rules.values():
        if rule.span is not None:
            yield LineToCover(rule.number, rule.article, rule.span)
        yield from _operators(rule.operators)
    for account in policy.accounts.values():
        yield from _operators(account.operators)
        yield from _cases(account.decide)
    for fact in policy.facts.values():
        if fact.groups is None:  # an example has one student, and so no group to decide for
            yield from _cases(fact)
    for move in policy.moves:
        if move.span is not None:
            yield LineToCover(move.number, move.article, move.span)
        yield from _operators(move.guards)
        yield from (LineToCover(ratio.number, ratio.article, ratio.span) for ratio in move.ratios if ratio.span)
    for requirement in policy.requirements.values():
        yield from _cases(requirement)
    yield from _operators(policy.uniques)


def _operators(operators: Iterable[o.Operator]) -> Iterator[LineToCover]:
    for operator in operators:
        if isinstance(operator, o.Amount):
            yield from _cases(operator)
        elif operator.span is not None:
            yield LineToCover(operator.number, operator.article, operator.span)


def _cases(of: o.Amount | o.Decide | None) -> Iterator[LineToCover]:
    if of is not None:
        cases = (inner for case in of.cases for inner in (case, *case.of))
        yield from (LineToCover(case.number, case.article, case.span) for case in cases if case.span)


def carried(policy: o.Policy) -> dict[str, tuple[str, ...]]:
    """For each article, the names of the rules, accounts, facts, moves and requirements that cite it."""
    found: dict[str, list[str]] = {name: [] for name in policy.articles}
    named = [
        *((name, _all(rule.article, rule.operators)) for name, rule in policy.rules.items()),
        *(
            (name, _all(account.article, account.operators, account.decide))
            for name, account in policy.accounts.items()
        ),
        *((name, _all(fact.article, (), fact)) for name, fact in policy.facts.items()),
        *((move.target, _all(move.article, move.guards)) for move in policy.moves),
        *((name, _all(asked.article, (), asked)) for name, asked in policy.requirements.items()),
        *((reading.place, [reading.article]) for reading in policy.readings),
        *((name, list(policy.article_of.get(name, ()))) for name in policy.article_of),
    ]
    for name, articles in named:
        parts = [part.strip() for text in articles for part in text.split("；")]
        for article, names in found.items():
            if name not in names and any(part.startswith(article) for part in parts):
                names.append(name)
    return {article: tuple(names) for article, names in found.items()}


def _all(article: str, operators: Iterable[o.Operator], decide: o.Decide | None = None) -> list[str]:
    lines = [*_operators(operators), *_cases(decide)]
    return [article, *(line.article for line in lines)]
