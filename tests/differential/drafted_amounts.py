"""Amounts drafted at random, freely composed: how cases go together, each with any rate, condition, time and sign."""

from collections.abc import Callable

from tests.differential.drafted_expressions import At, Expressions
from tests.differential.sentences import Line


class Amounts(Expressions):
    """Drafts what records and periods come to, by cases."""

    def when(self, at: At, share: float = 0.35) -> str:
        return f" {self.one('WHEN', 'WHEN', 'UNLESS')} {self.condition(at)}" if self.maybe(share) else ""

    def group(self, windows: bool = False) -> str:
        """What is taken together."""
        key = self.one("content", "rank", "side", "code")
        window = f"PER_ANY {self.length()}"
        return self.one(
            lambda: f"PER {self.period()}", lambda: f"PER {self.period()}", "IN_TOTAL", lambda: f"PER {key}",
            lambda: f"PER {self.period()} AND {key}", f"IN_TOTAL PER {key}",
            *((window, f"{window} AND {key}") if windows else ()),
        )  # fmt: skip

    def fallback(self, share: float = 0.3) -> list[Line]:
        """What becomes of an entry for which the line before finds no value."""
        said = self.one(
            "VOID", "INVALID", 'VOID "none"', "PENDING FROM 0 TO 1", 'PENDING FROM 0 TO rate "open"', "PENDING",
            lambda: f"PENDING FROM {self.fact_number()} TO 20",
        )  # fmt: skip
        return [Line(f"OTHERWISE {said}")] if self.maybe(share) else []

    def amounts(self, at: At) -> list[Line]:
        """The amount of a record, by cases."""
        return [*self.lines_of(lambda: self.rate(at), at, self.one(0, 0.15, 0.5)), *self.fallback()]

    def lines_of(self, rate: Callable[[], Line], at: At, deducts: float) -> list[Line]:
        """Up to four cases with the same or several rates, which go together in one of three ways."""
        mode = self.one("", "", "", "FIRST_THAT_APPLIES", "ALL_THAT_APPLY")
        count = self.one(1, 1, 1, 2, 2, 3, 4)
        sides = self.apart(at) if not mode and count > 1 else [""] * count
        lines = [self.case(rate(), at, side, bool(mode)) for side in sides]
        if mode and self.maybe(0.4):
            late = rate()
            late.text += f" WHEN {self.unanswered(at)}" * (not late.under)
            lines.append(late)
        last = rate()
        if not last.under and self.maybe(0.35 if mode or count > 1 else 0.2):
            lines.append(Line(f"{last.text} OTHERWISE"))
        for line in lines:
            line.text = f"DEDUCT {line.text}" if self.maybe(deducts) else line.text
        return [*([Line(mode)] if mode else []), *lines]

    def case(self, line: Line, at: At, side: str, several: bool) -> Line:
        """A rate with a condition perhaps, and in a time perhaps."""
        line.text += side or self.when(at, 0.75 if several else 0.3)
        if at.kind and not side and not line.under and self.maybe(0.2):
            line.text += self.one(" FROM 2024-11-05", " UNTIL 2025-02-16", " FROM 2024-09-10 UNTIL 2025-01-10")
        return line

    def apart(self, at: At) -> list[str]:
        """Conditions of which no two hold at once."""
        condition = self.condition(at)
        return self.one(
            [f" WHEN {condition}", f" UNLESS {condition}"],
            [" WHEN level_of IS gold", " WHEN level_of < gold"], [" WHEN grade < 3", " WHEN grade >= 3"],
            *(([f" WHEN {condition} FROM 2024-11-05", " UNTIL 2024-11-04"],
               [" WHEN grade < 3", " WHEN grade >= 3 UNTIL 2025-01-10", " WHEN grade >= 3 FROM 2025-01-11"],
               [" WHEN size < 2", " WHEN size >= 2"], [" WHEN rank IS gold", " WHEN rank <= silver"],
               [" WHEN side IS left", " UNLESS side IS left"], [" WHEN extra IS_MISSING", " WHEN extra IS_PRESENT"],
               [" WHEN size < 1", " WHEN size >= 1 AND size < 3", " WHEN size >= 3 AND flag"]) if at.kind else ()),
        )  # fmt: skip

    def unanswered(self, at: At) -> str:
        """A condition that often has no answer: there is no cell, no field or no divisor."""
        own = (
            ("share[rank]", "pair[rank, side]", "grid[place]", "extra", "(6 / place ROUNDED_DOWN_TO 0.5)")
            if at.kind
            else ()
        )
        value = self.one("share[level_of]", "pair[level_of, left]", "(6 / grade ROUNDED_DOWN_TO 0.5)", *own)
        return f"{self.one('', '', 'NOT ')}{value} {self.comparison()} {self.number_word()}"

    def rate(self, at: At) -> Line:
        """What a case gives a record."""
        low, high = self.one(("0", "2"), ("0", "place"), ("0.5", "rate"), ("rate", "20"), ("0", "2 * place"))
        per_event: Callable[[], Line] = lambda: Line(f"{self.number(at)} PER_EVENT")  # noqa: E731
        return self.one(
            per_event, per_event, per_event,
            lambda: Line(f"{self.worked_out(at)} PER_EVENT"),
            lambda: Line("size PER_EVENT"),
            lambda: Line(f"{self.number(at)} PER {self.one('size', 'place', 'extra')}"),
            lambda: Line(f"{low} TO {high} AS_DECIDED_IN decided"),
            lambda: Line(f"{self.number(at)} PER {self.period()} WITH AT_LEAST {self.one('1', '2', '3')} EVENTS"),
            lambda: Line(f"{self.number(at)} PER_FULL {self.one('2', '0.5', '3')} {self.one('size', 'place', 'extra')} "
                         f"{self.one('OF_EACH_EVENT', self.group)}"),
            self.printed_table,
        )  # fmt: skip

    def printed_table(self) -> Line:
        """A rate for each value of one field, or of two."""
        return self.one(
            lambda: Line("PER_EVENT BY rank", [Line("gold 2"), Line("silver 1")]),
            lambda: Line("PER_EVENT BY rank AND side",
                         [Line("left right"), Line("gold 2 1.5"), Line("silver 1 -"), Line("bronze 0.5 0")]),
            lambda: Line("PER_EVENT BY place", [Line("0-1 0.5"), Line("2-4 1"), Line("超过4 3")]),
        )  # fmt: skip

    def cases(self, at: At, value: Callable[[], str], numbers: bool = True) -> list[Line]:
        """A value by cases."""
        if numbers and not at.kind and self.maybe(0.7):
            return self.lines_of(lambda: Line(value()), at, self.one(0, 0, 0, 0.2))
        lines = [Line(f"{value()}{self.when(at, 0.9)}") for _ in range(self.one(1, 1, 2, 3))]
        mode = [Line("FIRST_THAT_APPLIES")] if len(lines) > 1 else []
        return [*mode, *lines, *([Line(f"{value()} OTHERWISE")] if self.maybe(0.8) else [])]
