"""Sums of items under limits as an integer program: how often each record is added, and how much of it counts.

The model sees amounts that records come to, sums, and constant limits of groups, those that overlap included; it leaves
out whatever else a policy does. So it can be too hopeful, never too strict, where it says that it is `sure`: what it
finds is worked out before it is shown, and the fewest records that it allows are a bound that holds. Where it is too
hopeful, the search goes on from what it found.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from math import ceil, inf
from typing import Any, Final

from attrs import frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import around
from creditlang.ledger import Entry, StudentResult
from creditlang.need.addition import ANEW, Addition
from creditlang.need.choice import Choice
from creditlang.need.trials import Part, before_limits
from creditlang.one_student import SchoolCalendar
from creditlang.toolkit.extras import has
from creditlang.values import ZERO, low, subtract, total

_MOST_NODES: Final = 100
_OFF_BY: Final = 1e-6
_MOST: Final = 60


def solver_is_installed() -> bool:
    """Whether there is one."""
    return has("solver")


Limited = tuple[object, Decimal, bool]


class IntegerProgram:
    """Variables from 0 on, of which some are whole numbers, rows that bound sums of them, and what each costs."""

    def __init__(self) -> None:
        self._cost: list[float] = []
        self._most: list[float] = []
        self._whole: list[bool] = []
        self._rows: list[tuple[Sequence[tuple[int, float]], float, float]] = []

    def variable(self, cost: float, most: float, whole: bool = False) -> int:
        """Its number."""
        self._cost.append(cost)
        self._most.append(most)
        self._whole.append(whole)
        return len(self._cost) - 1

    def row(self, terms: Sequence[tuple[int, float]], least: float = -inf, most: float = inf) -> None:
        """A sum of variables, each so many times, has to be from `least` to `most`."""
        self._rows.append((terms, least, most))

    def solved(self) -> tuple[float, Sequence[float]] | None:
        """What it costs at least, and values of the variables: at which it costs that, where there is the time to find
        them; None where none are found.
        """
        import highspy

        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self._cost), len(self._rows)
        program.col_cost_, program.col_lower_, program.col_upper_ = self._cost, [0.0] * len(self._cost), self._most
        program.row_lower_, program.row_upper_ = [x[1] for x in self._rows], [x[2] for x in self._rows]
        sorts = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        program.integrality_ = [sorts[whole] for whole in self._whole]
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = [0, *accumulate(len(terms) for terms, _, _ in self._rows)]
        matrix.index_ = [number for terms, _, _ in self._rows for number, _ in terms]
        matrix.value_ = [times for terms, _, _ in self._rows for _, times in terms]
        solver = highspy._Highs()  # type: ignore[attr-defined]  # it says nothing when it is made
        for name, value in (("output_flag", False), ("mip_max_nodes", _MOST_NODES), ("threads", 1)):
            solver.setOptionValue(name, value)
        solver.passModel(program)
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return solver.getInfo().mip_dual_bound, list(solver.getSolution().col_value)


@frozen
class SumPart:
    """A part that is a sum of accounts: how far it is, and how often each account is in it."""

    far: Decimal
    accounts: Mapping[str, int]


class LinearModel:
    """The parts of a student's requirement that are sums, and the records that could be added."""

    def __init__(
        self, policy: o.Policy, base: StudentResult, parts: Mapping[Part, SumPart], settings: Mapping[str, Any]
    ) -> None:
        """`base` is the result with nothing added; `settings` are the named values that were set."""
        self.policy, self.base, self.parts, self.settings = policy, base, parts, settings
        self._calendar = SchoolCalendar(policy.calendar)

    def fewest(self, choices: Sequence[Choice]) -> tuple[int, list[Addition]] | None:
        """The fewest records that the model allows, at least, and such records; None where it finds none in time."""
        program = IntegerProgram()
        times: list[tuple[int, Choice, list[int]]] = []
        groups: dict[object, tuple[Decimal, list[tuple[int, float]]]] = {}
        sums: dict[Part, list[tuple[int, float]]] = {part: [] for part in self.parts}
        for choice in choices:
            account = self._account(choice)
            own = {part: often for part, x in self.parts.items() if (often := x.accounts.get(account, 0))}
            if not own or not choice.amount:
                continue
            for limits, places in self._alike(choice).items():
                most = len(places) if self._periods_alone(choice) else _MOST
                many = program.variable(choice.size, most, whole=True)
                counts = program.variable(0, _MOST * float(choice.amount))
                program.row([(counts, 1.0), (many, -float(choice.amount))], most=0)
                times.append((many, choice, places))
                for part, often in own.items():
                    sums[part].append((counts, often))
                for key, room, of_amount in limits:
                    groups.setdefault(key, (room, []))[1].append((counts if of_amount else many, 1.0))
        if not all(sums.values()):
            return None
        for room, terms in groups.values():
            program.row(terms, most=float(room))
        for part, terms in sums.items():
            program.row(terms, least=float(self.parts[part].far) - _OFF_BY)
        solved = program.solved()
        if solved is None:
            return None
        bound, values = solved
        found = [
            one
            for number, choice, places in times
            for n in range(round(values[number]))
            for one in choice.places[places[n % len(places)]]
        ]
        return ceil(bound - _OFF_BY), found

    def _alike(self, choice: Choice) -> Mapping[tuple[Limited, ...], list[int]]:
        """Its places by the limits under which a record stands there: of those that are alike one number tells all."""
        found: dict[tuple[Limited, ...], list[int]] = {}
        for place, records in enumerate(choice.places):
            found.setdefault(tuple(self._limits(records[-1])), []).append(place)
        return found

    def _periods_alone(self, choice: Choice) -> bool:
        """Whether all its records of one period come to one amount, so that there is no use for more."""
        lines = [x for x in self.policy.rules[choice.what[1]].operators if isinstance(x, o.Amount)]
        return any(case.together is not None for x in lines for case in x.cases)

    def _account(self, choice: Choice) -> str:
        rule = self.policy.rules.get(choice.what[1])
        return rule.account if rule is not None else ""

    # ---- limits
    def _limits(self, one: Addition) -> list[Limited]:
        """The groups in which a record stands that have constant room: what tells each, what room is left, whether
        that is for an amount or for entries.
        """
        accounts = self.policy.accounts
        rule = self.policy.rules[one.item]
        bodies = [rule.operators, *(accounts[x].operators for x in (rule.account, *around(accounts, rule.account)))]
        found: list[Limited] = []
        for body in bodies:
            for operator in body:
                if not isinstance(operator, o.Limit) or operator.group.window or operator.dropped:
                    continue
                room = self._constant(operator.room)
                if room is None or (operator.group.over is not None and rule.name not in operator.group.over):
                    continue
                if operator.condition is not None and holds(operator.condition, one) is not True:
                    continue
                key = self._group(operator, one)
                if key is not None:
                    left = max(ZERO, low(subtract(room, self._taken(operator, key))))
                    found.append((key, left, operator.of == "amount"))
        return found

    def _constant(self, room: e.Expression) -> Decimal | None:
        match room:
            case e.Constant(value=Decimal() as value):
                return value
            case e.Read(what="setting", name=name):
                own = self.settings.get(name)
                values = self.policy.settings.get(name, ())
                if isinstance(own, Decimal):
                    return own
                return self._constant(values[0].value) if len(values) == 1 else None
        return None

    def _group(self, operator: o.Limit, one: Addition | Entry) -> tuple[object, ...] | None:
        """What tells the group of a record; None for one that is a group of its own."""
        values = one.values if isinstance(one, Addition) else one.record.values
        day = one.day if isinstance(one, Addition) else one.on
        semester = one.semester
        if semester is None and day is not None and (known := self._calendar.semester_of(day)) is not None:
            semester = known.name
        fields = [values.get(name) for name in operator.group.fields]
        if any(value is None or value == ANEW for value in fields):
            return None
        periods = [
            None if period in self.policy.periods else self._calendar.period_key(period, day, semester)
            for period in operator.group.periods
        ]
        return None if None in periods else (operator.number, *periods, *fields)

    def _taken(self, operator: o.Limit, key: tuple[object, ...]) -> Decimal:
        """What records that there are have of a group's room. Where the highest are kept, one that comes to less may
        make room.
        """
        if operator.order == "highest":
            return ZERO
        over = operator.group.over
        inside = [
            x for x in self.base.entries
            if x.state == "live" and x.rule in self.policy.rules and (over is None or x.rule in over)
            and self._is_limited_by(operator, x.rule) and self._group(operator, x) == key
            and (operator.condition is None or holds(operator.condition, x) is True)
        ]  # fmt: skip
        if operator.of == "entries":
            return Decimal(len(inside))
        return low(total(min(low(x.amount), before_limits(x)) for x in inside))

    def _is_limited_by(self, operator: o.Limit, name: str) -> bool:
        rule, accounts = self.policy.rules[name], self.policy.accounts
        bodies = [rule.operators, *(accounts[x].operators for x in (rule.account, *around(accounts, rule.account)))]
        return any(x is operator for body in bodies for x in body)


def holds(condition: e.Expression, one: Addition | Entry) -> bool | None:
    """Whether a condition on a record's fields holds; None where it asks for anything else."""
    values = one.values if isinstance(one, Addition) else one.record.values
    match condition:
        case e.Compare(
            operator="=" | "!=" as operator, left=e.Read(what="field", name=name), right=e.Constant(value=x)
        ):
            return None if values.get(name) is None else (values[name] == x) == (operator == "=")
        case e.Logical(operator="and" | "or" as operator, parts=parts):
            found = [holds(part, one) for part in parts]
            if (operator == "or") in found:
                return operator == "or"
            return None if None in found else operator == "and"
        case e.Not(operand=operand):
            inner = holds(operand, one)
            return None if inner is None else not inner
    return None
