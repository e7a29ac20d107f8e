"""What a student still needs for a requirement."""

from creditlang.need.addition import Addition
from creditlang.need.need import Filler, Need, ShortPart, horizon, needed
from creditlang.need.need_text import NeedText
from creditlang.need.plan import Plan

__all__ = ["Addition", "Filler", "Need", "NeedText", "Plan", "ShortPart", "horizon", "needed"]
