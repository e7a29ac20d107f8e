"""Which lines may stand in which body, and which of them once."""

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
    t.AmountLine,
    t.AmountTable,
    t.Deadline,
    t.Cap,
    t.CountCap,
    t.Choose,
    t.Best,
    t.DropLowest,
    t.Lapse,
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
    t.FallsOn,
    t.OneByOne,
)
_ADJUSTMENTS = tuple(kind for kind in _IN_RULES if kind not in (t.AmountLine, t.AmountTable, t.Deadline, t.Mode))
_REMARKS = (t.Reference, t.Reading)
ALLOWED: dict[str, tuple[type, ...]] = {
    "item": (*_IN_RULES, *_REMARKS),
    "adjust": (*_ADJUSTMENTS, *_REMARKS),
    "category": (*_ADJUSTMENTS, t.TakeFrom, t.Category, t.Item, t.InOrderOf, *_REMARKS),
    "score": (*_ADJUSTMENTS, t.TakeFrom, t.Category, t.Item, t.Level, *_REMARKS),
    "fact": (t.DecisionLine, t.Mode, t.Steps, t.Bound, *_REMARKS),
    "credit": (t.DecisionLine, t.Mode, t.Steps, t.Bound, t.GoesTo, *_REMARKS),
    "record": (t.Guard, t.Deadline, *_REMARKS),
    "offset": (t.Guard, t.InOrderOf, t.Rounded, *_REMARKS),
}


def once(line: t.Line) -> object:
    """What a body says only once, if this line says it: a second line of the kind would be passed over."""
    if isinstance(line, (t.Mode, t.InOrderOf)):
        return type(line)
    if (isinstance(line, t.AmountLine) and not (line.since or line.until)) or isinstance(line, t.DecisionLine):
        return "otherwise" if line.otherwise else None
    return line.which if isinstance(line, (t.Level, t.Bound)) else None
