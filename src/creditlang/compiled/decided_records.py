"""What the first lines of a rule make of a record, worked out once for each combination of what they read of it.

As many of a rule's first lines as speak of each entry by itself, and read only what is known of a record, are done to
a record when its combination first comes; the entry that came out is the one that those of later records are copies
of. What more than the entry has changed by them, such as a record that is invalid or warned of, is done each time.
"""

from collections.abc import Callable, Sequence
from typing import Any

from creditlang.compiled.expression_writer import Here
from creditlang.compiled.light_entries import ROW, STEPS, LightEntry, Row
from creditlang.compiled.policy_at_hand import MOST_KEPT
from creditlang.compiled.printed_cells import Label
from creditlang.compiled.single_lines import SingleLines
from creditlang.compiled.student_work import Work
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.plan.inputs import Input, NotLocal, Reader
from creditlang.plan.lower import HOW


class DecidedRecords(dict[Any, tuple[LightEntry, frozenset[int], frozenset[Label]]]):
    """The entries of a rule by what its first lines read; with the numbers of lines and the cells of tables that were
    used for them.
    """

    def __init__(self, rule: str, front: Callable[[Work, Sequence[LightEntry]], Any]) -> None:
        super().__init__()
        self.rule, self.front = rule, front

    def fill(self, w: Work, row: Row, key: Any) -> LightEntry:
        """The entry of a record whose combination is not known yet."""
        entry, run, before = w.opened(self.rule, row), w.run, _noted_elsewhere(w)
        covered, cells = w.covered, w.cells
        own, read = w.covered, w.cells = run.covered, run.cells = set[int](), set[Label]()
        self.front(w, (entry,))
        w.covered, w.cells = run.covered, run.cells = covered, cells
        covered |= own
        cells |= read
        if len(self) < MOST_KEPT and _noted_elsewhere(w) == before:
            model = entry.copy()
            model[ROW], model[STEPS] = None, None if entry[STEPS] is None else entry[STEPS].copy()
            self[key] = model, frozenset(own), frozenset(read)
        return entry


def _noted_elsewhere(w: Work) -> tuple[int, ...]:
    return len(w.unrated), len(w.in_body), len(w.problems), len(w.run.warnings)


def decided(lines: Sequence[o.Operator], kind: str, writer: SingleLines) -> tuple[int, str]:
    """How many of the first lines of a rule are decided by what is known of a record, and the text of that."""
    expressions = writer.expressions
    reader = Reader(expressions.policy, expressions.policy.kinds[kind])
    inputs: dict[Input, None] = {}
    answers: dict[e.Expression, str] = {}
    count = 0
    for line in lines:
        how, parts = HOW[type(line)](line)
        if how != "each":
            break
        try:
            reads = reader.reads(*(part for part in parts if part is not None))
        except NotLocal:
            break
        texts = {x: _answer(x, kind, reader, writer) for x in reads.answers}
        if reads.asks or None in texts.values() or any(x.what not in _TEXTS for x in reads.inputs):
            break
        inputs |= dict.fromkeys(sorted(reads.inputs, key=str))
        answers |= {x: text for x, text in texts.items() if text is not None}
        count += 1
    value = expressions.source.value
    found = [_TEXTS[x.what].format(value(x.name)) for x in inputs]
    found += [text for x, text in answers.items() if not reader.inputs(x) <= inputs.keys()]
    return count, found[0] if len(found) == 1 else f"({''.join(f'{text}, ' for text in found)})"


def _answer(x: e.Compare | e.Present, kind: str, reader: Reader, writer: SingleLines) -> str | None:
    """The text of an answer that there always is: None stands for a field without a value."""
    piece = writer.expressions.piece(x, Here((kind,)))
    if not piece.fails:
        return piece.text
    inputs = reader.inputs(x)
    fields = frozenset(read.name for read in inputs if read.what == "field")
    piece = writer.expressions.piece(x, Here((kind,), present=fields))
    if piece.fails or len(inputs) != 1 or not fields:
        return None
    return f"(None if V.get({writer.source.value(next(iter(fields)))}) is None else {piece.text})"


_TEXTS = {"field": "V.get({})", "attribute": "w.attributes.get({})", "named": "row[1].named"}
"""What is known of a record and stands in a combination as it is."""
