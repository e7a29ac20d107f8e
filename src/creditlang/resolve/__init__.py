"""Names to declarations: the program that the later stages ask."""

from creditlang.resolve.from_syntax import SORTS, resolve
from creditlang.resolve.program import AccountSymbol, Enumeration, FieldSymbol, ItemSymbol, Kind, Program

__all__ = ["SORTS", "AccountSymbol", "Enumeration", "FieldSymbol", "ItemSymbol", "Kind", "Program", "resolve"]
