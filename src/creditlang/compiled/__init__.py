"""Students by generated code: what is settled, on the amounts of the interpreter, and handed over where it is not."""

from creditlang.compiled.compiled_engine import CompiledEngine, Worked

__all__ = ["CompiledEngine", "Worked"]
