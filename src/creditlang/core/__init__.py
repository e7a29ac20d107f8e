"""The core: a small set of operators to which every policy comes down."""

from creditlang.core.lower.program_to_core import Compilation, compile_program
from creditlang.core.operators import Policy

__all__ = ["Compilation", "Policy", "compile_program"]
