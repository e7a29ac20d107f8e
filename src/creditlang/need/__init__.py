"""What a student still needs for a requirement."""

from creditlang.need.addition import Addition
from creditlang.need.need_text import NeedText
from creditlang.need.plan import Plan
from creditlang.need.short_parts import Filler, Need, ShortPart, horizon, needed

__all__ = ["Addition", "Filler", "Need", "NeedText", "Plan", "ShortPart", "horizon", "needed"]
