"""The order of expressions in the other language; a form that only one has becomes the one that means the same."""

from collections.abc import Mapping
from typing import Final

from creditlang.format.branch_parts import Order, Part, has, inner, made, taken, without, words_of
from creditlang.format.concrete_tree import Branch, Word, kind_of
from creditlang.format.keyword_forms import said_in
from creditlang.syntax.keywords import keywords

_BEFORE = frozenset({"IN_THE_LAST", "IN_ANY", "PER_ANY", "IN_SOME", "BEFORE_THIS", "AS_OF", "EVER"})


def _scope_with(scope: Part, kind: str, text: str) -> Part:
    return Branch(kind_of(scope), [made(kind, text), *inner(scope)[1:]])


def _scopes_first(parts: list[Part]) -> list[Part]:
    """近12个月 的 扣分, 上一学年 的 扣分."""
    if has(parts, "previous"):
        name, of, previous = parts
        return [Branch("previous_before", [made("PREVIOUS_OF", "上一"), *inner(previous)[1:]]), of, name]
    scopes = taken(parts, "scope_after")
    if not scopes or any(kind_of(inner(scope)[0]) not in _BEFORE for scope in scopes):
        return parts
    front = [_scope_in_front(scope) for scope in scopes]
    return [*front, made("OF", "的"), parts[0]]


def _scope_in_front(scope: Part) -> Part:
    return _scope_with(scope, "PER_ANY", "任意连续") if kind_of(inner(scope)[0]) == "IN_ANY" else scope


def _scopes_last(parts: list[Part]) -> list[Part]:
    """`deductions in the last 12 months`, `deductions of previous year`."""
    name = parts[-1]
    if kind_of(parts[0]) == "previous_before":
        previous = Branch("previous", [made("PREVIOUS", "previous"), *inner(parts[0])[1:]])
        return [name, parts[1], previous]
    if kind_of(parts[0]) != "balance_before":
        return parts
    return [name, *(each for scope in taken(parts, "balance_before") for each in _scope_behind(scope))]


def _scope_behind(scope: Part) -> list[Part]:
    first, *rest = inner(scope)
    if kind_of(first) == "PER_ANY":
        return [Branch("scope_after", [made("IN_ANY", "in any"), *rest])]
    if kind_of(first) == "BEFORE_THIS" and rest:
        window = Branch("scope_after", [made("IN_THE_LAST", "in the last"), *rest])
        return [window, Branch("scope_after", [first])]
    return [Branch("scope_after", [first, *rest])]


def _query_scopes_first(parts: list[Part]) -> list[Part]:
    """次数(近12个月 的 违纪)."""
    scopes = taken(parts, "scope_after")
    if not scopes or has(parts, "scope_before"):
        return parts
    function, bracket, *rest = without(parts, "scope_after")
    return [function, bracket, *map(_scope_in_front, scopes), made("OF", "的"), *rest]


def _query_scopes_last(parts: list[Part]) -> list[Part]:
    """`count(offence in the last 12 months)`."""
    places = [place for place, part in enumerate(parts) if kind_of(part) == "scope_before"]
    if not places:
        return parts
    after = places[-1] + 1
    rest = parts[after + (kind_of(parts[after]) == "OF") :]
    scopes = [each for scope in taken(parts, "scope_before") for each in _scope_behind(scope)]
    end = next(place for place, part in enumerate(rest) if kind_of(part) in ("weighted", "where", "RPAR"))
    return [*parts[: places[0]], *rest[:end], *scopes, *rest[end:]]


def _between_in_chinese(parts: list[Part]) -> list[Part]:
    """成绩 在 90 至 95 之间."""
    value, _, low, _, high = parts
    return [value, made("IN_RANGE", "在"), low, made("TO", "至"), high, made("RANGE_END", "之间")]


def _between_in_english(parts: list[Part]) -> list[Part]:
    """`grade between 90 and 95`."""
    if not has(parts, "IN_RANGE"):
        return parts
    value, _, low, _, high, _ = parts
    return [value, made("BETWEEN", "between"), low, made("AND", "and"), high]


