"""What is said in expressions: a condition as a clause, a value as what it is called.

A condition is said with its negation, so that a sentence need not say *not* of something long. Names are said by their
labels in the language of the reader; who reads English and finds only Chinese labels is given the name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import evolve, field, frozen

from creditlang.core import expressions as e
from creditlang.core.operators import RANK_WORDS, Column, Policy
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.person_words import plural, spoken
from creditlang.types import Type
from creditlang.values import multiply, written
from creditlang.words import LENGTHS, PERIODS, WEEKDAYS, first_fit, label, said, unit_label, word

_COMPARED: Final[Mapping[str, tuple[Phrase, Phrase]]] = {
    "=": (Phrase("{left} is {right}", "{left}为{right}"), Phrase("{left} is not {right}", "{left}不是{right}")),
    ">=": (
        Phrase("{left} is at least {right}", "{left}不低于{right}"),
        Phrase("{left} is below {right}", "{left}低于{right}"),
    ),
    ">": (
        Phrase("{left} is above {right}", "{left}超过{right}"),
        Phrase("{left} is at most {right}", "{left}不超过{right}"),
    ),
    "starts with": (
        Phrase("{left} starts with {right}", "{left}以{right}开头"),
        Phrase("{left} does not start with {right}", "{left}不以{right}开头"),
    ),
    "contains": (
        Phrase("{left} contains {right}", "{left}含有{right}"),
        Phrase("{left} does not contain {right}", "{left}不含{right}"),
    ),
}
"""A comparison and its negation."""
_IN_THE_TOP: Final = (
    Phrase("{left} is in the top {share}% ({how})", "{left}在前{share}%（{how}）"),
    Phrase("{left} is not in the top {share}% ({how})", "{left}不在前{share}%（{how}）"),
)
_ROUNDED_SHARES: Final[Mapping[str, Phrase]] = {
    "half": Phrase("rounded half up", "四舍五入"),
    "down": Phrase("rounded down", "不足1人不计"),
    "up": Phrase("rounded up", "不足1人按1人"),
}
"""Among how many a rank is, where a share of people is no whole number."""
_DAYS: Final[Mapping[str, tuple[Phrase, Phrase]]] = {
    ">=": (
        Phrase("{left} is not before {right}", "{left}不早于{right}"),
        Phrase("{left} is before {right}", "{left}早于{right}"),
    ),
    ">": (
        Phrase("{left} is after {right}", "{left}晚于{right}"),
        Phrase("{left} is not after {right}", "{left}不晚于{right}"),
    ),
}
_AND: Final = Phrase(" and ", "、")
_TURNED: Final = {"!=": "=", "<": ">=", "<=": ">"}
"""What each is the negation of."""
_QUERIES: Final = {
    "any": Phrase("there are {what}", "有{what}"),
    "count": Phrase("the number of {what}", "{what}的数目"),
    "in a row": Phrase("the most {what} in a row", "{what}连续出现的最多次数"),
    "total": Phrase("the total of {value} over {what}", "{what}的{value}合计"),
    "average": Phrase("the average of {value} over {what}", "{what}的{value}平均数"),
    "highest": Phrase("the highest {value} in {what}", "{what}中最高的{value}"),
    "lowest": Phrase("the lowest {value} in {what}", "{what}中最低的{value}"),
    "first": Phrase("{value} in the first of {what}", "{when}最早一条{what}的{value}"),
    "latest": Phrase("{value} in the latest of {what}", "{when}最近一条{what}的{value}"),
}
_MODES: Final = {
    "down": Phrase("{value}, rounded down to {step}", "{value}（舍去不足{step}的部分）"),
    "up": Phrase("{value}, rounded up to {step}", "{value}（不足{step}的进为{step}）"),
    "half": Phrase("{value}, rounded to the nearest {step}", "{value}（四舍五入到{step}）"),
}
_DISTANCES: Final = {
    "days": Phrase("the days from {start} to {end}", "{start}至{end}的天数"),
    "working days": Phrase("the working days from {start} to {end}", "{start}至{end}的工作日数"),
    "weeks": Phrase("the full weeks from {start} to {end}", "{start}至{end}的整周数"),
    "months": Phrase("the full months from {start} to {end}", "{start}至{end}的整月数"),
    "years": Phrase("the full years from {start} to {end}", "{start}至{end}的整年数"),
    "teaching week": Phrase("the teaching week of {end}", "{end}所在的教学周"),
    "weekday": Phrase("the weekday of {end}", "{end}是星期几"),
}
_IS_A_DAY: Final = {
    "working day": (
        Phrase("{day} is a working day", "{day}是工作日"),
        Phrase("{day} is not a working day", "{day}不是工作日"),
    ),
    "holiday": (Phrase("{day} is a holiday", "{day}是节假日"), Phrase("{day} is not a holiday", "{day}不是节假日")),
}
_READ: Final = {
    "enrolled": (
        Phrase("enrolled in that semester", "该学期在籍"),
        Phrase("not enrolled in that semester", "该学期不在籍"),
    ),
    "ended": (
        Phrase("the semester has ended", "该学期已经结束"),
        Phrase("the semester has not ended", "该学期尚未结束"),
    ),
    "named": (
        Phrase("the record names the student", "记录写明了学生本人"),
        Phrase("the record does not name the student", "记录没有写明学生本人"),
    ),
    "other": (Phrase("it is another record", "是另一条记录"), Phrase("it is the same record", "是同一条记录")),
}


@frozen(eq=False, repr=False)
class ExpressionWords:
    """The expressions of one policy in one language; `kind` is the kind of record that a field is of."""

    policy: Policy
    language: Language
    kind: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Of facts of records, and of tables."""
    columns: dict[str, Mapping[str, Column]] = field(factory=dict)

    @classmethod
    def of(cls, policy: Policy, language: Language) -> "ExpressionWords":
        """For those who read `language`, who hear of the people of the policy."""
        return cls(policy, spoken(language, policy.person))

    def about(self, kind: str) -> "ExpressionWords":
        """The same of records of a kind."""
        return evolve(self, kind=kind)

    def say(self, english: str, chinese: str, **values: object) -> str:
        """A sentence in the language of the reader."""
        return said(Phrase(english, chinese), self.language, **values)

    def either(self, english: str, chinese: str) -> str:
        """One of two texts that are said already, by who reads."""
        return in_language(Phrase(english, chinese), self.language)

    # ---- what things are called
    def called(self, thing: Any) -> str:
        """A thing by its label; a name that is shown has blanks where it has underscores."""
        return self._plain(label(thing, self.language))

    def _plain(self, text: str) -> str:
        return self.either(text.replace("_", " "), text)

    def fit(self, name: str, labels: Iterable[str]) -> str:
        """A name by its label, where it is no declaration of its own."""
        return self._plain(first_fit(name, labels, self.language))

    def column(self, name: str, person: bool = False) -> Column | None:
        """A field of the kind at hand, or an attribute of the person."""
        key = "" if person else self.kind
        if key not in self.columns:
            declared = self.policy.attributes if person else self.policy.kinds[key].columns if key else ()
            self.columns[key] = {column.name: column for column in declared}
        return self.columns[key].get(name)

    def field(self, name: str, person: bool = False) -> str:
        """What a field is called; a part of a code after the field."""
        column = self.column(name.partition(".")[0], person)
        whole = self.called(column) if column is not None else self._plain(name.partition(".")[0])
        if not person and self.kind and name == whole == self.policy.kinds[self.kind].date_field:
            whole = self.say("the date", "日期")
        part = name.partition(".")[2]
        return self.say("{part} of {whole}", "{whole}的{part}", part=self._plain(part), whole=whole) if part else whole

    def period(self, kind: str) -> str:
        """What a kind of period is called."""
        declared = self.policy.periods.get(kind)
        return self.called(declared) if declared is not None else word(PERIODS, kind, self.language)

    def unit(self, amount: Decimal, unit: str | None) -> str:
        """An amount with its unit, which an English reader is told in the plural."""
        shown = unit_label(unit, self.policy.unit_labels, self.language, amount)
        return f"{written(amount)}{self.either(' ', ' ' if shown.isascii() else '')}{shown}".rstrip()

    def length(self, count: int, unit: str) -> str:
        """A length of time."""
        units = unit if unit.endswith("s") else f"{unit}s"
        called = word(LENGTHS, units, self.language)
        return self.either(f"{count} {units.removesuffix('s') if count == 1 else units}", f"{count}{called}")

    def listed(self, texts: Iterable[str], last: Phrase = _AND) -> str:
        """Several, with the word before the last."""
        *before, end = list(texts) or [""]
        joint = in_language(last, self.language)
        return joint.join(filter(None, (self.say(", ", "、").join(before), end)))

    def items(self, rules: Iterable[str]) -> str:
        """Items; those that are all of a category together, by its name."""
        left = set(rules)
        told = []
        for account in self.policy.accounts.values():
            own = self._inside(account.name)
            if own and own <= left and len(own) > 1:
                told.append(self.called(account))
                left -= own
        told += [self.called(rule) for name, rule in self.policy.rules.items() if name in left]
        return self.listed(told)

    def _inside(self, account: str) -> set[str]:
        found = self.policy.accounts[account]
        return set(found.items).union(*(self._inside(child) for child in found.children))

    # ---- values
    def value(self, x: e.Expression | None) -> str:
        """What a value is called, or how it is worked out."""
        match x:
            case None:
                return ""
            case e.Constant(value):
                return self.constant(value)
            case e.Read():
                return self.read(x)
            case e.Value():
                return self.worked_out(x)
            case e.Query():
                return self.query(x)
            case e.Lookup(table, keys):
                return self.lookup(table, keys)
            case e.Call(name, arguments):
                told = self.say(", ", "，").join(map(self.value, arguments))
                return self.say("{name}({told})", "{name}（{told}）", name=name, told=told)
            case e.Arithmetic():
                return self.arithmetic(x)
            case e.Rounded(operand, divisor, mode, step):
                whole = self.operand(operand)
                if divisor is not None:
                    whole = self.say(
                        "{one} divided by {other}", "{one}除以{other}", one=whole, other=self.operand(divisor)
                    )
                return said(_MODES[mode], self.language, value=whole, step=written(step))
            case e.Cases(branches, otherwise):
                return self.cases(branches, otherwise)
            case e.Shift():
                return self.shift(x)
            case e.Distance(what, start, end) if what in _DISTANCES:
                return said(_DISTANCES[what], self.language, start=self.value(start), end=self.value(end))
            case e.Unknown():
                return self.say("something that cannot be read", "读不出的内容")
            case _:
                return self.say("whether {told}", "是否{told}", told=self.condition(x))

    def constant(self, value: object, of: e.Expression | None = None) -> str:
        """A value as people write it; that of a list by its label, where it is known of which."""
        if isinstance(value, bool):
            return self.say("yes", "是") if value else self.say("no", "否")
        if isinstance(value, Decimal):
            return written(value)
        if isinstance(value, date):
            return value.isoformat()
        text = str(value)
        type_ = self.type_of(of) if of is not None else None
        if type_ is not None and type_.name == "item" and text in self.policy.rules:
            return self.called(self.policy.rules[text])
        if type_ is not None and type_.name == "account" and text in self.policy.accounts:
            return self.called(self.policy.accounts[text])
        if isinstance(of, e.Distance):
            return self.either(text.capitalize(), WEEKDAYS[text][0])
        for name, values in self.policy.choices.items():
            if text in values and (type_ is None or type_.enumeration in (None, name)):
                return self.fit(text, values[text])
        return f"“{text}”" if type_ is not None and type_.name == "text" else text

    def type_of(self, x: e.Expression | None) -> Type | None:
        """The type of what is read by name, where it is declared."""
        match x:
            case e.Read("field" | "this", name):
                column = self.column(name)
                return column.type if column else None
            case e.Read("attribute", name):
                column = self.column(name, person=True)
                return column.type if column else None
            case e.Read("setting", name):
                return self.policy.setting_types.get(name)
            case e.Value("fact", name):
                return self.policy.facts[name].type if name in self.policy.facts else None
            case e.Query(source=e.RecordsOf(kind), value=value) if value is not None:
                return self.about(kind).type_of(value)
        return None

    def is_day(self, x: e.Expression | None) -> bool:
        """Whether a value is a date."""
        if isinstance(x, e.Arithmetic):
            return self.is_day(x.left) or self.is_day(x.right)
        if isinstance(x, e.Value) and x.sort == "record fact":
            return self.is_day(self.policy.record_facts.get(x.name))
        if isinstance(x, e.Cases):
            return any(self.is_day(value) for _, value in x.branches)
        declared = self.type_of(x)
        return (
            isinstance(x, e.Shift)
            or (isinstance(x, e.Constant) and isinstance(x.value, date))
            or (isinstance(x, e.Read) and x.what == "as of")
            or (declared is not None and declared.name == "date")
        )

    def read(self, x: e.Read) -> str:
        """What is known before anything is worked out."""
        match x.what:
            case "field" | "part":
                return self.field(x.name)
            case "this":
                return self.say("{name} of this record", "本条记录的{name}", name=self.field(x.name))
            case "attribute" | "part of person":
                return self.field(x.name, person=True)
            case "amount":
                return self.say("the amount counted", "计入的数")
            case "as of":
                return self.say("the as-of day", "统计日")
            case "setting":
                return self.setting(x.name)
            case _:
                return self.condition(x)

    def setting(self, name: str) -> str:
        """A named value, and what it is where it is one plain value."""
        labels = [text for text, named in self.policy.setting_labels.items() if named == name]
        called = self.fit(name, labels)
        values = self.policy.settings.get(name, ())
        if len(values) != 1 or not isinstance(values[0].value, e.Constant):
            return called
        known = values[0].value.value
        shown = self.unit(known, None) if isinstance(known, Decimal) else self.constant(known, e.Read("setting", name))
        return self.say("{called} (now {shown})", "{called}（现为{shown}）", called=called, shown=shown)

    def worked_out(self, x: e.Value) -> str:
        """A balance, fact or requirement, and when."""
        name, _, part = x.name.partition(".")
        policy = self.policy
        match x.sort:
            case "account":
                called = self.called(policy.accounts[name])
            case "requirement":
                called = self.called(policy.requirements[name])
            case "record fact":
                called = self.fit(name, self.labels.get(name, ()))
            case _:
                called = self.called(policy.facts[name]) if name in policy.facts else self._plain(name)
        if part:
            counted = (
                self.say("ranked", "参评人数") if RANK_WORDS.get(part, part) == "ranked" else self.say("all", "总人数")
            )
            called = self.say("{called}: {counted}", "{called}的{counted}", called=called, counted=counted)
        at = e.Here() if x.sort == "account" and x.at == e.Whole() and not policy.accounts[name].period else x.at
        when = self.extent(at)
        return self.say("{called} {when}", "{when}的{called}", called=called, when=when) if when else called

    def lookup(self, table: e.Table, keys: Iterable[e.Expression]) -> str:
        """A table that is read, by what; one without a name of its own stands right below."""
        by = self.listed(self.value(key) for key in keys)
        if ":" in table.name:
            return self.say("by {by}, as in the table", "按{by}，依下表", by=by)
        called = self.fit(table.name, self.labels.get(table.name, ()))
        return self.say("{table} by {by}", "{table}（按{by}查表）", table=called, by=by)

    def arithmetic(self, x: e.Arithmetic) -> str:
        """Sums, differences, products; the higher of two."""
        if x.operator in ("+", "*"):
            parts = list(self._chain(x, x.operator))
            told = [self.operand(part, x.operator) for part in parts]
            return " + ".join(told) if x.operator == "+" else " × ".join(told)
        left, right = self.operand(x.left, "+"), self.operand(x.right)
        days = self.is_day(x)
        match x.operator:
            case "-":
                return f"{left} − {right}"
            case "higher" if days:
                return self.say("the later of {a} and {b}", "{a}、{b}两者中较晚的", a=left, b=right)
            case "lower" if days:
                return self.say("the earlier of {a} and {b}", "{a}、{b}两者中较早的", a=left, b=right)
            case "higher":
                return self.say("the higher of {a} and {b}", "{a}、{b}两者中较高的", a=left, b=right)
            case "lower":
                return self.say("the lower of {a} and {b}", "{a}、{b}两者中较低的", a=left, b=right)
            case _:
                return self.say("{b} steps below {a}", "比{a}低{b}级", a=left, b=right)

    def operand(self, x: e.Expression, around: str = "") -> str:
        """A part of a sum or product, in brackets where it would be read otherwise without."""
        told = self.value(x)
        sum_inside = isinstance(x, e.Arithmetic) and x.operator in ("+", "-") and around != "+"
        product = isinstance(x, e.Arithmetic) and x.operator == "*" and not around
        brackets = sum_inside or product or isinstance(x, e.Cases)
        return self.say("({told})", "（{told}）", told=told) if brackets else told

    def _chain(self, x: e.Expression, operator: str) -> Iterable[e.Expression]:
        if isinstance(x, e.Arithmetic) and x.operator == operator:
            yield from self._chain(x.left, operator)
            yield from self._chain(x.right, operator)
        else:
            yield x

    def cases(self, branches: Sequence[tuple[e.Expression, e.Expression]], otherwise: e.Expression | None) -> str:
        """The value of the case that applies, in a row."""
        if [when for when, _ in branches] == [e.Constant(True)]:
            return self.value(branches[0][1])
        told = [
            self.say("{value} if {when}", "{when}的为{value}", value=self.value(value), when=self.condition(when))
            for when, value in branches
        ]
        if otherwise is not None:
            told.append(self.say("{value} otherwise", "其余为{value}", value=self.value(otherwise)))
        return self.say("; ", "；").join(told)

    def shift(self, x: e.Shift) -> str:
        """A day found from another."""
        start = self.value(x.start) if x.start is not None else ""
        if x.which == "nth":
            count = self.value(x.count) if x.count is not None else ""
            of = start or self.say("the month", "当月")
            if not count:
                return (
                    self.say("the last day of the month of {of}", "{of}所在月的最后一天", of=of)
                    if start
                    else self.say("the last day of the month", "当月最后一天")
                )
            return (
                self.say("day {n} of the month of {of}", "{of}所在月的{n}日", n=count, of=of)
                if start
                else self.say("day {n} of the month", "当月{n}日", n=count)
            )
        if x.which in ("first", "last"):
            period = self.period(x.unit)
            of = (
                self.say("the {period} of {start}", "{start}所在{period}", period=period, start=start)
                if start
                else self.say("the {period}", "该{period}", period=period)
            )
            if x.which == "first":
                return self.say("the first day of {of}", "{of}第一天", of=of)
            return self.say("the last day of {of}", "{of}最后一天", of=of)
        count_of = x.count
        start = start or self.say("the day", "当日")
        if isinstance(count_of, e.Constant) and isinstance(count_of.value, Decimal):
            number = int(count_of.value)
            told = self.length(abs(number), x.unit)
            if number < 0:
                return self.say("{told} before {start}", "{start}之前{told}", told=told, start=start)
        else:
            told = f"{self.value(count_of)} {word(LENGTHS, x.unit, self.language)}"
        return self.say("{told} after {start}", "{start}之后{told}", told=told, start=start)

    # ---- queries
    def query(self, x: e.Query, negated: bool = False) -> str:
        """A question about records, periods or people."""
        inside = self.about(x.source.kind) if isinstance(x.source, e.RecordsOf) else self
        what = self.source(x, inside)
        if x.function == "every":
            where = inside.condition(x.where) if x.where is not None else ""
            what = self.source(x, inside, where=False)
            if negated:
                return self.say(
                    "not of every one of {what} holds: {where}", "并非每一{what}都{where}", what=what, where=where
                )
            return self.say("of every one of {what} holds: {where}", "每一{what}都{where}", what=what, where=where)
        if x.function == "any" and negated:
            return self.say("there are no {what}", "没有{what}", what=what)
        if x.distinct and x.value is not None:
            value = inside.value(x.value)
            if x.function == "any":
                return said(_QUERIES["any"], self.language, what=what)
            return self.say(
                "the number of different {value} in {what}", "{what}中不同{value}的个数", value=value, what=what
            )
        value = inside.value(x.value) if x.value is not None else ""
        if x.weight is not None:
            by = inside.value(x.weight)
            value = self.say("{value} (weighted by {by})", "{value}（以{by}为权数）", value=value, by=by)
        return said(_QUERIES[x.function], self.language, what=what, value=value, when=self.scopes(x))

    def source(self, x: e.Query, inside: "ExpressionWords", where: bool = True) -> str:
        """What is looked at: which records, when, and which of them."""
        asked = self._parts(x.where) if where else []
        others = [part for part in asked if part != e.Read("other")]
        what = self.looked_at(x, len(others) < len(asked))
        told = inside.condition(e.Logical("and", tuple(others)) if len(others) > 1 else others[0]) if others else ""
        when = self.scopes(x)
        before = "" if x.function in ("first", "latest") else f"{when}内" if when.endswith("时间") else when
        english = " ".join(filter(None, (what, when, f"where {told}" if told else "")))
        return self.either(english, "".join((before, f"{told}的" if told else "", what)))

    @staticmethod
    def _parts(where: e.Expression | None) -> list[e.Expression]:
        if isinstance(where, e.Logical) and where.operator == "and":
            return list(where.parts)
        return [] if where is None or where == e.Constant(True) else [where]

    def scopes(self, x: e.Query) -> str:
        """The part of the time that a query looks at; the latest of all needs none."""
        least = x.function in ("first", "latest")
        return self.listed(filter(None, (self.extent(at) for at in x.scopes if not (least and at == e.Whole()))))

    def looked_at(self, x: e.Query, others: bool) -> str:
        """Records of a kind, periods or people."""
        match x.source:
            case e.RecordsOf(kind):
                called = self.called(self.policy.kinds[kind])
                what = self.either(called if called.endswith("s") else f"{called} records", f"{called}记录")
                if others:
                    what = self.say("other {what}", "其他{what}", what=what)
                if isinstance(x.level, e.CountedIn):
                    account = self.called(self.policy.accounts[x.level.account])
                    return self.say("{what} counted in {account}", "计入{account}的{what}", what=what, account=account)
                included = x.level == "even void"
                return self.say("{what}, void ones included,", "{what}（含不计的）", what=what) if included else what
            case e.Periods(period, ended):
                what = self.period(period)
                each = x.function in ("total", "average", "highest", "lowest")
                english = f"{plural(what)} that have ended" if ended else plural(what)
                return self.either(english, f"{'各' if each else ''}{'已结束的' if ended else ''}{what}")
            case _:
                return self.say("students", "学生")

    def extent(self, x: e.Extent) -> str:
        """The part of the time that is looked at; nothing where it is the period at hand."""
        match x:
            case e.Here():
                return ""
            case e.Whole():
                return self.say("over the whole time", "全部时间")
            case e.Previous(period):
                return self.say("of the {period} before", "上一{period}", period=self.period(period))
            case e.InPeriod(name):
                return self.say("of {name}", "{name}", name=name)
            case e.SamePeriod(period):
                return self.say("in the same {period}", "同一{period}", period=self.period(period))
            case e.AsOf(day):
                return self.say("as of {day}", "截至{day}", day=self.value(day))
            case e.Since(day):
                return self.say("since {day}", "自{day}起", day=self.value(day))
            case e.BeforeThis():
                return self.say("before this record", "此前")
            case e.LastWindow(count, unit):
                return self.say("in the last {length}", "最近{length}内", length=self.length(count, unit))
            case e.AnyWindow(count, unit):
                return self.say("in any {length}", "任意连续{length}内", length=self.length(count, unit))
            case e.AllOf(parts):
                return self.listed(map(self.extent, parts))
            case _:
                raise TypeError(type(x).__name__)

    # ---- conditions
    def condition(self, x: e.Expression | None, negated: bool = False) -> str:
        """A condition as a clause, or its negation."""
        match x:
            case None:
                return ""
            case e.Not(operand):
                return self.condition(operand, not negated)
            case e.Logical():
                return self.logical(x, negated)
            case e.Compare():
                return self.compare(x, negated)
            case e.Present(operand):
                what = self.value(operand)
                if isinstance(operand, e.Read):
                    filled = self.say("{what} is given", "填了{what}", what=what)
                    return self.say("{what} is missing", "未填{what}", what=what) if negated else filled
                if negated:
                    return self.say("there is no {what}", "没有{what}", what=what)
                return self.say("there is a {what}", "有{what}", what=what)
            case e.Read("setting", name):
                asked = self.say("no", "否") if negated else self.say("yes", "是")
                return self.say("{what} is {asked}", "{what}为{asked}", what=self.setting(name), asked=asked)
            case e.Query(function="any" | "every"):
                return self.query(x, negated)
            case e.Read(what) if what in _READ:
                return said(_READ[what][negated], self.language)
            case e.Distance(what, _, end) if what in _IS_A_DAY:
                return said(_IS_A_DAY[what][negated], self.language, day=self.value(end))
            case e.Constant(bool() as value):
                holds = value != negated
                return self.say("always", "一律") if holds else self.say("never", "不可能")
            case e.Value("requirement"):
                what = self.value(x)
                if negated:
                    return self.say("{what} is not met", "{what}不符合", what=what)
                return self.say("{what} is met", "{what}符合", what=what)
            case e.Cases(branches, otherwise):
                told = self.cases(branches, otherwise)
                return self.say("not ({told})", "不属于（{told}）", told=told) if negated else f"{told}"
            case _:
                return self.yes(self.value(x), negated)

    def yes(self, what: str, negated: bool) -> str:
        """That something is so, or not; Chinese labels say so themselves."""
        return self.either(f"{what} is {'no' if negated else 'yes'}", _not_so(what) if negated else what)

    def logical(self, x: e.Logical, negated: bool) -> str:
        """And, or; at least so many of several. Several values of one thing are listed."""
        if x.operator == "at least":
            told = self.say("; ", "；").join(map(self.condition, x.parts))
            if negated:
                return self.say("fewer than {n} of: {told}", "以下各项不足{n}项：{told}", n=x.least, told=told)
            return self.say("at least {n} of: {told}", "以下各项至少{n}项：{told}", n=x.least, told=told)
        if not x.parts:
            return self.condition(e.Constant(x.operator == "and"), negated)
        same = self._one_of(x)
        if same is not None:
            left, values = same
            told = self.listed((self.constant(value, left) for value in values), Phrase(" or ", "或"))
            what = self.value(left)
            if negated:
                return self.say("{what} is not {told}", "{what}不是{told}", what=what, told=told)
            return self.say("{what} is {told}", "{what}为{told}", what=what, told=told)
        both_hold = (x.operator == "and") != negated
        joint = self.say(" and ", "且") if both_hold else self.say(" or ", "或")
        parts = [part for part in x.parts if x.operator == "or" or not self._is_ranked(part)] or x.parts
        return joint.join(self.inner(part, both_hold, negated) for part in parts)

    def _is_ranked(self, x: e.Expression) -> bool:
        """Whether a condition says only that somebody is ranked, as what follows of the rank says too."""
        operand = x.operand if isinstance(x, e.Present) else None
        fact = self.policy.facts.get(operand.name) if isinstance(operand, e.Value) else None
        return fact is not None and fact.rank is not None

    def inner(self, x: e.Expression, both_hold: bool, negated: bool) -> str:
        """A part of a condition, in brackets where it would be read with the others."""
        told = self.condition(x, negated)
        while isinstance(x, e.Not):
            x, negated = x.operand, not negated
        other = isinstance(x, e.Logical) and self._one_of(x) is None and ((x.operator == "and") != negated) != both_hold
        return self.say("({told})", "（{told}）", told=told) if other else told

    def _one_of(self, x: e.Logical) -> tuple[e.Expression, list[object]] | None:
        """What is compared and the values, of which it is one."""
        values: list[object] = []
        left = x.parts[0].left if x.parts and isinstance(x.parts[0], e.Compare) else None
        for part in x.parts if x.operator == "or" else ():
            if not (isinstance(part, e.Compare) and part.operator == "=" and isinstance(part.right, e.Constant)):
                return None
            if part.left != left:
                return None
            values.append(part.right.value)
        return (left, values) if left is not None and len(values) > 1 else None

    def compare(self, x: e.Compare, negated: bool) -> str:
        """A comparison; of days, earlier and later."""
        operator = x.operator
        if operator in _TURNED:
            operator, negated = _TURNED[operator], not negated
        left, right = x.left, x.right
        if isinstance(left, e.Constant) and not isinstance(right, e.Constant) and operator == "=":
            left, right = right, left
        shown = self.constant(right.value, left) if isinstance(right, e.Constant) else self.value(right)
        if isinstance(right, e.Constant) and isinstance(right.value, bool) and operator == "=":
            return self.condition(left, right.value == negated)
        if self._same_field(left, right) and operator == "=":
            what = self.value(left)
            if negated:
                return self.say("another {what}", "{what}不同", what=what)
            return self.say("the same {what}", "{what}相同", what=what)
        match right:
            case e.Rounded(e.Arithmetic("*", e.Constant(Decimal() as share), e.Value("ranking")), None, mode):
                percent, how = written(multiply(share, Decimal(100))), said(_ROUNDED_SHARES[mode], self.language)
                inside = _IN_THE_TOP[(operator == "<=") == negated]
                return said(inside, self.language, left=self.value(left), share=percent, how=how)
        phrases = _DAYS if operator in _DAYS and (self.is_day(left) or self.is_day(right)) else _COMPARED
        return said(phrases[operator][negated], self.language, left=self.value(left), right=shown)

    @staticmethod
    def _same_field(left: e.Expression, right: e.Expression) -> bool:
        """Whether a field of the record looked at is compared with the same of the one that asks."""
        return (
            isinstance(left, e.Read)
            and isinstance(right, e.Read)
            and {left.what, right.what} == {"field", "this"}
            and left.name == right.name
        )


_MADE: Final = {
    "没有": "有",
    "已": "未",
    "有": "没有",
    "是": "不是",
    "满": "未满",
    "属于": "不属于",
    "在": "不在",
    "可以": "不可以",
}
"""What a label begins with, and its negation."""


def _not_so(what: str) -> str:
    """The negation of a Chinese label that says how something is: 全程参与, 考核合格, 已完成."""
    for end in ("合格", "正确", "完整", "符合", "达标"):
        if what.endswith(end) and not what.endswith(f"不{end}"):
            return f"{what.removesuffix(end)}不{end}"
    for beginning, other in _MADE.items():
        if what.startswith(beginning):
            return f"{other}{what.removeprefix(beginning)}"
    if what.endswith("通过"):
        return f"{what.removesuffix('通过')}未通过"
    return f"非{what}"
