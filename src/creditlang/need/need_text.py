"""What is still needed, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from creditlang.core import operators as o
from creditlang.diagnostics import Language, Phrase, in_language, listed
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.diagnostics.person_words import spoken
from creditlang.need.addition import ANEW, Addition
from creditlang.need.plan import Plan, Sort
from creditlang.need.short_parts import Filler, Need, ShortPart
from creditlang.one_student import period_on
from creditlang.policy_lines import PolicyLines
from creditlang.values import amount_text
from creditlang.words import IN_BRACKETS, PART_STATUSES, STATUSES, Declared, first_fit, label, said, word, yes_or_no

_OUTSIDE: Final = Phrase("the policy does not apply", "不适用本办法")
_MET: Final = Phrase("nothing more is needed by {by}", "到{by}为止，无需再补")
_ASSUMED: Final = Phrase("taken to be enrolled in {semesters}", "假定{semesters}学期在籍")
_BY: Final = Phrase("by {by}", "到{by}为止")
_SHORT: Final = Phrase("{short} short of {needed}", "需要 {needed}，还差 {short}")
_OVER: Final = Phrase("{short} more than {needed}", "不得超过 {needed}，多出 {short}")
_MOST: Final = Phrase(
    "cannot be reached by {by}: {most} at most, whatever is done from now on",
    "到{by}达不到：从现在起无论怎样，至多 {most}",
)
_FIXED: Final = Phrase("no record brings it nearer", "增加记录不能使其接近要求")
_NOTHING: Final = Phrase("no record that was tried helps", "试过的记录都不起作用")
_WAITS: Final = Phrase(
    "something is still to be decided or filled in (`why` says what); no record that was tried makes up for it",
    "尚有事项待定或内容未填（可用 why 查看），试过的记录都不能替代",
)
_EACH: Final = Phrase("{amount} each", "每次 {amount}")
_BETWEEN: Final = Phrase("{least} to {most} each", "每次 {least} 至 {most}")
_FILLS: Final = Phrase("{count:record} fill it", "{count}次即可补足")
_FILLS_ONE: Final = Phrase("one record fills it", "1次即可补足")
_LEAVES: Final = Phrase("{leaves} at most", "至多再得 {leaves}")
_PLANS: Final[Mapping[Sort, Phrase]] = {
    "as before": Phrase(
        "with what there are records of already, as far as that goes: {count:record}",
        "优先选已有记录的项目：共{count}条记录",
    ),
    "small": Phrase("with what gives least for each record: {count:record}", "选每条所得最少的项目：共{count}条记录"),
    "few": Phrase("with few records: {count:record}", "记录尽量少：共{count}条记录"),
}
_FEWEST: Final = Phrase("{plan}; none of fewer records does", "{plan}，不能再少")
_NOT_SHOWN: Final = Phrase("{plan}; whether fewer would do is not known", "{plan}，是否还能更少没有证明")
_NO_SOLVER: Final = Phrase(
    "no solver is installed (creditlang[solver]), so fewer records may do than were found",
    "没有安装求解器（creditlang[solver]），可能还有记录更少的办法",
)
_TIMES: Final = Phrase("{count} times", "{count}次")
_TIMES_IN: Final = Phrase("{count} for {when}", "{when} {count}次")
_OR: Final = Phrase("or", "或者")
_NO_PLAN: Final = Phrase(
    "no combination that was tried meets it", "试过的组合都不能使其符合"
)  # fmt: skip


class NeedText:
    """Writes what is needed, in a language."""

    def __init__(self, policy: o.Policy, language: Language = "zh") -> None:
        """The labels are those of the policy."""
        self.policy, self.language = policy, spoken(language, policy.person)

    def said(self, text: str, **values: object) -> str:
        return said(text, self.language, **values)

    def lines(self, need: Need) -> Iterator[str]:
        """The whole answer: the parts that are short, what fills each, and plans for all."""
        colon = self.said(COLON)
        if not need.applies:
            yield f"{self._label(self.policy.requirements[need.requirement])}{colon}{self.said(_OUTSIDE)}"
            return
        status = word(STATUSES, need.status, self.language)
        by = self.said(IN_BRACKETS, note=self.said(_BY, by=need.by.isoformat()))
        yield f"{self._label(self.policy.requirements[need.requirement])}{colon}{status}{by}"
        if need.assumed:
            yield f"  {self.said(_ASSUMED, semesters=self._joined(need.assumed))}"
        if not need.parts:
            yield f"  {self.said(_MET, by=need.by.isoformat())}"
            return
        for part in need.parts:
            yield from self._part(part, need)
        for number, plan in enumerate(need.plans):
            yield from self._plan(plan, number)
        if not need.plans and not need.out_of_reach:
            yield self.said(_NO_PLAN)
        if need.plans and not need.solver and not any(plan.fewest for plan in need.plans):
            yield self.said(_NO_SOLVER)

    def _label(self, thing: Declared) -> str:
        return label(thing, self.language)

    def _part(self, part: ShortPart, need: Need) -> Iterator[str]:
        line = part.line
        state = word(PART_STATUSES, line.status, self.language)
        if line.needed is not None and line.short is not None:
            over = isinstance(line.have, Decimal) and isinstance(line.needed, Decimal) and line.have > line.needed
            words = _OVER if over else _SHORT
            state = self.said(words, needed=amount_text(line.needed), short=amount_text(line.short))
        article = f" [{line.article}]" if line.article else ""
        called = PolicyLines(self.policy, self.language).part(line.requirement, line.part)
        yield f"  {called}{self.said(COLON)}{state}{article}"
        if part.most is not None:
            yield f"    {self.said(_MOST, by=need.by.isoformat(), most=amount_text(part.most))}"
        if part.most is None and not part.fillers:
            yield f"    {self.said(_WAITS if line.status == 'open' else _FIXED if part.fixed else _NOTHING)}"
        alike: dict[str, list[str]] = {}
        for filler in sorted(part.fillers, key=lambda x: not x.own):  # what the student has records of comes first
            alike.setdefault(self._filler(filler, counted=line.needed is not None), []).append(self.name(filler.what))
        for told, names in alike.items():
            yield f"    {told}{self.said(COLON)}{self._joined(names)}"

    def _filler(self, filler: Filler, counted: bool) -> str:
        """What a record gives, and how many do; of what is only met or not, how many."""
        count = len(filler.alone)
        least, most = amount_text(filler.least), amount_text(filler.most)
        each = self.said(_EACH, amount=most) if least == most else self.said(_BETWEEN, least=least, most=most)
        fills = self.said(_FILLS_ONE) if count == 1 else self.said(_FILLS, count=count)
        end = fills if filler.fills else self.said(_LEAVES, leaves=amount_text(filler.leaves))
        return self.said(COMMA).join((each, end)) if counted else end

    def _plan(self, plan: Plan, number: int) -> Iterator[str]:
        head = self.said(_PLANS[plan.sort], count=len(plan.records))
        if plan.fewest or plan.sort == "few":
            head = self.said(_FEWEST if plan.fewest else _NOT_SHOWN, plan=head)
        yield f"{self.said(_OR)}{self.said(COLON)}{head}" if number else head
        alike: dict[tuple[object, ...], list[Addition]] = {}
        for one in plan.records:
            alike.setdefault((one.what, tuple(one.values.items())), []).append(one)
        for records in alike.values():
            note = self.said(COMMA).join(self._told(records))
            yield f"  {self.name(records[0].what)}{self.said(IN_BRACKETS, note=note)}"

    def _told(self, records: Sequence[Addition]) -> Iterator[str]:
        """What is to be said of records that differ in their days only."""
        columns = {column.name: column for column in self.policy.kinds[records[0].kind].columns}
        for name, value in records[0].values.items():
            if value != ANEW:
                yield f"{self._label(columns[name])} {self._value(columns[name], value)}"
        if len(records) > 1:
            yield self.said(_TIMES, count=len(records))
        times = Counter(
            one.semester or period_on(self.policy, "semester", one.day) or one.day.isoformat() for one in records
        )
        parted = 1 < len(times) < len(records)
        yield from (self.said(_TIMES_IN, when=when, count=count) if parted else when for when, count in times.items())

    def _joined(self, texts: Iterable[str]) -> str:
        return in_language(listed([Phrase(text, text) for text in texts]), self.language)

    def name(self, what: tuple[str, str]) -> str:
        kind, item = what
        return (
            self._label(self.policy.rules[item]) if item in self.policy.rules else self._label(self.policy.kinds[kind])
        )

    def _value(self, column: o.Column, value: object) -> str:
        match value:
            case bool():
                return yes_or_no(value, self.language)
            case Decimal():
                return amount_text(value, 0)
        labels = [text for text, name in (column.values or {}).items() if name == value]
        return first_fit(str(value), labels, self.language)
