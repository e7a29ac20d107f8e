"""The order of words in the other language: what stands after in English stands before in Chinese.

Each function takes a branch whose words are of one language and gives its parts as the other says them; keywords
themselves are said anew afterwards. A form that only one language has becomes the one that means the same. What has no
function here keeps its order, which both languages take.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from creditlang.diagnostics import Language
from creditlang.format.concrete_tree import Branch, Word, kind_of
from creditlang.format.keyword_forms import is_of
from creditlang.syntax.keywords import keywords

Part = Branch | Word
Order = Callable[[list[Part]], list[Part]]

_SCOPES = ("scope", "IN_TOTAL")
_CONDITIONS = ("when", "unless", "otherwise")


def in_order(branch: Branch, language: Language) -> None:
    """Put the parts of a tree in the order of a language, wherever they are said in the other."""
    for child in branch.children:
        if isinstance(child, Branch):
            in_order(child, language)
    order = _ORDERS[language].get(branch.rule)
    other: Language = "en" if language == "zh" else "zh"
    if order is not None and _own_words(branch, other):
        branch.children = order(branch.children)


def _own_words(branch: Branch, language: Language) -> bool:
    """Whether a branch has a keyword of a language, itself or in what it is said with."""
    return any(
        is_of(part, language) if isinstance(part, Word) else part.rule in _SAID_WITH and _own_words(part, language)
        for part in branch.children
    )


_SAID_WITH = frozenset({
    "when", "unless", "otherwise", "when_before", "otherwise_before", "scope", "over", "per_event", "per_field",
    "per_gathered", "suffix_per", "prefix_per", "full_suffix", "full_prefix", "amount", "once", "highest_once", "last_once",
    "guard", "scope_after", "scope_before", "balance_before", "previous", "previous_before", "length", "in_each",
})  # fmt: skip


def _made(kind: str, text: str, rule: str = "") -> Word:
    return Word(kind, text, rule=rule)


def _when() -> Word:
    return _made("WHEN", "when", "when")


def _asked_first(asked: Part) -> list[Part]:
    """What a condition asks, at the beginning of a line, where its first name could be taken for a keyword."""
    first = next(iter([asked] if isinstance(asked, Word) else asked.words()))
    begins = first.text if first.kind == "NAME" else ""
    front = [_made("WHEN", "当")] if keywords().is_form(begins) else []
    return [*front, asked, _made("WHEN_AFTER", "时")]


def _taken(parts: Sequence[Part], *kinds: str) -> list[Part]:
    return [part for part in parts if kind_of(part) in kinds]


def _rest(parts: Sequence[Part], *kinds: str) -> list[Part]:
    return [part for part in parts if kind_of(part) not in kinds]


def _has(parts: Iterable[Part], *kinds: str) -> bool:
    return any(kind_of(part) in kinds for part in parts)


def _inner(part: Part) -> list[Part]:
    return part.children if isinstance(part, Branch) else [part]


def _expression(condition: Part) -> Part:
    """What a condition asks, without its keywords."""
    marks = ("WHEN", "WHEN_AFTER", "DE_COLON", "COLON", "COMMA", "CLAUSE_COMMA")
    return next(part for part in _inner(condition) if kind_of(part) not in marks)


# ---- lines
def _scope_first(parts: list[Part]) -> list[Part]:
    """每学期最高5."""
    scopes = _taken(parts, *_SCOPES)
    if not scopes:
        return parts
    return [*scopes, *_taken(parts, "over"), *_rest(parts, *_SCOPES, "over")]


def _scope_last(parts: list[Part]) -> list[Part]:
    """`cap 5 per semester`."""
    if kind_of(parts[0]) != "scope":
        return parts
    scope, after = parts[0], ("by_value", *_CONDITIONS, "cites")
    rest = _rest(parts[1:], "IN_TOTAL")
    return [*_rest(rest, "over", *after), scope, *_taken(rest, "over"), *_taken(rest, *after)]


def _condition_first(parts: list[Part]) -> list[Part]:
    """成绩不低于90时：每次5."""
    if _has(parts, "reason", "if_present", "unless") or not _has(parts, "when", "otherwise"):
        return parts
    condition = _taken(parts, "when", "otherwise")[0]
    if kind_of(condition) == "when":
        front: Part = Branch("when_before", [*_asked_first(_expression(condition)), _made("COLON", "：")])
    else:
        front = Branch("otherwise_before", [*_inner(condition), _made("COLON", "：")])
    return [front, *(part for part in parts if part is not condition)]


def _condition_last(parts: list[Part]) -> list[Part]:
    """`5 per event when grade at least 90`."""
    front, amount, *rest = parts
    if kind_of(front) == "otherwise_before":
        condition: Part = Branch("otherwise", [_inner(front)[0]])
    else:
        condition = Branch("when", [_when(), _expression(front)])
    return [amount, condition, *rest]


def _ordinal_first(parts: list[Part]) -> list[Part]:
    """每学期自第3次起：乘2."""
    return _rest(parts, "EVENTS")


def _guard_last(parts: list[Part]) -> list[Part]:
    """未经批准时不计."""
    guard, keyword, condition, *rest = parts
    if kind_of(keyword) != "WHEN":
        return parts
    return [*_asked_first(condition), guard, *rest]


def _guard_first(parts: list[Part]) -> list[Part]:
    """`void when not approved`."""
    guard = _taken(parts, "guard")[0]
    if _has(parts, "otherwise_before"):
        return parts
    before = parts[: parts.index(guard)]
    condition = _taken(before, "when_before", "when_bare")
    marks = ("WHEN", "WHEN_AFTER")
    asked = _expression(condition[0]) if condition else _rest(before, *marks)[0]
    return [guard, _when(), asked, *parts[parts.index(guard) + 1 :]]


def _measure_last(parts: list[Part]) -> list[Part]:
    """成绩不低于60时：…, 每学期：…."""
    for place, part in enumerate(parts):
        if kind_of(part) == "when":
            front: list[Part] = [Branch("when_before", [*_asked_first(_expression(part)), _made("COLON", "：")])]
        elif kind_of(part) == "in_each" and place and kind_of(parts[place - 1]) != "part_label":
            front = [part, _made("COLON", "：")]
        else:
            continue
        others = [other for other in parts if other is not part]
        labels = len(_taken(others, "part_label"))
        return [*others[:labels], *front, *others[labels:]]
    return parts


def _measure_first(parts: list[Part]) -> list[Part]:
    """`… when …`, `… in each semester`."""
    cites = _taken(parts, "cites")
    for part in parts:
        others = [other for other in _rest(parts, "cites") if other is not part]
        if kind_of(part) == "when_before":
            return [*others, Branch("when", [_when(), _expression(part)]), *cites]
        if kind_of(part) == "in_each" and _has(others, "COLON"):
            return [*_rest(others, "COLON"), part, *cites]
    return parts


# ---- rates
def _deduction_inside(parts: list[Part]) -> list[Part]:
    """每次扣1分; the amount of `deduct 1 per event`."""
    if kind_of(parts[0]) != "DEDUCT" or kind_of(parts[1]) not in ("suffix_per", "full_suffix"):
        return parts
    deduct, quantity = parts
    inner = _inner(quantity)
    return [Branch(kind_of(quantity), [*inner[:-1], deduct, inner[-1]])]


def _rate_first(parts: list[Part]) -> list[Part]:
    """每次0.2."""
    return [parts[-1], *parts[:-1]]


def _rate_last(parts: list[Part]) -> list[Part]:
    """`0.2 per event`."""
    unit, *rest = _rest(parts, "COUNTS")
    return [*_taken(rest, "DEDUCT"), *_rest(rest, "DEDUCT"), unit]


def _full_first(parts: list[Part]) -> list[Part]:
    """每学期每满20小时计1, 每次每满20小时计1."""
    amount, full, number, measure, *rest = parts
    front: list[Part] = [full]
    if _has(rest, "OF_EACH_EVENT"):
        front = [_made("EACH_PER_FULL", "每次每满")]
    elif rest:
        front = [rest[0], full]
    return [*front, number, measure, _made("COUNTS", "计"), amount]


def _full_last(parts: list[Part]) -> list[Part]:
    """`1 per full 20 hours of each event`, `1 per full 20 hours per semester`."""
    rest = _rest(parts, "COUNTS", "scope", "IN_TOTAL", "PER_FULL", "EACH_PER_FULL")
    number, measure, *amount = rest
    end: list[Part] = _taken(parts, "scope")
    if _has(parts, "EACH_PER_FULL"):
        end = [_made("OF_EACH_EVENT", "of each event")]
    return [*amount, _made("PER_FULL", "per full"), number, measure, *end]


# ---- expressions
_BEFORE = frozenset({"IN_THE_LAST", "IN_ANY", "PER_ANY", "IN_SOME", "BEFORE_THIS", "AS_OF", "EVER"})


def _scope_with(scope: Part, kind: str, text: str) -> Part:
    return Branch(kind_of(scope), [_made(kind, text), *_inner(scope)[1:]])


def _scopes_first(parts: list[Part]) -> list[Part]:
    """近12个月 的 扣分, 上一学年 的 扣分."""
    if _has(parts, "previous"):
        name, of, previous = parts
        return [Branch("previous_before", [_made("PREVIOUS_OF", "上一"), *_inner(previous)[1:]]), of, name]
    scopes = _taken(parts, "scope_after")
    if not scopes or any(kind_of(_inner(scope)[0]) not in _BEFORE for scope in scopes):
        return parts
    front = [_scope_in_front(scope) for scope in scopes]
    return [*front, _made("OF", "的"), parts[0]]


def _scope_in_front(scope: Part) -> Part:
    return _scope_with(scope, "PER_ANY", "任意连续") if kind_of(_inner(scope)[0]) == "IN_ANY" else scope


def _scopes_last(parts: list[Part]) -> list[Part]:
    """`deductions in the last 12 months`, `deductions of previous year`."""
    name = parts[-1]
    if kind_of(parts[0]) == "previous_before":
        previous = Branch("previous", [_made("PREVIOUS", "previous"), *_inner(parts[0])[1:]])
        return [name, parts[1], previous]
    if kind_of(parts[0]) != "balance_before":
        return parts
    return [name, *(each for scope in _taken(parts, "balance_before") for each in _scope_behind(scope))]


def _scope_behind(scope: Part) -> list[Part]:
    first, *rest = _inner(scope)
    if kind_of(first) == "PER_ANY":
        return [Branch("scope_after", [_made("IN_ANY", "in any"), *rest])]
    if kind_of(first) == "BEFORE_THIS" and rest:
        window = Branch("scope_after", [_made("IN_THE_LAST", "in the last"), *rest])
        return [window, Branch("scope_after", [first])]
    return [Branch("scope_after", [first, *rest])]


def _query_scopes_first(parts: list[Part]) -> list[Part]:
    """次数(近12个月 的 违纪)."""
    scopes = _taken(parts, "scope_after")
    if not scopes or _has(parts, "scope_before"):
        return parts
    function, bracket, *rest = _rest(parts, "scope_after")
    return [function, bracket, *map(_scope_in_front, scopes), _made("OF", "的"), *rest]


def _query_scopes_last(parts: list[Part]) -> list[Part]:
    """`count(offence in the last 12 months)`."""
    places = [place for place, part in enumerate(parts) if kind_of(part) == "scope_before"]
    if not places:
        return parts
    after = places[-1] + 1
    rest = parts[after + (kind_of(parts[after]) == "OF") :]
    scopes = [each for scope in _taken(parts, "scope_before") for each in _scope_behind(scope)]
    end = next(place for place, part in enumerate(rest) if kind_of(part) in ("weighted", "where", "RPAR"))
    return [*parts[: places[0]], *rest[:end], *scopes, *rest[end:]]


def _between_in_chinese(parts: list[Part]) -> list[Part]:
    """成绩 在 90 至 95 之间."""
    value, _, low, _, high = parts
    return [value, _made("IN_RANGE", "在"), low, _made("TO", "至"), high, _made("RANGE_END", "之间")]


def _between_in_english(parts: list[Part]) -> list[Part]:
    """`grade between 90 and 95`."""
    if not _has(parts, "IN_RANGE"):
        return parts
    value, _, low, _, high, _ = parts
    return [value, _made("BETWEEN", "between"), low, _made("AND", "and"), high]


def _in_brackets(part: Part) -> Part:
    """An expression as an atom."""
    if isinstance(part, Word) or part.rule in _NO_ATOMS:
        return Branch("parenthesised", [_made("LPAR", "(", "parenthesised"), part, _made("RPAR", ")", "parenthesised")])
    return part


_NO_ATOMS = frozenset({
    "or_", "and_", "not_", "consecutive", "compare", "one_of", "missing", "present", "used_in", "within", "between",
    "starts_with", "contains", "day_test", "passed", "round_", "add", "subtract", "add_length", "take_length", "multiply",
    "divide", "each_event", "negate", "among_first", "among_top", "one_below", "one_above",
})  # fmt: skip


def _length_last(keyword: str, text: str) -> Order:
    """入职日 起 12 个月."""

    def order(parts: list[Part]) -> list[Part]:
        if kind_of(parts[0]) != "length":
            return parts
        length, _, day = parts
        return [_in_brackets(day), _made(keyword, text), *_inner(length)]

    return order


def _length_first(keyword: str, text: str) -> Order:
    """`12 months after hired_on`."""

    def order(parts: list[Part]) -> list[Part]:
        if not _has(parts, "ONWARD", "FRONT"):
            return parts
        day, _, *length = parts
        return [Branch("length", length), _made(keyword, text), _in_brackets(day)]

    return order


def _called(parts: list[Part]) -> list[Part]:
    """整月数(入职日 至 截至), 星期(日期): in Chinese these are names where no bracket follows."""
    word, *rest = parts
    if kind_of(rest[0]) in ("LPAR", "parenthesised"):
        return parts
    return [word, _made("LPAR", "(", "call"), *rest, _made("RPAR", ")", "call")]


def _passed(parts: list[Part]) -> list[Part]:
    """`12 months after hired_on at most as of`."""
    day, _, *length = parts
    later = Branch("later", [Branch("length", length), _made("AFTER", "after"), _in_brackets(day)])
    return [later, _made("AT_MOST", "<="), _made("AS_OF", "as of")]


def _consecutive(parts: list[Part]) -> list[Part]:
    """`in a row(semester where …) at least 3`."""
    _, number, *rest = _rest(parts, "MEASURE")
    period, condition = rest
    query = [
        _made("IN_A_ROW", "in a row"), _made("LPAR", "(", "query"), period, _made("WHERE", "where"), condition,
        _made("RPAR", ")", "query"),
    ]  # fmt: skip
    return [Branch("query", list(query)), _made("AT_LEAST", "at least"), number]


def _share_last(parts: list[Part]) -> list[Part]:
    """基本分 的 60%."""
    share, _, whole = parts
    if kind_of(whole) not in ("name", "member"):
        return parts
    return [whole, _made("OF", "的"), share]


def _share_first(parts: list[Part]) -> list[Part]:
    """`60% of base`."""
    whole, _, share = parts
    return [share, _made("OF", "of"), whole]


def _step(keyword: str, text: str, mark: str) -> Order:
    """`one step below level`."""

    def order(parts: list[Part]) -> list[Part]:
        if not _has(parts, mark):
            return parts
        return [_made(keyword, text), _in_brackets(parts[0])]

    return order


def _valid_until(parts: list[Part]) -> list[Part]:
    """`valid until 24 months after on`."""
    if not _has(parts, "VALID_FOR"):
        return parts
    _, day, _, *rest = parts
    return [_made("VALID_UNTIL", "valid until"), day, *rest]


def _following(parts: list[Part]) -> list[Part]:
    """`at least 2 of these:`, `at least 2 of (…)`."""
    place = next((place for place, part in enumerate(parts) if kind_of(part) == "THE_FOLLOWING"), None)
    if place is None:
        return parts
    at_least, number = parts[place + 1 : place + 3]
    rest = _rest(parts[place + 3 :], "OF_THESE")
    of = _made("OF", "of") if rest and kind_of(rest[0]) == "LPAR" else _made("OF_THESE", "of these")
    return [*parts[:place], at_least, number, of, *rest]


def _following_in_chinese(parts: list[Part]) -> list[Part]:
    """符合下列至少2项：."""
    place = next((place for place, part in enumerate(parts) if kind_of(part) == "AT_LEAST_OF"), None)
    if place is None or _has(parts, "THE_FOLLOWING"):
        return parts
    at_least, number, _, *rest = parts[place:]
    return [*parts[:place], _made("THE_FOLLOWING", "符合下列"), at_least, number, _made("OF_THESE", "项"), *rest]


def _holding(parts: list[Part]) -> list[Part]:
    """`in the week of 2024-10-08`."""
    _, day, _, period = parts
    return [_made("IN_THE", "in the"), period, _made("OF", "of"), day]


def _held(parts: list[Part]) -> list[Part]:
    """于 2024-10-08 所在 周."""
    _, period, _, day = parts
    return [_made("IN", "于"), day, _made("HOLDING", "所在"), period]


_LINES = ("cap_line", "count_line", "once_line", "best_line", "drop_line")
_ORDERS: Final[dict[Language, dict[str, Order]]] = {
    "zh": {
        **dict.fromkeys(_LINES, _scope_first),
        "case_line": _condition_first, "guard_line": _guard_last, "nth_line": _ordinal_first, "require_part": _measure_last,
        "amount": _deduction_inside, "suffix_per": _rate_first, "full_suffix": _full_first,
        "value_at": _scopes_first, "query": _query_scopes_first, "between": _between_in_chinese,
        "later": _length_last("ONWARD", "起"), "earlier": _length_last("FRONT", "前"), "percent_of": _share_last,
        "n_of": _following_in_chinese, "n_of_these": _following_in_chinese, "in_period_of": _held,
        "distance": _called, "weekday": _called,
    },
    "en": {
        **dict.fromkeys(_LINES, _scope_last),
        "case_before": _condition_last, "guard_before": _guard_first, "require_part": _measure_first,
        "prefix_per": _rate_last, "full_prefix": _full_last,
        "value_at": _scopes_last, "query": _query_scopes_last, "between": _between_in_english,
        "later": _length_first("AFTER", "after"), "earlier": _length_first("BEFORE", "before"),
        "percent_after": _share_first, "passed": _passed, "consecutive": _consecutive,
        "one_below": _step("ONE_BELOW", "one step below", "STEP_DOWN"),
        "one_above": _step("ONE_ABOVE", "one step above", "STEP_UP"), "valid_line": _valid_until,
        "n_of": _following, "n_of_these": _following, "in_period_of": _holding,
    },
}  # fmt: skip
