"""The articles of a regulation: Chinese numerals counted out from the first to the last."""

import re

_DIGITS = "零一二三四五六七八九"
_NUMERAL = re.compile(r"([零一二三四五六七八九十百]+|\d+)")
MAXIMUM = 999


def numeral(number: int) -> str:
    """A number below a thousand in Chinese: 24 is 二十四."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not number else "")


def value(text: str) -> int:
    """The number that a numeral below a thousand stands for."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for character in text:
        if character == "百":
            total, digit = total + digit * 100, 0
        elif character == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS.index(character)
    return total + digit


def article_range(first: str, last: str) -> tuple[str, ...]:
    """All articles from the first to the last, counting the numeral in which the two differ: 第一条, 第二条 …

    Just the two when they do not differ in a numeral alone.
    """
    one, two = _NUMERAL.split(first), _NUMERAL.split(last)
    places = [i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b]
    if len(one) != len(two) or len(places) != 1 or places[0] % 2 == 0:
        return (first, last) if first != last else (first,)
    place = places[0]
    chinese = not one[place].isdecimal()
    numbers = range(value(one[place]), min(value(two[place]), MAXIMUM) + 1)
    counted = (numeral(number) if chinese else str(number) for number in numbers)
    return tuple("".join([*one[:place], text, *one[place + 1 :]]) for text in counted)
