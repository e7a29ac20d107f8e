"""The definition of meaning: plain, exact, with every step."""

from creditlang.interpreter.evaluate import Answers, Interpreter, StudentData

__all__ = ["Answers", "Interpreter", "StudentData"]