def _week_last(parts: list[Part]) -> list[Part]:
    """申请日期 的 教学周次."""
    week, day = parts
    return [day, made("OF", "的"), week] if kind_of(day) in ("name", "member") else parts


def _week_first(parts: list[Part]) -> list[Part]:
    """`teaching week of filed_on`."""
    return [parts[2], parts[0]]


def _day_of_period(kind: str, ending: str) -> Order:
    """学期开始之日, 学期结束之日; days and declared periods have no such word."""

    def order(parts: list[Part]) -> list[Part]:
        word = said_in(next(words_of(parts[1])), "zh", None) + ending
        return [made(kind, word)] if word in keywords().forms[kind]["zh"] else parts

    return order


def _period_last(keyword: str, text: str) -> Order:
    """`start of semester`."""
    return lambda parts: [made(keyword, text), made("PERIOD", next(words_of(parts[0])).text[:-4])]


def _same_of_each(parts: list[Part]) -> list[Part]:
    """每学期同一内容, 每 团队 每学期."""
    return [
        made("PER", "同一" if kind_of(after) == "NAME" else "每") if kind_of(part) == "AND" else part
        for part, after in zip(parts, [*parts[1:], parts[-1]], strict=True)
    ]


def _each_and(parts: list[Part]) -> list[Part]:
    """`per semester and content`."""
    return [parts[0], *(made("AND", "and") if kind_of(part) == "PER" else part for part in parts[1:])]


def _in_brackets(part: Part) -> Part:
    """An expression as an atom."""
    if isinstance(part, Word) or part.rule in _NO_ATOMS:
        return Branch("parenthesised", [made("LPAR", "(", "parenthesised"), part, made("RPAR", ")", "parenthesised")])
    return part


_NO_ATOMS = frozenset({
    "or_", "and_", "not_", "consecutive", "compare", "one_of", "missing", "present", "used_in", "not_later", "between",
    "starts_with", "contains", "day_test", "passed", "round_", "add", "subtract", "add_length", "take_length",
    "multiply", "divide", "each_event", "negate", "among_first", "among_top", "one_below", "one_above",
})  # fmt: skip


def _length_last(keyword: str, text: str) -> Order:
    """入职日 起 12 个月."""

    def order(parts: list[Part]) -> list[Part]:
        if kind_of(parts[0]) != "length":
            return parts
        length, _, day = parts
        return [_in_brackets(day), made(keyword, text), *inner(length)]

    return order


def _length_first(keyword: str, text: str) -> Order:
    """`12 months after hired_on`."""

    def order(parts: list[Part]) -> list[Part]:
        if not has(parts, "ONWARD", "FRONT"):
            return parts
        day, _, *length = parts
        return [Branch("length", length), made(keyword, text), _in_brackets(day)]

    return order


def _called(parts: list[Part]) -> list[Part]:
    """整月数(入职日 至 截至), 星期(日期): in Chinese these are names where no bracket follows."""
    word, *rest = parts
    if kind_of(rest[0]) in ("LPAR", "parenthesised"):
        return parts
    return [word, made("LPAR", "(", "call"), *rest, made("RPAR", ")", "call")]


def _passed(parts: list[Part]) -> list[Part]:
    """`12 months after hired_on at most as of`."""
    day, _, *length = parts
    later = Branch("later", [Branch("length", length), made("AFTER", "after"), _in_brackets(day)])
    return [later, made("AT_MOST", "<="), made("AS_OF", "as of")]


def _consecutive(parts: list[Part]) -> list[Part]:
    """`in a row(semester where …) at least 3`."""
    _, number, *rest = without(parts, "MEASURE")
    period, condition = rest
    query = [
        made("IN_A_ROW", "in a row"), made("LPAR", "(", "query"), period, made("WHERE", "where"), condition,
        made("RPAR", ")", "query"),
    ]  # fmt: skip
    return [Branch("query", list(query)), made("AT_LEAST", "at least"), number]


def _share_last(parts: list[Part]) -> list[Part]:
    """基本分 的 60%."""
    share, _, whole = parts
    if kind_of(whole) not in ("name", "member"):
        return parts
    return [whole, made("OF", "的"), share]


