"""What a mapping does, in words: for each of its tables, how its sheets are known and where each field comes from."""

from typing import TYPE_CHECKING

from creditlang.cli.bilingual_help import said
from creditlang.source import visible
from creditlang.text_table import table_text
from creditlang.words import COLUMNS, word

if TYPE_CHECKING:
    from creditlang.core.operators import Policy
    from creditlang.data.mappings.mapping import MappingFile, Only, Origin, RecordRule, TableRule

_WORDS = {
    "table": ("table {}", "第{}个表"), "name": ("name of the sheet", "名称"),
    "title": ("title", "标题"), "headings": ("headings", "要有的列"),
    "without": ("without", "不能有的列"), "rows": ("only rows with", "只读"),
    "gather": ("gathered by semester into", "按学期合并，填入"), "record": ("a row is", "一行是"),
    "when": ("if there is something in {}", "{}有内容时"), "day": ("the day of {}", "{}里的日期"),
    "number": ("the number in {}", "{}里的数"), "words": ("the words in {}", "{}里的文字"),
    "before": ("what is before “{mark}” in {}", "{}里“{mark}”前面的部分"),
    "after": ("what is after “{mark}” in {}", "{}里“{mark}”后面的部分"),
    "decimals": ("{}, rounded to {} decimals", "{}，四舍五入到{}位小数"),
    "above": ("{}, or what is above it", "{}，空着的同上"), "year": ("year {} and term {}", "学年列{}和学期列{}"),
    "dates": ("dates such as 03/04/2025 are read as", "03/04/2025 这样的日期读作"),
    "day/month/year": ("day/month/year", "日/月/年"), "month/day/year": ("month/day/year", "月/日/年"),
    "otherwise": ("otherwise {}", "没有时为{}"), "named": ("out of the name or title", "取自名称或标题"),
}  # fmt: skip


def mapping_text(mapping: "MappingFile", policy: "Policy") -> str:
    """The whole mapping."""
    writer = _Writer(policy)
    head = f"{mapping.name}  {mapping.title}"
    if mapping.date_order:
        head += f"\n  {writer.said('dates')}{writer.colon}{writer.said(mapping.date_order)}"
    return "\n\n".join([head, *(writer.table(rule) for rule in mapping.rules)]) + "\n"


class _Writer:
    """Puts one mapping into words."""

    def __init__(self, policy: "Policy") -> None:
        self.policy = policy
        self.colon, self.semicolon = said(": ", "："), said("; ", "；")

    def said(self, key: str) -> str:
        return said(*_WORDS[key])

    def table(self, rule: "TableRule") -> str:
        """One table."""
        lines = [self.said("table").format(rule.number)]
        about = [
            ("name", rule.names), ("title", rule.titles), ("headings", [" / ".join(x) for x in rule.headings]),
            ("without", rule.without), ("rows", list(map(self.only, rule.rows))),
            ("gather", [] if rule.gather is None else [self.label(rule.records[0].kind, rule.gather.share)]),
        ]  # fmt: skip
        comma = said(", ", "，")
        lines += [f"  {self.said(key)}{self.colon}{comma.join(texts)}" for key, texts in about if texts]
        for record in rule.records:
            kind = self.policy.kinds[record.kind].labels if record.kind else self.policy.student_labels
            conditions = list(map(self.only, record.rows))
            conditions += [self.said("when").format(" / ".join(record.when))] if record.when else []
            lines.append(
                f"  {self.said('record')}{self.colon}{self.semicolon.join([(*kind, record.kind)[0], *conditions])}"
            )
            headings = [said("field", "字段"), said("from", "取自")]
            rows = [[self.label(record.kind, name), self.origin(record, name)] for name in record.fields]
            lines += [f"    {line}" for line in table_text(headings, rows).split("\n")]
        return "\n".join(visible(line) for line in lines)

    def label(self, kind: str, name: str) -> str:
        """A field by its first label."""
        columns = (*(self.policy.kinds[kind].columns if kind else ()), *self.policy.attributes)
        label = next((x.labels[0] for x in columns if x.name == name and x.labels), "")
        return said(name if label in ("", name) else f"{name} {label}", label or word(COLUMNS, name, "zh"))

    def origin(self, record: "RecordRule", name: str) -> str:
        """Where a field comes from."""
        parts = []
        if name in record.columns:
            parts.append(self.column(record.columns[name]))
        if name in record.captured.values():
            parts.append(self.said("named"))
        if name in record.constants:
            constant = record.constants[name]
            parts.append(self.said("otherwise").format(constant) if parts else f"= {constant}")
        if name in record.values:
            parts.append(self.semicolon.join(f"{text} → {value or '–'}" for text, value in record.values[name].items()))
        return self.semicolon.join(parts)

    def column(self, origin: "Origin") -> str:
        from creditlang.data.mappings.mapping import Term

        if isinstance(origin, Term):
            return self.said("year").format(" / ".join(origin.year), " / ".join(origin.term))
        heads = " / ".join(origin.headings)
        said = heads if origin.part == "all" else self.said(origin.part).format(heads, mark=origin.mark)
        said = said if origin.decimals is None else self.said("decimals").format(said, origin.decimals)
        return self.said("above").format(said) if origin.above else said

    def only(self, only: "Only") -> str:
        """Which rows are meant."""
        return f"{only.headings[0]} = {' / '.join(text or '–' for text in only.texts)}"
