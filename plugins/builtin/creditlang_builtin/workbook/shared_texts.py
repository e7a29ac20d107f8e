"""Texts as XLSX keeps them: the shared ones of a workbook, and what the characters in the XML stand for.

A text may be written with entities, with line ends of any kind, and with `_x000A_` for what XML cannot hold; almost
none is, so whole columns are looked through and only those that have such a thing are rewritten. A text in several
colours is its parts one after the other; a reading aid above Chinese or Japanese characters is no part of it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, ParseError

from creditlang_builtin.workbook.cell_tags import ITEM, ITEM_END, TEXT, TEXT_END, TEXT_KEPT, Tags, Unusual, pieces_of
from creditlang_builtin.workbook.cell_values import unescaped
from creditlang_builtin.workbook.workbook_limits import LARGEST_TEXT, LONGEST_ROW, damaged, too_large

if TYPE_CHECKING:
    import pyarrow

_SPECIAL: Final = (b"&", b"\r", b"_")
_SPECIAL_TEXT: Final = r"&|\r|_x"
_ENTITY: Final = re.compile("&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]{2,4}));|&")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ROOT: Final = re.compile(rb"<([A-Za-z]+:)?(?:worksheet|sst)[\s>]")
_KEPT: Final = b'<t xml:space="preserve">'
_UNUSUAL: Final = re.compile(rb"""<\?xml\s[^<>]*encoding\s*=\s*["'](?!utf-?8["'])|<!|<\?(?!xml\s)""", re.IGNORECASE)


def whole_texts(texts: "pyarrow.Array[Any]", xml: bytes) -> "pyarrow.Array[Any]":
    """The texts that stand in the XML, with what they are written with put right. Raises `Unusual`."""
    import pyarrow
    from pyarrow import compute

    # One byte is found a hundred times faster than two.
    if not any(special in xml for special in _SPECIAL):
        return texts
    special = compute.match_substring_regex(texts, _SPECIAL_TEXT)
    if not compute.any(special).as_py():
        return texts
    coded = texts.filter(special).dictionary_encode()
    found = pyarrow.array([text_of(raw) for raw in coded.dictionary.to_pylist()], pyarrow.string())
    return compute.replace_with_mask(texts, special, found.take(coded.indices))


def text_of(raw: str) -> str:
    """What the text of an element stands for. Raises `Unusual` for an entity that XML itself does not have."""
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    return unescaped(_ENTITY.sub(_character, raw)) if "&" in raw else unescaped(raw)


def _character(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1] else int(match[2] or "0", 16)
    text = _NAMED.get(match[3] or "") or ("" if 0xD800 <= number < 0xE000 or number > 0x10FFFF else chr(number))
    if text in ("", "\0"):
        raise Unusual
    return text


def proven(xml: bytes) -> None:
    """That bytes are UTF-8. Raises `Unusual`."""
    import numpy
    import pyarrow

    bounds = pyarrow.py_buffer(numpy.array([0, len(xml)], numpy.int32))
    try:
        pyarrow.Array.from_buffers(pyarrow.string(), 1, [None, bounds, pyarrow.py_buffer(xml)]).validate(full=True)
    except pyarrow.ArrowInvalid:
        raise Unusual from None


def usual_beginning(xml: bytes) -> None:
    """That a part begins with no other encoding, no document type and nothing that hides tags. Raises `Unusual`."""
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or xml.count(b"<?") > 1 or _UNUSUAL.search(xml):
        raise Unusual


def element_of(xml: bytes) -> Element:
    """An element by itself. Raises `Unusual` if it needs what stands around it, or is broken."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        element: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Unusual from None
    if any("}" in part.tag for part in element.iter()):
        raise Unusual
    return element


def rich_text(element: Element) -> str:
    """The text of an element that has it in one part or in several."""
    parts = [
        part.findtext("t") or "" if part.tag == "r" else part.text or "" for part in element if part.tag in ("r", "t")
    ]
    return unescaped("".join(parts))


def unprefixed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A part whose elements all have a prefix, as some libraries write them, without it; any other part as it is."""
    beginning, rest = b"", iter(pieces)
    for piece in rest:
        beginning += piece
        if _ROOT.search(beginning) or len(beginning) > LONGEST_ROW:
            break
    match, left = _ROOT.search(beginning), b""
    if match is None or not match[1]:
        yield from chain((beginning,), rest)
        return
    for piece in chain((beginning,), rest):
        xml = left + piece
        cut = max(xml.rfind(b"<"), 0)
        if len(xml) - cut > LONGEST_ROW:
            raise too_large("bytes in one text", "字节（一段文字）", LONGEST_ROW)
        yield _without(match[1], xml[:cut])
        left = xml[cut:]
    yield _without(match[1], left)


def _without(prefix: bytes, xml: bytes) -> bytes:
    if b"<!" in xml:
        raise Unusual
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")


def shared_texts(pieces: Iterable[bytes]) -> "pyarrow.StringArray":
    """The shared texts of a workbook in their order. Raises `Unusual`, or `WorkbookError` CR722 or CR723."""
    import pyarrow

    found = [pyarrow.array([], pyarrow.string())]
    size = 0
    for xml in _whole_items(unprefixed(pieces)):
        found.append(_items(xml))
        size += found[-1].nbytes
        if size > LARGEST_TEXT:
            raise too_large("bytes of text", "字节（文字）", LARGEST_TEXT)
    return pyarrow.concat_arrays(found)


def _whole_items(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The XML cut between its items."""
    left, begun = b"", False
    for piece in pieces:
        xml = left + piece
        if not begun:
            first = xml.find(b"<si")
            if first < 0:
                if len(xml) > LONGEST_ROW:
                    raise Unusual
                left = xml
                continue
            usual_beginning(xml[:first])
            xml, begun = xml[first:], True
        cut = max(xml.rfind(b"<si>"), 0)
        if len(xml) - cut > LONGEST_ROW:
            raise too_large("bytes in one text", "字节（一段文字）", LONGEST_ROW)
        if cut:
            yield xml[:cut]
        left = xml[cut:]
    if not begun:
        usual_beginning(left)
        return
    end = left.find(b"</sst>")
    if end < 0:
        raise damaged("its texts end too early", "文字部分不完整")
    yield left[:end]


def _items(xml: bytes) -> "pyarrow.Array[Any]":
    """The texts of whole items: those of one part at once, all others one by one."""
    import numpy
    import pyarrow
    from pyarrow import compute

    proven(xml)
    tags = Tags(xml)
    items = tags.of(ITEM)
    if not len(items) or items[0] != 0 or tags.at[0] != 0:
        raise Unusual
    kinds, following = tags.kinds, numpy.append(items[1:], tags.count)
    kept = kinds[items + 1] == TEXT_KEPT
    plain = (kept | (kinds[items + 1] == TEXT)) & (following == items + 4)
    plain &= (kinds[items + 2] == TEXT_END) & (kinds[items + 3] == ITEM_END)
    begin = tags.at[items + 1] + numpy.where(kept, len(_KEPT), len(b"<t>"))
    begin = numpy.where(plain, begin, tags.at[items])
    texts = whole_texts(pieces_of(xml, begin, numpy.where(plain, tags.at[items + 2], begin)), xml)
    if plain.all():
        return texts
    rich = numpy.logical_not(plain)
    spans = zip(tags.at[items[rich]].tolist(), tags.at[following[rich]].tolist(), strict=True)
    found = [rich_text(element_of(xml[first:last].rstrip())) for first, last in spans]
    return compute.replace_with_mask(texts, pyarrow.array(rich), pyarrow.array(found, pyarrow.string()))