def _share_first(parts: list[Part]) -> list[Part]:
    """`60% of base`."""
    whole, _, share = parts
    return [share, made("OF", "of"), whole]


def _step(keyword: str, text: str, mark: str) -> Order:
    """`one step below level`."""

    def order(parts: list[Part]) -> list[Part]:
        if not has(parts, mark):
            return parts
        return [made(keyword, text), _in_brackets(parts[0])]

    return order


def following(parts: list[Part]) -> list[Part]:
    """`at least 2 of these:`, `at least 2 of (…)`."""
    place = next((place for place, part in enumerate(parts) if kind_of(part) == "THE_FOLLOWING"), None)
    if place is None:
        return parts
    at_least, number = parts[place + 1 : place + 3]
    rest = without(parts[place + 3 :], "OF_THESE")
    of = made("OF", "of") if rest and kind_of(rest[0]) == "LPAR" else made("OF_THESE", "of these")
    return [*parts[:place], at_least, number, of, *rest]


def following_in_chinese(parts: list[Part]) -> list[Part]:
    """符合下列至少2项：."""
    place = next((place for place, part in enumerate(parts) if kind_of(part) == "AT_LEAST_OF"), None)
    if place is None or has(parts, "THE_FOLLOWING"):
        return parts
    at_least, number, _, *rest = parts[place:]
    return [*parts[:place], made("THE_FOLLOWING", "符合下列"), at_least, number, made("OF_THESE", "项"), *rest]


def _day_of_month(parts: list[Part]) -> list[Part]:
    """`day 22 of month`."""
    return [made("DAY", "day"), parts[1], made("OF", "of"), made("PERIOD", "month")]


def _day_this_month(parts: list[Part]) -> list[Part]:
    """当月22日."""
    return [made("THIS_MONTH", "当月"), parts[1], made("DURATION", "日")]


_EXTREMES = {"最高": "highest", "最低": "lowest", "平均": "average"}


def _each_period(parts: list[Part]) -> list[Part]:
    """`highest of points`, `highest(points of semester)`."""
    place = next(place for place, part in enumerate(parts) if kind_of(part) == "EACH_PERIODS")
    _, period, extreme = parts[place : place + 3]
    name = parts[0 if place else 3]
    function = _EXTREMES[next(iter(words_of(extreme))).text]
    if kind_of(period) == "EACH_TERM":
        return [made(f"{function.upper()}_OF", f"{function} of"), name]
    inside: list[Part] = [made("LPAR", "(", "query"), name, made("OF", "of"), period, made("RPAR", ")", "query")]
    return [made(function.upper(), function), *inside]


def _per_event(parts: list[Part]) -> list[Part]:
    """`2 points per event`, in place of 2分/次."""
    return [parts[0], made("PER_EVENT", "per event")]


CHINESE: Final[Mapping[str, Order]] = {
    "value_at": _scopes_first, "query": _query_scopes_first, "between": _between_in_chinese,
    "later": _length_last("ONWARD", "起"), "earlier": _length_last("FRONT", "前"), "percent_of": _share_last,
    "n_of_these": following_in_chinese, "distance": _called, "weekday": _called, "day_of": _day_this_month,
    "week_of": _week_last, "start_of": _day_of_period("START_DAY", "开始之日"),
    "end_of": _day_of_period("END_DAY", "结束之日"), "scope": _same_of_each,
}  # fmt: skip
ENGLISH: Final[Mapping[str, Order]] = {
    "value_at": _scopes_last, "query": _query_scopes_last, "between": _between_in_english,
    "later": _length_first("AFTER", "after"), "earlier": _length_first("BEFORE", "before"),
    "percent_after": _share_first, "passed": _passed, "consecutive": _consecutive,
    "one_below": _step("ONE_BELOW", "one step below", "STEP_DOWN"),
    "one_above": _step("ONE_ABOVE", "one step above", "STEP_UP"), "n_of_these": following,
    "day_this_month": _day_of_month, "of_each_period": _each_period, "each_event": _per_event,
    "week_after": _week_first, "start_day": _period_last("START_OF", "start of"),
    "end_day": _period_last("END_OF", "end of"), "scope": _each_and,
}  # fmt: skip
