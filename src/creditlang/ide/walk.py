"""A text token by token, with the parser's state before each, also where it is incomplete or wrong.

The lexer needs the parser's states to tell keywords from names, and nothing else of the parser: so the walk keeps a
stack of states and builds no tree. At a place that cannot be read, the rest of the line is cut as if everything were
acceptable there, and the walk goes on with the next line: in the state that follows the line, if it could have ended at
that place, else as if the line were not there.

Invariants: tokens come in order and do not overlap; each line is cut at most twice, so that the time is linear in the
length of the text; nothing is raised for any text.
"""

from collections.abc import Generator, Iterator
from math import inf
from typing import Any, Literal, get_args

from attrs import evolve, frozen

from creditlang.diagnostics import Diagnostic
from creditlang.source import SourceFile
from creditlang.syntax import parser
from creditlang.syntax.lexer import LexicalError, Lexing, PlacedToken, Prepared, prepare
from creditlang.syntax.parse import Typed
from creditlang.syntax.parser_tables import END

Beginning = Literal["policy", "line", "expression", "record", "records", "condition", "setting", "value"]
"""What a text is: a policy, a line of a category (an item, a cap …), or one of the things typed by themselves."""

_LINE = ("CATEGORY", "NAME", "_NL", "_INDENT")
_UNENDED = {"CR007": "text", "CR008": "citation"}


class ParserStack:
    """The parser's states, as the lexer asks for them; no values."""

    def __init__(self, state_stack: list[int]) -> None:
        self.parser = parser()
        self.state_stack = state_stack

    def copy(self) -> "ParserStack":
        """Another stack in the same state."""
        return ParserStack(list(self.state_stack))

    def feed(self, terminal: str) -> bool:
        """Take a token; False, and in no useful state any more, if it cannot stand here."""
        stack, rows = self.state_stack, self.parser.rows
        while (step := rows[stack[-1]].get(terminal)) is not None:
            if step >= 0:
                stack.append(step)
                return True
            size, origin, *_ = self.parser.rules[step]
            if size:
                del stack[-size:]
            stack.append(rows[stack[-1]][origin])
        return False

    def accepts(self, terminal: str) -> bool:
        """Whether a token can stand here."""
        return terminal in self.parser.rows[self.state_stack[-1]] and self.copy().feed(terminal)

    def acceptable(self) -> frozenset[str]:
        """The terminals that can stand here."""
        row = self.parser.rows[self.state_stack[-1]]
        return frozenset(name for name in row if name.isupper() and self.accepts(name))

    def ends(self) -> bool:
        """Whether the text may end here."""
        # The end is never shifted: what is left after the reductions is the end state.
        stack = self.copy()
        stack.feed(END)
        return stack.state_stack[-1] in self.parser.end.values()


def stack_at(beginning: Beginning) -> ParserStack:
    """The parser's states where a text of this sort begins."""
    start = f"typed_{beginning}" if beginning in get_args(Typed) else "start"
    stack = ParserStack([parser().start[start]])
    if beginning == "line":
        assert all(stack.feed(terminal) for terminal in _LINE)
    return stack


@frozen
class Step:
    """A token, or a place where none could be made (`kind` is then the diagnostic's code)."""

    kind: str
    start: int
    end: int
    before: tuple[Any, ...]
    """The parser's states before it, oldest first."""
    wrong: bool = False
    sure: bool = True
    """False for what follows a wrong place on its line: cut by what words look like."""
    problem: Diagnostic | None = None


class _Everything(dict[int, Any]):
    """The terminals of any state, as if everything were acceptable everywhere."""

    def __contains__(self, terminal: object) -> bool:
        return True

    def __missing__(self, state: int) -> "_Everything":
        return self


