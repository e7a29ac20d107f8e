"""Which lines may stand in which body, and which lines say what happens when a value is missing."""

from collections.abc import Sequence

from creditlang.diagnostics import Phrase
from creditlang.syntax import tree as t
from creditlang.words import EXPECTED

CONTAINERS = {
    "item": EXPECTED["item"],
    "category": Phrase("a category", "类别"),
    "score": Phrase("a score", "评分"),
    "adjust": Phrase("an adjustment", "调整"),
    "fact": Phrase("a fact", "事实"),
    "credit": Phrase("a credit", "学分项"),
    "record": Phrase("a kind of record", "记录"),
    "offset": Phrase("an offset", "抵扣"),
}
_IN_RULES = (
    t.Case,
    t.TableCase,
    t.Cap,
    t.CountCap,
    t.Choose,
    t.Unique,
    t.From,
    t.HigherOf,
    t.Scale,
    t.Shared,
    t.Guard,
    t.Fallback,
    t.Mode,
    t.Rounded,
    t.PostsTo,
    t.TakeFrom,
    t.FallsOn,
    t.OneByOne,
)
_ADJUSTMENTS = tuple(kind for kind in _IN_RULES if kind not in (t.Case, t.TableCase, t.Mode))
_REMARKS = (t.Reference, t.Reading)
ALLOWED: dict[str, tuple[type, ...]] = {
    "item": (*_IN_RULES, *_REMARKS),
    "adjust": (*_ADJUSTMENTS, *_REMARKS),
    "category": (*_ADJUSTMENTS, t.Category, t.Item, t.InOrderOf, *_REMARKS),
    "score": (*_ADJUSTMENTS, t.Category, t.Item, t.Level, *_REMARKS),
    "fact": (t.Case, t.Mode, t.Steps, t.Fallback, *_REMARKS),
    "credit": (t.Case, t.Mode, t.Steps, t.GoesTo, t.Fallback, *_REMARKS),
    "record": (t.Guard, t.Case, *_REMARKS),
    "offset": (t.Guard, t.InOrderOf, t.Rounded, *_REMARKS),
}


def asks_missing(line: t.Line) -> bool:
    """Whether a line says what happens when a value is missing."""
    condition = getattr(line, "condition", None)
    return isinstance(line, (t.Case, t.Guard)) and _has_presence(condition)


def answers_missing(lines: Sequence[t.Line]) -> bool:
    return any(isinstance(line, (t.Case, t.Fallback)) for line in lines)


def _has_presence(node: t.Expression | None) -> bool:
    match node:
        case t.Presence():
            return True
        case t.Logical():
            return _has_presence(node.left) or _has_presence(node.right)
        case t.Not():
            return _has_presence(node.operand)
    return False
