"""The lines of a policy that did something to an entry, wherever they stand, and what they looked at."""

from collections.abc import Iterable, Iterator, Mapping

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import outside_queries, references
from creditlang.core.parts import inside
from creditlang.ledger import SET_ASIDE, Entry


def accounts_around(policy: o.Policy, entry: Entry) -> Iterator[o.Account]:
    """The accounts that an entry stands in, from the inmost out; then those of its rule, where a line took it away."""
    rule = policy.rules.get(entry.rule)
    for start in dict.fromkeys((entry.account, rule.account if rule is not None else "")):
        account = policy.accounts.get(start)
        while account is not None:
            yield account
            account = policy.accounts.get(account.parent or "")


def acting_lines(policy: o.Policy, entry: Entry) -> list[o.Operator]:
    """The lines that did something to an entry: of its kind, its rule, the accounts around, moves it asks for."""
    rule = policy.rules.get(entry.rule)
    lines = [*policy.kinds[entry.record.kind].guards, *(rule.operators if rule is not None else ())]
    lines += [line for account in accounts_around(policy, entry) for line in account.operators]
    lines += [line for move in moves_by(policy, entry) for line in (move, *move.guards)]
    done = {step.text for step in entry.steps}
    return [line for line in lines if done.intersection(_texts(line))]


def moves_by(policy: o.Policy, entry: Entry) -> Iterator[o.Move]:
    """The lines by which such a record makes one account up from others."""
    return (move for move in policy.moves if move.kind == entry.record.kind)


def fields_of(policy: o.Policy, entry: Entry, lines: Iterable[o.Operator]) -> Iterator[str]:
    """The fields of an entry by which lines take records together, and that tell how much room there is or by how
    much; a guard notes its own.
    """
    lines = tuple(lines)
    parts = tuple(line for line in lines if not isinstance(line, (o.Amount, o.Keep)))
    grouped = (name for x in inside(lines) if isinstance(x, o.Group) for name in x.fields)
    asked = (read.name for read in outside_queries(parts, e.Read) if read.what == "field")
    columns = {column.name for column in policy.kinds[entry.record.kind].columns}
    return (name for name in (*grouped, *asked) if name in columns)


def worked_out_by(
    policy: o.Policy, entries: Iterable[Entry]
) -> tuple[dict[str, e.Expression | o.Decide], dict[str, list[str]]]:
    """The facts that the lines read which altered the amounts of entries or were set aside, at any depth, and which
    fields of which kinds of record they look up.
    """
    terms: dict[str, e.Expression | o.Decide] = {}
    kinds: dict[str, list[str]] = {}
    known: dict[str, Mapping[str, e.Expression | o.Decide]]
    known = {"record fact": policy.record_facts, "fact": policy.facts}
    waiting: list[object] = []
    for entry in entries:
        by = (x for x in entry.steps if x.sort == SET_ASIDE or (x.before is not None and x.before != x.after))
        altered = {step.text for step in by}
        waiting += [line for line in acting_lines(policy, entry) if line.text in altered]
    while waiting:
        part = waiting.pop(0)
        for query in references(part, e.Query):
            if isinstance(query.source, e.RecordsOf):
                read = (x.name for x in references((query.where, query.value), e.Read) if x.what == "field")
                kinds.setdefault(query.source.kind, []).extend(read)
        for value in references(part, e.Value):
            if value.name not in terms and value.name in known.get(value.sort, {}):
                terms[value.name] = known[value.sort][value.name]
                waiting.append(terms[value.name])
    return terms, kinds


def _texts(line: o.Operator) -> Iterator[str]:
    """How steps quote a line: as it is written, or a case or ratio of it."""
    parts = line.cases if isinstance(line, o.Amount) else line.ratios if isinstance(line, o.Move) else ()
    return (part.text for part in (line, *parts))
