"""What is worked out elsewhere as Python text: balances, facts, requirements, facts of records, and queries."""

from collections.abc import Mapping
from typing import Any

from creditlang.compiled.expression_writer import ExpressionWriter, Here, Piece
from creditlang.compiled.settled_queries import PeriodQuery, RecordQuery, TimeAsked, is_settled
from creditlang.core import expressions as e
from creditlang.core.parts import inside
from creditlang.interpreter.searches import way_of

_QUICK = (e.Constant, e.Read, e.Present, e.Compare, e.Logical, e.Not, e.Cases)
"""What a fact of a record is made of where to remember it takes longer than to work it out again."""


class WorkedOutSource(ExpressionWriter):
    """Writes what is worked out elsewhere."""

    def value(self, x: e.Value, here: Here) -> Piece:
        name = self.source.value(x.name)
        match x.sort, x.at:
            case "record fact", _ if here.kinds:
                return self._record_fact(x.name, here)
            case "account", e.Whole():
                return Piece(f"known(w.wholes, {name}, ZERO)")
            case "account", e.Here():
                return self._balance(x, here)
            case "fact", e.Here():
                period = self.policy.facts[x.name].period
                if period is None:
                    return Piece(f'fact_here(w, {name}, "")', True)
                if not here.kinds and here.period == period:
                    return Piece(f"fact_here(w, {name}, key)", True)
            case "requirement", e.Here() if self.policy.requirements[x.name].period is None:
                return Piece(f"required(w, {name})")
        return self.asked(x, here)

    def _balance(self, x: e.Value, here: Here) -> Piece:
        """The balance at hand, where it is plain which that is."""
        account, name = self.policy.accounts[x.name], self.source.value(x.name)
        if not here.kinds and here.period is not None:
            summed = account.sort == "category" and account.period not in (None, "semester")
            if here.period == account.period or (here.period == "semester" and not summed and account.period is None):
                return Piece(f"here(w.run.balance({name}, key))", account.sort in ("score", "credit"))
        if not here.kinds and here.period is None and account.period is None:
            return Piece(f"known(w.wholes, {name}, ZERO)")
        if here.kinds and account.period == "semester":
            return Piece(f"here(w.run.balance({name}, term_of(w, row)))", True)
        return self.asked(x, here)

    def _record_fact(self, name: str, here: Here) -> Piece:
        key = (name, here.kinds)
        if key not in self.facts:
            fact = self.policy.record_facts[name]
            piece = self.piece(fact, Here(here.kinds))
            slot = self.source.fresh("r")
            number = int(slot[1:])
            body = [
                f"at = ({number}, id(row))", "found = w.known.get(at)", "if found is None:",
                f"    found = w.known[at] = {piece.text}", "return found",
            ]  # fmt: skip
            if all(isinstance(part, _QUICK) for part in inside(fact)):
                body = [f"return {piece.text}"]
            self.facts[key] = self.source.function("fact", "w, row, V", body) + ("!" if piece.fails else "")
        found = self.facts[key]
        return Piece(f"{found.rstrip('!')}(w, row, V)", found.endswith("!"))

    def query(self, x: e.Query, here: Here) -> Piece:
        if isinstance(x.source, e.Periods):
            return self._query_of_periods(x, here)
        way = way_of(x) if isinstance(x.source, e.RecordsOf) else None
        if way is None or not is_settled(x, way) or (way.same and not here.kinds) or (way.other and not here.kinds):
            return self.asked(x, here)
        assert isinstance(x.source, e.RecordsOf)
        inside, source = Here((x.source.kind,)), self.source
        where = self.function(way.rest, inside, met=True) if way.rest is not None else None
        value = self.function(x.value, inside) if x.value is not None else None
        period = None if x.scopes else "semester" if here.kinds else here.period
        asked = x.scopes[0] if x.scopes else None
        day = self.function(asked.day, here) if isinstance(asked, e.AsOf) else None
        name = source.fresh("q")

        def made(n: Mapping[str, Any]) -> Any:
            scope = TimeAsked(period, n[day] if day else None)
            query = RecordQuery(
                self.policy, x, way, scope=scope, where=n[where] if where else None, value=n[value] if value else None,
                period=here.period,
            )  # fmt: skip
            return query.of_record if here.kinds else query.in_period if here.period is not None else query.alone

        source.late.append(lambda namespace: namespace.__setitem__(name, made(namespace)))
        if (
            here.kinds and way.same and day is None and x.function in ("any", "count")
        ):  # most records do not have what is asked by
            missing = " and ".join(f"V.get({source.value(own)}) is not None" for _, own in way.same)
            return Piece(f"({name}(w, row, V) if {missing} else {'ZERO' if x.function == 'count' else 'False'})", True)
        return Piece(f"{name}({here.parameters})", True)

    def _query_of_periods(self, x: e.Query, here: Here) -> Piece:
        assert isinstance(x.source, e.Periods)
        value, period = x.value, x.source.period
        plain = not (here.kinds or x.scopes or x.where or x.distinct or x.source.ended)
        if (
            plain
            and x.function in ("total", "lowest", "highest")
            and isinstance(value, e.Value)
            and value.at == e.Here()
        ):
            if value.sort == "account" and self.policy.accounts[value.name].sort == "category":
                if x.function == "total" and here.period is None:
                    whole = f"known(w.wholes, {self.source.value(value.name)}, ZERO)"
                    return Piece(f"({whole} if not w.theirs else {self.asked(x, here).text})", True)
            elif period == (self.policy.accounts if value.sort == "account" else self.policy.facts)[value.name].period:
                query = self.source.value(PeriodQuery(x, here.period))
                return Piece(f"{query}.in_period(w, key)" if here.period is not None else f"{query}.alone(w)", True)
        return self.asked(x, here)
