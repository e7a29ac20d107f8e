"""The records that are worth trying: of each item one for each amount that it can come to, what the student has done
before included; and what only helps together with others: a request with what it takes from, records of one week or of
one semester.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Final

from attrs import evolve

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.core.dependencies import references
from creditlang.ledger import Record, StudentResult
from creditlang.need.addition import Addition, Fillable, done_again, givers, sources, values_like, variants
from creditlang.need.choice import Choice, accounts_of
from creditlang.need.possible_days import PossibleDays
from creditlang.need.trials import Part, Trials, Watched
from creditlang.values import ZERO, Number, low, total

MOST_FIELDS: Final = 2
MOST_AMOUNTS: Final = 4
"""So many amounts that a record of one item can come to are tried, the highest and the lowest."""
MOST_ONE_BY_ONE: Final = 12
"""So many variants are tried one after the other; of more it is first asked whether any of them helps."""
MOST_FOUND: Final = 4
MOST_TOGETHER: Final = 24
"""So many records are tried together where one alone changes nothing."""
_MOST_SORTS: Final = 12
_MOST_SEMESTERS: Final = 3
_BEFORE: Final = (2, 4, 8, 16)
_MOST_REQUESTS: Final = 3
Progress = Callable[[int, int], None]


class Choices:
    """Finds the choices for a student."""

    def __init__(self, trials: Trials, days: PossibleDays, base: StudentResult) -> None:
        """`base` is the result with nothing added."""
        self.trials, self.policy, self.days = trials, trials.policy, days
        counted = [x for x in base.entries if x.state == "live" and x.record.problem is None]
        self._own = {x.rule: x.record for x in sorted(counted, key=lambda x: x.record.order)}
        live = {id(x.record) for x in counted}
        void = {x.record.key for x in base.entries if x.state == "void" and id(x.record) not in live}
        self._failed = tuple(x for x in trials.student.records if x.problem is None and x.key in void)

    def found(
        self, parts: Mapping[Part, tuple[o.Case, ...]], beyond: Collection[Part], without: set[str], progress: Progress
    ) -> list[Choice]:  # fmt: skip
        """All that may help a part that is short; items in `without` are left out. For parts that are `beyond` reach
        nothing is looked for that only helps together.
        """
        cases = tuple(dict.fromkeys(case for own in parts.values() for case in own))
        from_sources = [x for x in sources(self.policy, cases) if not {x.kind, x.item} & without]
        for giving in givers(self.policy, from_sources):
            if not {giving.kind, giving.item} & without and giving.item not in {x.item for x in from_sources}:
                from_sources.append(giving)
        choices = self._plain([x for x in from_sources if self.days.of_source(x)])
        for done, (part, own) in enumerate(parts.items()):
            progress(done, len(parts))
            names = {(x.kind, x.item) for x in sources(self.policy, own)}
            some = [x for x in from_sources if (x.kind, x.item) in names]
            plain = [x for x in choices if x.what in names and x.amount is not None]
            if part in beyond or (accounts_of(self.policy, own) is not None and plain):
                continue
            more = [*self._requests(part, some, choices), *self._asked(part, some)]
            if not more and not self._any_helps(part, plain):
                more = list(self._climbed(part, own, plain))
            choices += [x for x in more if not any(x.places == known.places for known in choices)]
        return choices

    # ---- what comes to an amount
    def _plain(self, from_sources: Sequence[Fillable]) -> list[Choice]:
        """A record for each amount that a record of a source can come to, at first without the fields that may be
        missing. All are worked out together, each seen by the amount it has before limits.
        """
        found: dict[Fillable, list[Choice]] = {}
        left = list(from_sources)
        for more in range(MOST_FIELDS + 1):
            tried = {source: self._tried(source, more) for source in left}
            amounts = self.trials.amounts([one for some in tried.values() for one in some])
            for source, some in tried.items():
                different: dict[Decimal, Addition] = {}
                for one in some:
                    if amount := amounts[id(one)]:
                        different.setdefault(amount, one)
                ranked = sorted(different, reverse=True)
                own = {amounts[id(one)] for one in some[:1] if more == 0 and source.item in self._own}
                few = [x for n, x in enumerate(ranked) if n < MOST_AMOUNTS - 1 or n == len(ranked) - 1 or x in own]
                if few:
                    places = self.days.of_source(source)
                    found[source] = [
                        Choice(tuple((_on(different[x], *place),) for place in places), x, x in own) for x in few
                    ]
                elif together := self._in_one_period(source, [x for x in some if amounts[id(x)] is not None] or some):
                    found[source] = together
            left = [source for source in left if source not in found]
        return [choice for source in from_sources for choice in found.get(source, ())]

    def _tried(self, source: Fillable, more: int) -> list[Addition]:
        """Variants of a source on its first day; the first is like the latest record that the student has of it."""
        day, semester = self.days.of_source(source)[0]
        values = variants(self.policy, source, more, self._failed_of(source))
        found = [Addition(source.kind, source.item, x, day, semester) for x in values]
        if more == 0 and source.item in self._own:
            like = values_like(self.policy, source, self._own[source.item], anew=True)
            found.insert(0, Addition(source.kind, source.item, like, day, semester, frozenset(like)))
            if self._together(source):
                found[1:1] = done_again(self.policy, source, [self._own[source.item]], day)
        return found

    def _failed_of(self, source: Fillable) -> tuple[Record, ...]:
        field = self.policy.kinds[source.kind].item_field
        return tuple(
            x
            for x in self._failed
            if x.kind == source.kind and (field is None or x.values.get(field) in (source.item, None))
        )

    def _in_one_period(self, source: Fillable, some: Sequence[Addition]) -> list[Choice]:
        """So many records as an item asks for in one period, of the first sort that then comes to something."""
        found: dict[Decimal, Choice] = {}
        for period, count in sorted(self._together(source)):
            key = partial(self.days.key_of, period)
            days = [x for x in self.days.of_source(source) if key(x[0]) == key(x[0] + timedelta(count - 1))]
            for start in range(0, len(some) if days else 0, len(days) or 1):
                few = some[start : start + len(days)]  # each in a period of its own
                bundles = [_several(_on(one, *day), count) for one, day in zip(few, days, strict=False)]
                for one, amount in zip(few, self._come_to(bundles), strict=True):
                    own = start == 0 and one is few[0] and source.item in self._own
                    if amount > 0 and (amount not in found or count < found[amount].size):
                        found[amount] = Choice(tuple(_several(_on(one, *day), count) for day in days), amount, own)
        return [found[amount] for amount in sorted(found, reverse=True)]

    def _together(self, source: Fillable) -> set[tuple[str, int]]:
        """In a period of which kind an item asks for how many records."""
        rule = self.policy.rules.get(source.item)
        lines = [x for x in rule.operators if isinstance(x, o.Amount)] if rule is not None else []
        return {case.together for x in lines for case in x.cases if case.together is not None}

    def _come_to(self, bundles: Sequence[Sequence[Addition]]) -> list[Decimal]:
        """What records that count together come to, each such group on its own."""
        place_of = [place for place, bundle in enumerate(bundles) for _ in bundle]
        of = {f"need-{number}": place for number, place in enumerate(place_of, start=1)}
        found: list[list[Number]] = [[] for _ in bundles]
        for entry in self.trials.result([one for bundle in bundles for one in bundle]).entries:
            if entry.gathered and entry.state == "live" and entry.record.identifier in of:
                found[of[entry.record.identifier]].append(entry.amount)
        return [low(total(amounts)) for amounts in found]

    # ---- what comes to none
    def _requests(self, part: Part, some: Sequence[Fillable], choices: Sequence[Choice]) -> Iterator[Choice]:
        """Requests to take from one account for another: with what stands there, else with records that bring it in."""
        moves = [(x, move) for x in some for move in x.read_by if isinstance(move, o.Move)]
        for source, move in moves:
            limits = [x.value for x in references(move.limit, e.Constant) if isinstance(x.value, Decimal)]
            tried = [
                x for x in variants(self.policy, source, 0)
                if not limits or not move.amount_field or x.get(move.amount_field) == max(limits)
            ]  # fmt: skip
            for place in self.days.of_source(source):
                found: list[tuple[Addition, ...]] = []
                for values in tried:
                    request = Addition(source.kind, "", values, *place)
                    enough = self._with_enough(part, request, move, choices)
                    if enough is None:
                        break  # the semester needs none
                    found += [enough] if enough else []
                for bundle in sorted(found, key=len)[:_MOST_REQUESTS]:
                    yield Choice((bundle,), None, any(x.kind == source.kind for x in self.trials.student.records))

    def _with_enough(
        self, part: Part, request: Addition, move: o.Move, choices: Sequence[Choice]
    ) -> tuple[Addition, ...] | None:  # fmt: skip
        """A request, and as few records of one sort as it takes for it to help the part and harm no other; none where
        it helps only if others are harmed; None where nothing helps the part.
        """
        if self._helps(part, (request,)):
            return (request,)
        names = {str(x) for x in request.values.values()} & set(move.sources) or set(move.sources)
        accounts = {inner for name in names for inner in within(self.policy.accounts, name)}
        giving = [
            x for x in choices if x.amount and x.what[1] in self.policy.rules
            and self.policy.rules[x.what[1]].account in accounts
        ]  # fmt: skip
        giving.sort(key=lambda x: (not x.own, -x.worth))
        for choice in giving[:2]:
            times = (
                [n for n in _BEFORE if self._helps(part, (*choice.spread(n), request))]
                if self._helps(part, (*choice.spread(_BEFORE[-1]), request))
                else []
            )
            if times:
                enough = range(times[0] // 2, times[0] + 1)
                least = next(n for n in enough if self._helps(part, (*choice.spread(n), request)))
                return (*choice.spread(least), request)
        rich = (*(one for choice in giving[:1] for one in choice.spread(_BEFORE[-1])), request)
        return () if self.trials.gap(rich).get(part, ZERO) < self.trials.gap(())[part] else None

    def _asked(self, part: Part, some: Sequence[Fillable]) -> Iterator[Choice]:
        """Records that a question is about: those that help, each with the days on which it does."""
        for source in some:
            places = self.days.of_source(source)
            if not places or any(isinstance(x, o.Move) for x in source.read_by):
                continue
            asked = any(isinstance(x, e.Query) for x in source.read_by)
            for more in range(MOST_FIELDS + 1 if asked else 0):
                failed = self._failed_of(source)
                again = list(done_again(self.policy, source, failed, places[0][0])) if more == 1 else []
                values = variants(self.policy, source, more, failed) if not again else []
                tried = [Addition(source.kind, source.item, x, *place) for x, place in product(values, places)]
                if again or len(tried) > MOST_ONE_BY_ONE:
                    tried = self._counted([x for x in (*again, *tried) if x.day == places[0][0]])
                found = list(self._helping(part, tried))
                for values_found in {id(x.values): x.values for x in found}.values():
                    alike = [x for x in found if x.values is values_found]
                    if again or len(values) > MOST_ONE_BY_ONE:  # only the first day was asked about
                        bare = self._bare(part, alike[0])
                        alike = [_on(bare, *place) for place in places]
                    yield Choice(tuple((x,) for x in alike), None)
                if found:
                    break

    def _bare(self, part: Part, one: Addition) -> Addition:
        """Without what may be missing and changes nothing, if it is like a record that failed."""
        for column in self.policy.kinds[one.kind].columns:
            if column.optional and column.name in one.like:
                rest = {name: value for name, value in one.values.items() if name != column.name}
                less = evolve(one, values=rest)
                amounts = [self.trials.amounts([x])[id(x)] for x in (less, one)]
                one = less if amounts[0] == amounts[1] and self._helps(part, (less,)) else one
        return one

    def _counted(self, tried: Sequence[Addition]) -> list[Addition]:
        """Those that an item counts when all are added, of a kind with items."""
        if not tried or not tried[0].item:
            return list(tried)
        became = self.trials.result(tried).records
        return [x for n, x in enumerate(tried, start=1) if became[f"{x.kind} need-{n}"] in ("counted", "reduced")]

    def _helping(self, part: Part, tried: Sequence[Addition]) -> Iterator[Addition]:
        """Those that help alone; of many, some, found by halving what helps when all of it is added."""
        left = list(tried)
        if len(left) <= MOST_ONE_BY_ONE:
            yield from (x for x in left if self._helps(part, (x,)))
            return
        for _ in range(MOST_FOUND):
            some = left
            if not self._helps(part, some):
                return
            while len(some) > 1:
                half = some[: len(some) // 2]
                some = half if self._helps(part, half) else some[len(some) // 2 :]
            if not self._helps(part, some):
                return
            yield some[0]
            left.remove(some[0])

    def _helps(self, part: Part, added: Sequence[Addition]) -> bool:
        """Whether a part is less short with these, and no other more so."""
        before, after = self.trials.gap(()), self.trials.gap(added)
        return after.get(part, ZERO) < before[part] and all(far <= before.get(x, ZERO) for x, far in after.items())

    def _any_helps(self, part: Part, plain: Sequence[Choice]) -> bool:
        one_each = {x.what: x for x in plain}
        return any(self._helps(part, x.places[0]) for x in list(one_each.values())[:_MOST_SORTS])

    def _climbed(self, part: Part, cases: tuple[o.Case, ...], plain: Sequence[Choice]) -> Iterator[Choice]:
        """Where one record alone changes nothing: records of several items in one period, each of which brings what the
        part is worked out from higher, until the part is less short.
        """
        names = _behind(self.policy, cases)
        ranked = sorted(plain, key=lambda x: (not x.own, -x.worth))
        one_each = list({x.what: x for x in reversed(ranked)}.values())[::-1]
        for semester in self.days.semesters()[-_MOST_SEMESTERS:]:
            here = [(x, place) for x in one_each if (place := self._in_semester(x, semester)) is not None]
            bundle = self._bundle(part, here[:_MOST_SORTS], names)
            if bundle is not None:
                yield Choice((bundle,), None, all(x.own for x, place in here if place[0] in bundle))

    def _in_semester(self, choice: Choice, semester: str) -> tuple[Addition, ...] | None:
        calendar = self.days.calendar
        day = max(calendar.first_days[semester], self.days.after + timedelta(1))
        if day > min(calendar.last_days[semester], self.days.until):
            return None
        known = (x for x in choice.places if (own := calendar.semester_of(x[0].day)) and own.name == semester)
        return next(known, None) or tuple(evolve(x, day=day, semester=None) for x in choice.places[0])

    def _bundle(
        self, part: Part, here: Sequence[tuple[Choice, tuple[Addition, ...]]], names: Watched
    ) -> tuple[Addition, ...] | None:  # fmt: skip
        first = self.trials.gap(())[part]
        added: list[Addition] = []
        _, now = self.trials.watched((), names)
        going = True
        while going and len(added) < MOST_TOGETHER:
            going = False
            for _, records in here:
                gap, then = self.trials.watched([*added, *records], names)
                if then <= now:
                    continue
                added, now, going = [*added, *records], then, True
                if gap.get(part, ZERO) < first:
                    return self._needed(part, added, gap.get(part, ZERO))
        return None

    def _needed(self, part: Part, added: Sequence[Addition], far: Decimal) -> tuple[Addition, ...]:
        """Without the records that it does not take, those that were added first left out first."""
        left = list(added)
        for one in added:
            rest = [x for x in left if x is not one]
            if rest and self.trials.gap(rest).get(part, ZERO) <= far:
                left = rest
        return tuple(left)


def _behind(policy: o.Policy, cases: tuple[o.Case, ...]) -> Watched:
    """What the accounts and facts that a part reads are worked out from."""
    found: set[tuple[str, str]] = set()
    for value in references(cases, e.Value):
        account = policy.accounts.get(value.name) if value.sort == "account" else None
        inner: object = account.decide if account is not None else policy.facts.get(value.name)
        found |= {(x.sort, x.name) for x in references(inner, e.Value) if x.sort in ("account", "fact")}
    return frozenset(found)


def _on(one: Addition, day: date, semester: str | None) -> Addition:
    return evolve(one, day=day, semester=semester)


def _several(one: Addition, times: int) -> tuple[Addition, ...]:
    """So many records like one, on the days from its own on."""
    return (one, *(evolve(one, day=one.day + timedelta(more)) for more in range(1, times)))