class Walk:
    """One pass over a text. Afterwards `stack` and `depth` tell the state at its end."""

    def __init__(self, text: str, beginning: Beginning = "policy", names: tuple[str, ...] = ()) -> None:
        """Read `text`; `names` are those that it may use beside its own, for cutting Chinese."""
        self.prepared: Prepared = prepare(SourceFile("typed", text), names)
        self.beginning = beginning
        self.stack = stack_at(beginning)
        self.first = list(self.stack.state_stack)
        self.lexing = Lexing(self.prepared, self.stack.parser.rows, self.stack.state_stack)
        self.lenient = Lexing(self.prepared, _Everything(), [0])
        self.text = self.prepared.text
        self.marks: list[Any] = []

    @property
    def depth(self) -> int:
        """How many blocks are open at the end."""
        return len(self.lexing.indentation.depths) - 1

    def at_line_end(self) -> ParserStack:
        """The state after the last line that was read to its end, before blocks are closed."""
        return ParserStack(list(self.marks[0]))

    def steps(self) -> Iterator[Step]:
        """The tokens, each decided in the state that then holds."""
        position = 0
        while position >= 0:
            self.mark()
            position = yield from self.part(position)

    def part(self, position: int) -> Generator[Step, None, int]:
        """Tokens from a line's start up to the end of the line that holds the next wrong place; returns what follows,
        or -1 at the end of the text.
        """
        for step in self.strict(position):
            if step.wrong and self.is_restart(step):
                self.restart()
                return step.start
            yield step
            if step.wrong:
                break
        else:
            return -1
        if step.kind == "_NL":
            following = step.end if step.end > step.start else -1
        else:
            yield from self.rest_of_line(step.end)
            following = self.line_end(step.end) + 1
        if not 0 <= following < len(self.text):
            return -1
        self.recover(step)
        return following

    def is_restart(self, step: Step) -> bool:
        """Whether a declaration begins here, and only what stands above it is unfinished."""
        if self.beginning != "policy" or step.kind.startswith("CR") or self.marks[0] == self.first:
            return False
        return step.start < len(self.text) and (step.start == 0 or self.text[step.start - 1] == "\n")

    def restart(self) -> None:
        """The state at the beginning of a policy."""
        self.stack.state_stack[:] = self.first
        self.lexing.indentation.depths[:] = [0]
        self.lexing.indentation.grids[:] = [False]

    def mark(self) -> None:
        """Remember the state at the start of a line."""
        indentation = self.lexing.indentation
        self.marks = [list(self.stack.state_stack), list(indentation.depths), list(indentation.grids)]

    def recover(self, wrong: Step) -> None:
        """The state from which the line after a wrong place is read."""
        states = list(wrong.before)
        ended = ParserStack(states)
        if wrong.kind not in ("_NL", "_INDENT", "_DEDENT", "CR006", "CR002") and ended.feed("_NL"):
            self.stack.state_stack[:] = states
        else:
            self.stack.state_stack[:] = self.marks[0]
            self.lexing.indentation.depths[:] = self.marks[1]
            self.lexing.indentation.grids[:] = self.marks[2]
        self.lexing.indentation.next_is_grid = False

    def strict(self, position: int) -> Iterator[Step]:
        """Tokens up to the first that is wrong."""
        tokens = self.lexing.tokens(position)
        while True:
            before = tuple(self.stack.state_stack)
            try:
                token: PlacedToken | None = next(tokens, None)
            except LexicalError as error:
                span = error.diagnostic.span
                assert span is not None
                end = self.line_end(span.start) if error.diagnostic.code in _UNENDED else span.end
                yield Step(error.diagnostic.code, span.start, end, before, wrong=True, problem=error.diagnostic)
                return
            if token is None:
                return
            step = Step(token.type, token.start_pos, token.end_pos, before)
            if not self.stack.feed(token.type):
                yield evolve(step, wrong=True)
                return
            yield step
            if token.type == "_NL":
                self.mark()

    def rest_of_line(self, position: int) -> Iterator[Step]:
        """What follows a wrong place on its line."""
        end = self.line_end(position)
        while position < end:
            try:
                for token in self.lenient.tokens(position, fresh=False):
                    start, stop = token.start_pos, token.end_pos
                    if token.type in ("_NL", "_DEDENT") or start >= end:
                        return
                    position = stop
                    yield Step(token.type, start, min(stop, end), (), sure=False)
            except LexicalError as error:
                span = error.diagnostic.span
                assert span is not None
                if span.start >= end:  # past an open bracket, on a line of its own
                    return
                stop = end if error.diagnostic.code in _UNENDED else max(span.end, position + 1)
                yield Step(error.diagnostic.code, span.start, stop, (), wrong=True, sure=False)
                position = stop

    def line_end(self, position: int) -> int:
        """Where the line of `position` ends."""
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end


def reach(text: str, beginning: Beginning, names: tuple[str, ...] = ()) -> float:
    """How far a text can be read as one of this sort: the first wrong place, infinite where none is."""
    return next((step.start for step in Walk(text, beginning, names).steps() if step.wrong), inf)
