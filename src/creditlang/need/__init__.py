"""What a student still needs for a requirement."""

from creditlang.need.addition import Addition
from creditlang.need.need_data import NeedData, need_data
from creditlang.need.need_question import NeedQuestion, horizon, need_question
from creditlang.need.need_text import NeedText
from creditlang.need.plan import Plan
from creditlang.need.short_parts import Filler, Need, ShortPart, needed

__all__ = [
    "Addition",
    "Filler",
    "Need",
    "NeedData",
    "NeedQuestion",
    "NeedText",
    "Plan",
    "ShortPart",
    "horizon",
    "need_data",
    "need_question",
    "needed",
]
