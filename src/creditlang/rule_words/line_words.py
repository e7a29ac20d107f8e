"""What the lines of an item or a category do, each as a sentence: 非全程参与的不计; 每学期最高1学分."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.diagnostics import Phrase
from creditlang.plugin.rulebook_data import Rows, Sentence
from creditlang.rule_words.expression_words import ExpressionWords
from creditlang.values import written
from creditlang.words import DISPOSITIONS, said, word

_TAKEN_OUT: Final = {
    "void": (Phrase("Does not count if {when}", "{when}的，不计"), Phrase("Counts only if {when}", "只计{when}的")),
    "invalid": (
        Phrase("The record is invalid if {when}", "{when}的，该条记录无效"),
        Phrase("The record is invalid unless {when}", "不符合“{when}”的，该条记录无效"),
    ),
    "pending": (
        Phrase("Stays open if {when}", "{when}的，待定"),
        Phrase("Stays open unless {when}", "不符合“{when}”的，待定"),
    ),
    "warn": (
        Phrase("Is pointed out if {when}", "{when}的，予以提示"),
        Phrase("Is pointed out unless {when}", "不符合“{when}”的，予以提示"),
    ),
}
"""What a guard does, by what it asks: a condition that must not hold, and one that must."""
_ORDERS: Final = {
    "first": (
        Phrase("Counts once {group}", "{group}只计一次"),
        Phrase("The first {room} {group} count", "{group}只计前{room}次"),
    ),
    "last": (
        Phrase("Only the last one {group} counts", "{group}只计最后一次"),
        Phrase("Only the last {room} {group} count", "{group}只计最后{room}次"),
    ),
    "highest": (
        Phrase("Only the highest one {group} counts", "{group}只计最高的一次"),
        Phrase("Only the {room} highest {group} count", "{group}只计最高的{room}次"),
    ),
}
_ROUNDINGS: Final = {
    "down": Phrase("The amount is rounded down to {value}", "舍去不足{value}的部分"),
    "up": Phrase("The amount is rounded up to {value}", "不足{value}的进为{value}"),
    "half": Phrase("The amount is rounded to the nearest {value}", "四舍五入到{value}"),
}


@frozen(eq=False, repr=False)
class LineWords:
    """The lines of one item or account. `own` are the rules that its groups are of, where nothing else is said."""

    words: ExpressionWords
    unit: str | None
    own: frozenset[str]

    def say(self, english: str, chinese: str, **values: object) -> str:
        """A sentence in the language of the reader."""
        return self.words.say(english, chinese, **values)

    def sentences(self, operators: Iterable[o.Operator]) -> Iterator[Sentence]:
        """What each line says."""
        before: o.Operator | None = None
        for operator in operators:
            lapse = isinstance(before, o.Post) and before.until is not None and before.span == operator.span
            if not (lapse and isinstance(operator, o.Keep)):  # until when an entry counts is said once
                yield from _MEANINGS[type(operator)](self, operator)
            before = operator

    # ---- parts of sentences
    def amount(self, x: e.Expression | None) -> str:
        """An amount: a plain number with its unit."""
        if isinstance(x, e.Constant) and isinstance(x.value, Decimal):
            return self.words.unit(x.value, self.unit)
        if isinstance(x, e.Arithmetic) and x.operator == "*" and isinstance(x.left, e.Constant):
            return f"{self.amount(x.left)} × {self.words.operand(x.right, '*')}"
        return self.words.value(x)

    def when(self, condition: e.Expression | None, text: str) -> str:
        """A sentence with the condition under which it holds."""
        if condition is None or condition == e.Constant(True):
            return text
        told = self.words.condition(condition)
        return self.say("If {told}: {text}", "{told}的，{text}", told=told, text=_small(text))

    def group(self, group: o.Group) -> str:
        """Of what there is one group each: per semester and content, 每学期同一内容."""
        words = self.words
        periods = [words.period(period) for period in group.periods]
        fields = [words.field(name) for name in group.fields]
        if group.window is not None:
            length = words.length(*group.window)
            within = self.say("within {length}", "{length}内", length=length)
            return (
                within
                if not fields
                else self.say(
                    "within {length} per {fields}", "{length}内同一{fields}", length=length, fields=words.listed(fields)
                )
            )
        if not periods and not fields:
            return self.say("in total", "总共")
        told = self.say("per {all}", "每{all}", all=words.listed(periods)) if periods else ""
        english = self.say("per {all}", "", all=words.listed((*periods, *fields)))
        return words.either(english, f"{told}同一{words.listed(fields)}" if fields else told)

    def together(self, group: o.Group) -> str:
        """Which items share a group, where it is not just those that the line is written at."""
        if group.over is None or (group.over <= self.own and len(group.over) == len(self.own)):
            return ""
        return self.say(" ({items} together)", "（{items}合并计算）", items=self.words.items(group.over))

    def fallback(self, fallback: o.Fallback | None, factor: bool = False) -> Iterator[str]:
        """What becomes of an entry for which there is no value, which may be a factor."""
        if fallback is None:
            return
        became = word(DISPOSITIONS, fallback.disposition, self.words.language)
        told = self.say("Without a value: {became}", "没有相应数值的，{became}", became=became)
        if fallback.low is not None and fallback.high is not None:
            shown = self.words.value if factor else self.amount
            low, high = shown(fallback.low), shown(fallback.high)
            told += self.say(", between {low} and {high}", "，在{low}与{high}之间", low=low, high=high)
        yield told + (self.say(" ({why})", "（{why}）", why=fallback.reason) if fallback.reason else "")

    def takes(self) -> bool:
        """Whether the entries at hand are deductions, all of them."""
        operators = (x for name in self.own for x in self.words.policy.rules[name].operators)
        signs = {case.sign for x in operators if isinstance(x, o.Amount) for case in x.cases}
        return signs == {-1}

    # ---- the operators
    def keep(self, x: o.Keep) -> Iterator[Sentence]:
        if x.sides is not None:
            left, right = (self.words.items(side) for side in x.sides)
            group = self.group(x.group or o.Group())
            text = self.say(
                "{group}, the higher of {left} and {right} counts; the other does not",
                "{group}，{left}与{right}就高计一方，另一方不计",
                group=_large(group),
                left=left,
                right=right,
            )
        else:
            asked = x.condition
            forbids, wanted = _TAKEN_OUT[x.otherwise]
            if isinstance(asked, e.Not):
                text = said(forbids, self.words.language, when=self.words.condition(asked.operand))
            else:
                text = said(wanted, self.words.language, when=self.words.condition(asked))
        yield Sentence(text, x.article)

    def amounts(self, x: o.Amount) -> Iterator[Sentence]:
        if len(x.cases) > 1 and x.mode == "first":
            yield Sentence(
                self.say("Of the following, the first that applies:", "以下各项按先后只用最先符合的一项："), x.article
            )
        if len(x.cases) > 1 and x.mode == "all":
            yield Sentence(self.say("Of the following, all that apply:", "以下各项符合的都计："), x.article)
        for case in x.cases:
            yield self.case(case)
        yield from (Sentence(text, x.article) for text in self.fallback(x.fallback))

    def case(self, case: o.Case) -> Sentence:
        """One case of an amount: what is given or taken, and when."""
        rows: Rows = ()
        if case.between is not None:
            low, high = map(self.amount, case.between)
            value = self.say("as decided from {low} to {high}", "在{low}至{high}之间酌情核定", low=low, high=high)
        elif isinstance(case.value, e.Lookup):
            value = self.words.value(case.value)
            rows = table_rows(self.words, case.value.table, case.value.keys) if ":" in case.value.table.name else ()
        else:
            value = self.amount(case.value)
        given = Phrase("Gives {value}", "计{value}") if case.sign > 0 else Phrase("Takes {value}", "扣{value}")
        if rows:
            given = (
                Phrase("Gives so much {value}", "{value}计")
                if case.sign > 0
                else Phrase("Takes so much {value}", "{value}扣")
            )
        if case.value == e.Constant(Decimal(0)):
            given = Phrase("Gives nothing", "不计分")
        text = said(given, self.words.language, value=value)
        if case.together is not None:
            period, least = case.together
            text = self.say(
                "{text}, once for each {period} with at least {least} records",
                "每{period}至少有{least}条记录的，该{period}{text}",
                text=text,
                period=self.words.period(period),
                least=least,
            )
        if case.full is not None:
            measure = self.words.value(case.full.measure)
            text = self.say(
                "{text} for each full {size} of {measure}, added up {group}",
                "{group}累计{measure}，每满{size}{text}",
                text=text,
                size=written(case.full.size),
                measure=measure,
                group=self.group(case.full.group),
            )
        if case.since is not None:
            text = self.say("From {day} on: {text}", "自{day}起：{text}", day=case.since, text=_small(text))
        if case.until is not None:
            text = self.say("Until {day}: {text}", "至{day}止：{text}", day=case.until, text=_small(text))
        if case.otherwise:
            text = self.say("Otherwise: {text}", "其他情形{text}", text=_small(text))
        return Sentence(self.when(case.condition, text), case.article, rows)

    def rescale(self, x: o.Rescale) -> Iterator[Sentence]:
        value = self.amount(x.value) if x.operation == "plus" else self.words.value(x.value)
        match x.operation:
            case "times" if x.value == e.Constant(Decimal("0.5")):
                text = self.say("Counts half", "减半计算")
            case "times" if isinstance(x.value, e.Constant):
                text = self.say("Counts {value} times", "按{value}倍计算", value=value)
            case "times":
                text = self.say("The amount is multiplied by {value}", "乘以{value}", value=value)
            case "plus" if self.takes():
                text = self.say("Takes another {value}", "另扣{value}", value=value)
            case "plus":
                text = self.say("Adds {value}", "另加{value}", value=value)
            case _:
                text = said(_ROUNDINGS[x.operation], self.words.language, value=value)
        if x.ordinal is not None:
            text = self.say(
                "{group}, from number {n} on: {text}{together}",
                "{group}从第{n}次起，{text}{together}",
                group=_large(self.group(x.group)),
                n=x.ordinal,
                text=_small(text),
                together=self.together(x.group),
            )
        yield Sentence(self.when(x.condition, text), x.article)
        yield from (Sentence(text, x.article) for text in self.fallback(x.fallback, x.operation == "times"))

    def limit(self, x: o.Limit) -> Iterator[Sentence]:
        group, language = self.group(x.group), self.words.language
        if x.of == "amount":
            over = Phrase("At most {room} {group}", "{group}最高{room}")
            if not isinstance(x.room, e.Constant):
                over = Phrase("At most {room} {group}", "{group}最高不超过{room}")
            text = said(over, language, room=self.amount(x.room), group=group)
        elif x.dropped:
            text = self.say(
                "{group}, the lowest {room} do not count; one always does",
                "{group}去掉最低的{room}次，至少计一次",
                room=self.words.value(x.room),
                group=_large(group),
            )
        else:
            one = x.room == e.Constant(Decimal(1))
            phrase = _ORDERS[x.order][not one]
            text = said(phrase, language, group=group, room=self.words.value(x.room))
        if x.by is not None:
            text += self.say(", by {by}", "（按{by}比较）", by=self.words.value(x.by))
        yield Sentence(self.when(x.condition, text + self.together(x.group)), x.article)
        yield from (Sentence(text, x.article) for text in self.fallback(x.fallback))

    def post(self, x: o.Post) -> Iterator[Sentence]:
        told = []
        if x.field is not None:
            told.append(
                self.say(
                    "Goes to the account named in {field}", "记入“{field}”所写的账户", field=self.words.field(x.field)
                )
            )
        if x.day is not None:
            told.append(self.say("Falls on {day}", "记入{day}", day=self.words.value(x.day)))
        if x.until is not None:
            told.append(self.until(x.until))
        for text in told:
            yield Sentence(self.when(x.condition, text), x.article)

    def until(self, day: e.Expression) -> str:
        """Until when an entry counts, from the first day on which it does not."""
        last = day.start if isinstance(day, e.Shift) and day.count == e.Constant(Decimal(1)) else None
        match last:
            case e.Shift("after", e.Expression() as start, e.Constant(Decimal() as count), unit):
                return self.say(
                    "Valid until {length} after {start}, that day included", "自{start}起{length}内有效",
                    length=self.words.length(int(count), unit), start=self.words.value(start),
                )  # fmt: skip
            case e.Expression():
                return self.say("Valid until {day}, that day included", "有效期至{day}", day=self.words.value(last))
        return self.say("Counts until {day}, that day excluded", "自{day}起不再计入", day=self.words.value(day))

    def move(self, x: o.Move) -> Iterator[Sentence]:
        """What is taken from other accounts; an offset of a kind of request is told by all its lines."""
        words, language = self.words, self.words.language
        sources = words.listed((words.called(words.policy.accounts[name]) for name in x.sources), Phrase(" or ", "、"))
        if x.source_field is not None:
            named = self.say("the account named in {field}", "“{field}”所写的账户", field=words.field(x.source_field))
            sources = (
                self.say("{named} ({sources})", "{named}（{sources}）", named=named, sources=sources)
                if sources
                else named
            )
        if not x.target:
            text = self.say("What it counts is taken from {sources}", "所计的数从{sources}中扣除", sources=sources)
            yield Sentence(self.when(x.condition, text), x.article)
            return
        target = words.called(words.policy.accounts[x.target])
        kind = words.called(words.policy.kinds[x.kind])
        yield Sentence(
            self.say(
                "On a record “{kind}”, {target} is given what is offered from {sources}, as far as {amount} says",
                "凭“{kind}”记录，可用{sources}抵扣{target}，数量按“{amount}”",
                kind=kind,
                target=target,
                sources=sources,
                amount=words.field(x.amount_field),
            ),
            x.article,
        )
        if x.order_field is not None:
            order = words.field(x.order_field)
            yield Sentence(self.say("In the order of {order}", "按{order}先后", order=order), x.article)
        if x.limit is not None:
            room = self.amount(x.limit)
            yield Sentence(self.say("At most {room} in each period", "每个时段最多{room}", room=room), x.article)
        for ratio in x.ratios:
            text = self.say(
                "{taken} taken for {given} given",
                "每扣{taken}抵{given}",
                taken=written(ratio.taken),
                given=written(ratio.given),
            )
            otherwise = ratio.condition is None and len(x.ratios) > 1
            if otherwise:
                text = self.say("Otherwise {text}", "其他情形{text}", text=text)
            yield Sentence(self.when(ratio.condition, text), ratio.article or x.article)
        if x.rounding is not None:
            mode, step = x.rounding
            yield Sentence(said(_ROUNDINGS[mode], language, value=written(step)), x.article)
        for guard in x.guards:
            yield from self.keep(guard)


def table_rows(words: ExpressionWords, table: e.Table, keys: Iterable[e.Expression]) -> Rows:
    """A table as rows with a heading; of three dimensions and more, all but the last stand in the rows."""
    asked = list(keys)

    def shown(place: int, text: str) -> str:
        return text if table.dimensions[place] in table.bands else words.constant(text, asked[place])

    def cell(*labels: str) -> str:
        number = table.cells.get(labels)
        return "—" if number is None else written(number)

    heads = [words.value(key) for key in asked]
    if len(asked) == 1:
        body = [(shown(0, text), cell(text)) for text in table.labels[0]]
        return ((heads[0], words.say("rate", "标准")), *body)
    *before, last = table.labels
    told: list[tuple[str, ...]] = [(*heads[:-1], *(shown(len(before), text) for text in last))]
    for labels in _combined(before):
        cells = [cell(*labels, text) for text in last]
        if any(text != "—" for text in cells):
            told.append((*(shown(place, text) for place, text in enumerate(labels)), *cells))
    return tuple(told)


def _combined(labels: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    if not labels:
        yield ()
        return
    for first in labels[0]:
        for rest in _combined(labels[1:]):
            yield (first, *rest)


def _small(text: str) -> str:
    """A sentence that goes on after a colon."""
    return text[:1].lower() + text[1:] if text[:1].isascii() else text


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]


_MEANINGS: Final[Mapping[type[o.Operator], Callable[[LineWords, Any], Iterator[Sentence]]]] = {
    o.Keep: LineWords.keep,
    o.Amount: LineWords.amounts,
    o.Rescale: LineWords.rescale,
    o.Limit: LineWords.limit,
    o.Post: LineWords.post,
    o.Move: LineWords.move,
}
"""What each operator on entries says."""
