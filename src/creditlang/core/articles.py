"""The articles of a regulation: Chinese numerals counted out from the first to the last."""

import re

_DIGITS = "零一二三四五六七八九"
_ARTICLE = re.compile(r"(.*第)([零一二三四五六七八九十百]+|\d+)(条.*)")
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
    """All articles from the first to the last: 第一条, 第二条 … ; just the two when they are not counted."""
    one, two = _ARTICLE.fullmatch(first), _ARTICLE.fullmatch(last)
    if one is None or two is None or one[1] != two[1]:
        return (first, last) if first != last else (first,)
    chinese = not one[2].isdecimal()
    numbers = range(value(one[2]), min(value(two[2]), MAXIMUM) + 1)
    return tuple(f"{one[1]}{numeral(number) if chinese else number}{one[3]}" for number in numbers)
