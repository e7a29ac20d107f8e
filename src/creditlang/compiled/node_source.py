"""The nodes of a policy, each as a function of a student at work: bodies, trees, credits, facts, requirements.

What has no form here is worked out by the reference on the same `Run`: a fact or requirement alone, the queue of moves
where somebody asks for one, and all that follows it where lines of rules are still to be done then.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from creditlang import values as v
from creditlang.compiled.body_source import BodySource, RuleBodies
from creditlang.compiled.expression_source import ExpressionSource
from creditlang.compiled.expression_writer import Here
from creditlang.compiled.group_work import by_records
from creditlang.compiled.light_entries import ACCOUNT, AMOUNT, MEMBER, ON, PERIOD, SEMESTER, SIGN, STATE
from creditlang.compiled.policy_at_hand import OPEN_VALUE, HandOver
from creditlang.compiled.requirement_source import Act, Functions, Made, RequirementSource
from creditlang.compiled.student_work import Work
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.moved_accounts import queued, takes
from creditlang.interpreter.evaluate import periods_asked
from creditlang.ledger import StudentResult

_ZERO = v.ZERO


class NodeSource:
    """Writes the nodes of one policy."""

    def __init__(self, policy: o.Policy, expressions: ExpressionSource, bodies: BodySource, noted: bool) -> None:
        self.policy, self.expressions, self.bodies, self.noted = policy, expressions, bodies, noted
        self.by_reference: list[str] = []
        """The nodes that are left to the reference."""
        self.source = expressions.source
        self.requirements = RequirementSource(expressions, noted, self.by_reference)
        self.roaming = tuple(
            rule.name
            for rule in policy.rules.values()
            if any(isinstance(line, o.Post) and line.field for line in (*rule.operators, *self._around(rule.account)))
        )

    def _around(self, account: str | None) -> tuple[o.Operator, ...]:
        found: tuple[o.Operator, ...] = ()
        while account is not None:
            found += self.policy.accounts[account].operators
            account = self.policy.accounts[account].parent
        return found

    def node(self, kind: str, name: str) -> Made:
        """What works out a node, once there are functions."""
        policy = self.policy
        match kind:
            case "kind":
                declared = policy.kinds[name]
                return lambda n: lambda w: w.kind(declared) if ("kind", name) not in w.left else w.leave_kind(declared)
            case "period":
                return self._period(policy.periods[name])
            case "items":
                return self._items(name)
            case "unique":
                line = policy.uniques[int(name)]
                rules = tuple(line.group.over or policy.rules)
                act = self.bodies.unique(line, rules, self._kinds(rules))
                return lambda n: _unless_left(("unique", name), rules, n[act])
            case "tree":
                return self._tree(name)
            case "credit" if not policy.accounts[name].diverts:
                return self._credit(policy.accounts[name])
            case "fact" if not policy.facts[name].among_others:
                return self._fact(policy.facts[name])
            case "require" if policy.requirements[name].period is None:
                return self.requirements.node(policy.requirements[name])
            case "moves":
                return self._moves()
            case "credit" | "fact" | "require":
                return self._ask_reference(kind, name)
        return lambda n: lambda w: None

    def _ask_reference(self, kind: str, name: str) -> Made:
        self.by_reference.append(f"{kind} {name}")
        return self.ask_reference(kind, name)

    def ask_reference(self, kind: str, name: str) -> Made:
        """A node that changes no entries, worked out by the reference."""

        def act(w: Work) -> None:
            found = StudentResult(w.student.identifier, True)
            w.evaluation().work_out(kind, name, found)
            w.parts += found.parts
            w.ranks += found.ranks
            w.requirements.update(found.requirements)

        return lambda n: act

    def _kinds(self, rules: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.policy.rules[name].kind for name in rules))

    def _period(self, kind: o.PeriodKind) -> Made:
        """Let the periods of a declared kind begin: entries of its accounts then fall into them."""
        accounts = {name for name, account in self.policy.accounts.items() if account.period == kind.name}

        def act(w: Work) -> None:
            w.evaluation().period(kind)
            given: list[list[Any]] = [*w.entries.values(), *w.taken.values()]
            for entries in given:
                for entry in entries:
                    if isinstance(entry, list) and entry[ACCOUNT] in accounts:
                        entry[PERIOD] = w.run.periods.key(kind.name, entry[ON], entry[SEMESTER]) or ""

        return lambda n: act

    # ---- items and trees
    def _items(self, root: str) -> Made:
        policy, bodies = self.policy, RuleBodies(self.bodies)
        items = []
        for account in within(policy.accounts, root):
            for name in policy.accounts[account].items:
                rule = policy.rules[name]
                placed = not any(isinstance(line, o.Post) and line.day for line in rule.operators)
                items.append((name, rule.number, periods_asked(policy, rule), placed))

        def made(n: Functions) -> Act:
            def act(w: Work) -> None:
                entries, taken, covered, left, theirs = w.entries, w.taken, w.covered, w.left, w.theirs
                warnings = w.run.warnings
                for name, number, periods, placed in items:
                    if name in theirs or (left and ("rule", name) in left):
                        w.leave_rule(name)
                    elif name in taken:
                        given = taken.pop(name)
                        own: list[Any] = given
                        covered.add(number)
                        if periods and placed:
                            own = [w.opened(name, x) for x in own]
                            w.put_in_periods(own, periods)
                        warned = len(warnings)
                        try:
                            entries[name] = made = bodies[name](w, own)
                        except HandOver as why:
                            w.leave_open(name, given, why.args[0])
                            del warnings[warned:]
                            w.leave_rule(name)
                            continue
                        if periods:
                            w.put_in_periods(made, periods)

            return act

        return made

    def _tree(self, root: str) -> Made:
        policy = self.policy
        names = list(within(policy.accounts, root))
        coming = {*self.roaming} - queued(policy)
        rules = [name for name, rule in policy.rules.items() if rule.account in names or name in coming]
        containers = self._container(root)
        posts = [
            (name, policy.accounts[name].children, *self._level(policy.accounts[name])) for name in reversed(names)
        ]
        posting = [(name, None if name in self.roaming else policy.rules[name].account) for name in rules]

        def made(n: Functions) -> Act:
            bodies = [(items, children, n[body]) for items, children, body in containers]
            accounts = [
                (name, children, n[level] if level else None, period) for name, children, level, period in posts
            ]

            def act(w: Work) -> None:
                for items, _, body in bodies:
                    entries = [entry for item in items for entry in w.entries.get(item, ())]
                    if entries:
                        by_records(entries)
                        body(w, entries)
                _post(w, posting, names, accounts)
                w.run.stage += 1
                w.unseen_rules += rules

            return _unless_left(("tree", root), rules, act)

        return made

    def _container(self, name: str) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
        """The bodies of categories, inner ones first, each with the items of which it takes the entries."""
        account = self.policy.accounts[name]
        found = [each for child in account.children for each in self._container(child)]
        items = self._items_within(name)
        body = self.bodies.body(account.operators, self._kinds(items)) if items else None
        return [*found, (items, account.children, body)] if body is not None else found

    def _items_within(self, name: str) -> tuple[str, ...]:
        account = self.policy.accounts[name]
        return (*account.items, *(item for child in account.children for item in self._items_within(child)))

    def _level(self, account: o.Account) -> tuple[str | None, str | None]:
        """The function that gives a score from the sum of its entries, and its period."""
        if account.sort != "score":
            return None, None
        decide, here = account.decide, Here((), account.period)
        assert decide is not None
        text = " + ".join([*(self.expressions.piece(case.value, here).text for case in decide.cases), "total"])
        body = ["try:", f"    value = {text}"]
        for bound, sign in ((decide.least, "<"), (decide.most, ">")):
            if bound is not None:
                body += [
                    f"    bound = {self.expressions.piece(bound, here).text}",
                    f"    value = bound if value {sign} bound else value",
                ]
        body += ["except Undetermined:", "    raise HandOver(OPEN_VALUE)", "return value"]
        parameters = "w, key, total" if account.period is not None else "w, total"
        return self.source.function("level", parameters, body), account.period

    # ---- credits, facts
    def _decide(self, decide: o.Decide, here: Here) -> str:
        """The name of a function that gives the value of a fact or credit, or None."""
        value = self.source.value
        lines: list[str] = []
        adds = decide.mode == "all"
        if adds:
            lines += ["found = []"]
        cases = [*(x for x in decide.cases if not x.otherwise), *(x for x in decide.cases if x.otherwise)]
        place = f"({value(decide.name)}, {'key' if here.period is not None else chr(34) * 2})"
        for case in cases:
            condition = self.expressions.met(case.condition, here).text
            test = f"if not found and {condition}:" if adds and case.otherwise else f"if {condition}:"
            inner = []
            if self.noted:
                before = f"*(w.run.applied.get({place}, ()) if found else ()), " if adds else ""
                inner += [f"w.covered.add({case.number})", f"w.run.applied[{place}] = ({before}{case.number},)"]
            text = self.expressions.piece(case.value, here).text
            if adds:
                inner += [f"found.append({text})"]
            else:
                inner += [f"value = {text}"]
                after = decide.cases[decide.cases.index(case) + 1 :] if decide.mode == "one" else ()
                for other in after:
                    if not other.otherwise:
                        inner += [
                            "try:",
                            f"    if {self.expressions.met(other.condition, here).text}:",
                            "        return None",
                        ]
                        inner += ["except Undetermined:", "    pass"]
                inner += [f"return bounded(w, {'key, ' if here.period is not None else ''}value)"]
            lines += [test, *(f"    {x}" for x in inner)]
        bounds = self.source.function("bounds", f"{here.parameters}, value", self._bounds(decide, here))
        lines = [x.replace("bounded(", f"{bounds}(") for x in lines]
        if adds:
            lines += ["if not found:", "    return None", f"return {bounds}({here.parameters}, joined(found))"]
        else:
            lines += ["return None"]
        self.source.namespace["joined"] = _joined
        body = ["try:", *(f"    {x}" for x in lines), "except Undetermined:", "    return None"]
        return self.source.function("decide", here.parameters, body)

    def _bounds(self, decide: o.Decide, here: Here) -> list[str]:
        lines = []
        for bound, sign in ((decide.least, "<"), (decide.most, ">")):
            if bound is not None:
                lines += ["if isinstance(value, Decimal):", f"    bound = {self.expressions.piece(bound, here).text}"]
                lines += [f"    value = bound if value {sign} bound else value"]
        return [*lines, "return value"]

    def _credit(self, account: o.Account) -> Made:
        assert account.decide is not None
        decide, name, period = self._decide(account.decide, Here((), account.period)), account.name, account.period

        def made(n: Functions) -> Act:
            value_of = n[decide]

            def act(w: Work) -> None:
                run, whole = w.run, _ZERO
                balances: dict[str, Any] = {}
                if period is None:
                    value = value_of(w)
                    run.balances[name], run.wholes[name] = balances, value if isinstance(value, Decimal) else _ZERO
                    return
                for each in run.periods.begun(period):
                    if run.periods.has_ended(each):
                        value = value_of(w, each.key)
                        if isinstance(value, Decimal):
                            balances[each.key] = value
                            whole += value
                run.balances[name], run.wholes[name] = balances, whole

            return act

        return made

    def _fact(self, fact: o.Decide) -> Made:
        decide, name, period = self._decide(fact, Here((), fact.period)), fact.name, fact.period

        def made(n: Functions) -> Act:
            value_of = n[decide]

            def act(w: Work) -> None:
                if period is None:
                    w.run.facts[name] = {"": value_of(w)}
                else:
                    w.run.facts[name] = {each.key: value_of(w, each.key) for each in w.run.periods.begun(period)}

            return act

        return made

    # ---- moves
    def _moves(self) -> Made:
        """Nothing, unless somebody asks for a move; then the reference works through the queue."""
        policy = self.policy
        kinds = tuple(move.kind for move in policy.moves)
        taking = [name for name, account in policy.accounts.items() if takes(account)]
        rules = tuple(rule for name in taking for rule in self._items_within(name))

        def act(w: Work) -> None:
            taking = any(entry[STATE] == "live" for rule in rules for entry in w.entries.get(rule, ()))
            if not (taking or any(w.by_kind.get(kind) for kind in kinds) or not w.theirs.isdisjoint(rules)):
                w.run.stage += 1
            elif w.taken or not w.program.noted:
                raise RestByReference
            else:
                w.leave_moves()

        return lambda n: act


def _unless_left(node: tuple[str, str], rules: Sequence[str], act: Act) -> Act:
    """A node that changes entries of some rules, left to the reference if it is to be or has some of these."""

    def act_or_leave(w: Work) -> None:
        if (w.left or w.theirs) and (node in w.left or not w.theirs.isdisjoint(rules)):
            w.leave(*node, rules)
        else:
            act(w)

    return act_or_leave


class RestByReference(Exception):
    """From this node on the reference works the student out."""


def _joined(values: Sequence[Any]) -> Any:
    """The values of all cases that apply: numbers are added, others have to be the same."""
    first = values[0]
    if isinstance(first, Decimal):
        total = _ZERO
        for value in values:
            total += value
        return total
    if all(value == first for value in values[1:]):
        return first
    raise HandOver(OPEN_VALUE)


def _post(
    w: Work, rules: Sequence[tuple[str, str | None]], names: Sequence[str],
    accounts: Sequence[tuple[str, tuple[str, ...], Callable[..., Any] | None, str | None]],
) -> None:  # fmt: skip
    """The balances of the accounts of a tree, inner ones first, in each period and over the whole time.

    `rules` come with the account that all their entries are posted to, where that is one.
    """
    own: dict[str, dict[str, Any]] = {name: {} for name in names}
    everything = w.entries
    for rule, account in rules:
        entries = everything.get(rule)
        if not entries:
            continue
        found = own[account] if account is not None else None
        for entry in entries:
            if account is None:
                found = own.get(entry[ACCOUNT])
            if found is None or entry[MEMBER]:
                continue
            period = entry[PERIOD]
            if entry[STATE] != "live":
                found.setdefault(period, _ZERO)
            elif entry[SIGN] > 0:
                found[period] = found.get(period, _ZERO) + entry[AMOUNT]
            else:
                found[period] = found.get(period, _ZERO) - entry[AMOUNT]
    run = w.run
    balances, wholes = run.balances, run.wholes
    for name, children, level, period_kind in accounts:
        totals = own[name]
        for child in children:
            for period, amount in own[child].items():
                totals[period] = totals[period] + amount if period in totals else amount
        if level is not None and period_kind is not None:
            begun = run.periods.begun(period_kind)
            balances[name] = {each.key: level(w, each.key, totals.get(each.key, _ZERO)) for each in begun}
            continue
        whole = _ZERO
        for amount in totals.values():
            whole += amount
        if level is None:
            balances[name], wholes[name] = totals, whole
        else:
            balances[name], wholes[name] = {}, level(w, whole)
