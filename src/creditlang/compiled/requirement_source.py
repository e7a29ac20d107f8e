"""Requirements as Python text: how each of their parts stands.

A part that is asked in each of several periods, is made of others or looks at a window is for the interpreter.
"""

from collections.abc import Callable, Mapping
from typing import Any

from creditlang import values as v
from creditlang.compiled.expression_source import ExpressionSource
from creditlang.compiled.expression_writer import Here
from creditlang.compiled.policy_at_hand import looks_back
from creditlang.compiled.student_work import Work
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.ledger import Status

Act = Callable[[Work], None]
Functions = Mapping[str, Any]
Made = Callable[[Functions], Act]
"""What works out a node, once there are functions."""


class RequirementSource:
    """Writes the requirements of one policy."""

    def __init__(self, expressions: ExpressionSource, noted: bool, by_reference: list[str]) -> None:
        """`by_reference` gets the names of parts that are left to the interpreter."""
        self.expressions, self.source, self.noted = expressions, expressions.source, noted
        self.by_reference = by_reference

    def node(self, requirement: o.Decide) -> Made:
        parts: list[tuple[o.Case, str | None]] = []
        for part in requirement.cases:
            plain = part.each is None and not part.of and not looks_back(part.value)
            if not plain:
                self.by_reference.append(f"require {requirement.name}: {part.label}")
            parts.append((part, self._part(part) if plain else None))
        name = requirement.name

        def made(n: Functions) -> Act:
            asked = [(part, n[function] if function else None) for part, function in parts]

            def act(w: Work) -> None:
                found: list[Any] = []
                worst: Status = "met"
                for part, function in asked:
                    if function is None:
                        line = w.evaluation().part(requirement, part)
                        found.append(line)
                        status = line.status
                    else:
                        stands = function(w)
                        status = stands[0]
                        found.append((requirement, part, stands))
                    if status == "unmet" or (status == "open" and worst == "met"):
                        worst = status
                w.parts += found
                w.requirements[name] = worst
                w.run.requirements[name] = v.OPEN if worst == "open" else worst == "met"

            return act

        return made

    def _part(self, part: o.Case) -> str:
        """The name of a function that gives how a part stands: status, have, needed, short."""
        here, expressions = Here(), self.expressions
        body = [f"w.covered.add({part.number})"] if self.noted else []
        body += ["have = needed = None", "try:"]
        if part.condition is not None:
            body += [
                f"    if not {expressions.met(part.condition, here).text}:",
                '        return ("does not apply", None, None, None)',
            ]
        value = part.value
        if part.have is not None and part.needed is not None and isinstance(value, e.Compare) and value.ranks is None:
            have, needed = expressions.piece(part.have, here).text, expressions.piece(part.needed, here).text
            if not value.of_averages:
                operator = "==" if value.operator == "=" else value.operator
                body += [
                    f"    have, needed = {have}, {needed}",
                    f'    status = "met" if have {operator} needed else "unmet"',
                ]
                body += [
                    "except Undetermined as why:",
                    '    status = "unmet" if why.sort == "missing" else "open"',
                    "    try:",
                    f"        have, needed = {have}, {needed}",
                    "    except Undetermined:",
                    "        pass",
                ]
                return self._short(body, part)
        body += [f'    status = "met" if {expressions.met(value, here).text} else "unmet"']
        body += ["except Undetermined:", '    status = "open"']
        if part.have is not None and part.needed is not None:
            have, needed = expressions.piece(part.have, here).text, expressions.piece(part.needed, here).text
            body += ["try:", f"    have, needed = {have}, {needed}", "except Undetermined:", "    pass"]
        return self._short(body, part)

    def _short(self, body: list[str], part: o.Case) -> str:
        gap = "needed - have" if part.at_least else "have - needed"
        body += ["if have is None:", "    return (status, None, None, None)", f"gap = {gap}"]
        body += ["return (status, have, needed, gap if gap > ZERO else ZERO)"]
        return self.source.function("part", "w", body)
