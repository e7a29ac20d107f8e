"""What a request says, or why it says nothing: JSON read strictly, then held against the type of the question.

A name that stands twice, NaN and infinities, numbers of more than so many digits, lists in lists in lists: whatever one
reader would take for one thing and another for another is refused. Numbers are decimals, exact; no float is ever made.
"""

import json
import re
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from creditlang.diagnostics import Diagnostic, Phrase, either, in_language, report
from creditlang.errors import DataError
from creditlang.words import A_LIST, A_WHOLE_NUMBER, AN_OBJECT, EXPECTED, NOT_UTF_8, TOO_DEEP, TRUE_OR_FALSE

Q = TypeVar("Q", bound=msgspec.Struct)

MOST_DIGITS: Final = 24
"""Of a number, before or after its point: more than any field takes, which says so itself."""

_NOT_JSON: Final = Phrase("it is not JSON from line {line} on", "从第{line}行起不是 JSON")
_TWICE: Final = Phrase("the name “{name}” stands twice in one object", "同一个对象里名称“{name}”出现了两次")
_NO_NUMBER: Final = Phrase("{text} is no number", "{text} 不是数")
_LONG: Final = Phrase("a number has more than {most} digits", "有一个数超过{most}位")
_HALF: Final = Phrase("half a character (a lone surrogate) stands in it", "里面有半个字符（单独的代理项）")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises `DataError` CR820."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise _refused(NOT_UTF_8) from None
    except json.JSONDecodeError as error:
        raise _refused(_filled(_NOT_JSON, line=str(error.lineno))) from None
    except RecursionError:
        raise _refused(TOO_DEEP) from None
    if "\\u" in text and _SURROGATE.search(json.dumps(value, ensure_ascii=False, default=str)):
        raise _refused(_HALF)
    return value


def read_question(body: bytes, question: type[Q]) -> Q:
    """The question of a request. Raises `DataError`: CR820 where it is no JSON, CR821 where it is another question."""
    try:
        return msgspec.convert(read_json(body or b"{}"), question)
    except msgspec.ValidationError as error:
        raise DataError([_unlike(str(error))]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _refused(_filled(_TWICE, name=next(name for name in names if names.count(name) > 1)))
    return found


def _number(text: str) -> Decimal:
    value = Decimal(text)
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or max(len(digits), abs(exponent), len(digits) + exponent) > MOST_DIGITS:
        raise _refused(_filled(_LONG, most=str(MOST_DIGITS)))
    return value


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise _refused(_filled(_LONG, most=str(MOST_DIGITS)))
    return int(text)


def _no_number(text: str) -> None:
    raise _refused(_filled(_NO_NUMBER, text=text))


def _filled(phrase: Phrase, **values: str) -> Phrase:
    return Phrase(phrase.format(**values), phrase.zh.format(**values))


def _refused(reason: Phrase) -> DataError:
    return DataError([report("CR820", None, reason=reason)])


# ---- what a question is made of, in the words of msgspec
_PLACE: Final = re.compile(r"(?s)(.*?)(?: - at `(?:key in )?\$\.?(.*)`)?")
_MISTAKES: Final = (
    (re.compile("Object missing required field `(.+)`"), Phrase("“{0}” is missing", "缺少“{0}”")),
    (re.compile("Object contains unknown field `(.+)`"), Phrase("there is nothing called “{0}”", "没有“{0}”这一项")),
    (re.compile("Expected `(.+)`, got `(.+)`"), Phrase("it has to be {0}, not {1}", "应当是{0}，不能是{1}")),
    (re.compile("Expected `int` >= 0"), Phrase("it cannot be below 0", "不能小于 0")),
    (re.compile("Invalid enum value '(.+)'"), Phrase("it cannot be “{0}”", "不能是“{0}”")),
    (re.compile("Invalid base64 encoded string"), Phrase("it is not in base 64", "不是 base64 编码")),
)
_TYPES: Final = {
    "str": EXPECTED["text"], "object": AN_OBJECT, "array": A_LIST,
    "int": A_WHOLE_NUMBER, "float": EXPECTED["number"], "decimal": EXPECTED["number"],
    "bool": TRUE_OR_FALSE, "null": "null",
}  # fmt: skip
_OTHERWISE: Final = Phrase("it is not what the interface takes there", "不符合接口的要求")
_REQUEST: Final = Phrase("the request", "请求")


def _unlike(text: str) -> Diagnostic:
    """What is wrong with a request that is JSON and no such question."""
    matched = _PLACE.fullmatch(text)
    said, place = (matched[1], matched[2]) if matched else (text, None)
    for pattern, phrase in _MISTAKES:
        if found := pattern.fullmatch(said):
            values = [either(_TYPES.get(word, word) for word in each.split(" | ")) for each in found.groups()]
            reason = Phrase(phrase.format(*values), phrase.zh.format(*(in_language(x, "zh") for x in values)))
            return report("CR821", None, place=place or _REQUEST, reason=reason)
    return report("CR821", None, place=place or _REQUEST, reason=_OTHERWISE)
