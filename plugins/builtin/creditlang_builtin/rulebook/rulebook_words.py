"""What both templates of the rulebook say around the policy's own words."""

from collections.abc import Mapping
from typing import Final

from creditlang.diagnostics import Language, Phrase
from creditlang.words import said

_WORDS: Final[Mapping[str, Phrase]] = {
    "subtitle": Phrase("The regulation beside its rules", "条文与规则对照"),
    "about": Phrase(
        "Each clause of the regulation stands beside what is worked out from it, with examples worked out by the same "
        "rules. Whoever approves the policy signs under “Readings to approve”.",
        "每一条先列规定原文，再列按原文计算的规则和按同一规则算出的例子。批准这份办法的人在“待批准的解读”一节签字。",
    ),
    "contents": Phrase("Contents", "目录"),
    "clauses": Phrase("Clauses and rules", "条文与规则"),
    "picture": Phrase("Accounts and how amounts flow", "账户与数值的流向"),
    "readings": Phrase("Readings to approve", "待批准的解读"),
    "values": Phrase("Numbers and dates that can be changed", "可以改动的数和日期"),
    "findings": Phrase("What the check says", "检查结果"),
    "data": Phrase("What the records hold", "记录的栏目"),
    "index": Phrase("Index by article", "条款索引"),
    "article": Phrase("Article", "条款"),
    "reading": Phrase("Reading", "解读"),
    "approved": Phrase("Approved", "同意"),
    "changed": Phrase("Other decision", "另作决定"),
    "signature": Phrase(
        "Signature: ______________________   Date: ______________",
        "签字（盖章）：____________________　　日期：________年____月____日",
    ),
    "policy": Phrase("Policy", "办法"),
    "fingerprint": Phrase("Fingerprint of the policy", "办法指纹"),
    "example": Phrase("Example", "例"),
    "also": Phrase("Also by this clause", "本条还用于"),
    "nothing": Phrase("Nothing is worked out by this clause.", "本条没有需要计算的内容。"),
    "no_text": Phrase("The text of this clause is not in the file {file}.", "文件 {file} 里没有本条原文。"),
    "no_file": Phrase(
        "The text of the regulation is missing: put it in a file {file} beside the policy, under the citation of "
        "each clause.",
        "没有规定原文：请把原文按条款写进办法旁边的文件 {file}。",
    ),
    "missing": Phrase("Cited without a text", "引用了但没有原文的条款"),
    "without_article": Phrase("Without an article", "没有写明条款"),
    "name": Phrase("Name", "名称"),
    "value": Phrase("Value", "数值"),
    "severity": Phrase("Severity", "级别"),
    "code": Phrase("Code", "代码"),
    "message": Phrase("Finding", "说明"),
    "place": Phrase("Place", "位置"),
    "none": Phrase("None.", "没有。"),
    "rules": Phrase("Rules", "规则"),
    "page": Phrase("Page", "页"),
    "of_pages": Phrase("page {page} of {pages}", "第{page}页，共{pages}页"),
}


def rulebook_words(language: Language, **values: object) -> dict[str, str]:
    """The words in a language, by name; `values` are filled in, numbers of pages by whoever sets the page."""
    return {name: said(text, language, page="{page}", pages="{pages}", **values) for name, text in _WORDS.items()}
