"""The definition of meaning: plain, exact, with every step."""

from creditlang.interpreter.evaluate import Interpreter, StudentData

__all__ = ["Interpreter", "StudentData"]
