"""Many students at once: records as columns of numbers, lines as tables and a few operations on groups."""

from creditlang.columnar.columnar_engine import ColumnarEngine

__all__ = ["ColumnarEngine"]
