"""A comparison as lines for a terminal, in both languages: numbers, who crosses a requirement, loses or gains, and why.

Each table has at most so many rows and says how many more there are. In Chinese, accounts, items and requirements have
their labels; columns line up although a Chinese character is two columns wide.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from creditlang.comparison.collected_changes import CollectedChanges
from creditlang.comparison.comparison_tables import tables_of
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.diagnostics.diagnostic import COLON, COMMA
from creditlang.policy_lines import PolicyLines
from creditlang.schema import Row
from creditlang.source import display_width, visible
from creditlang.text_table import table_text
from creditlang.words import COMPARISON_COLUMNS, DISPOSITIONS, SEMICOLON, STATUSES, first_fit, label, said, word

MOST_ROWS: Final = 10
"""Rows of each table, if nothing else is asked for."""

_WIDEST: Final = 56
"""Columns of a terminal."""

_WORDS: Final[Mapping[str, Phrase]] = {
    "compared": Phrase(
        "{compared:student} compared: {changed} changed, {same} did not",
        "比较学生{compared}人：有变化{changed}人，没有变化{same}人",
    ),
    "gained": Phrase("{count} gain", "增加{count}人"), "lost": Phrase("{count} lose", "减少{count}人"),
    "mixed": Phrase("{count} gain and lose", "有增有减{count}人"),
    "otherwise": Phrase("{count} changed in other ways", "其他变化{count}人"),
    "only_old": Phrase("  {count} only in the old version", "  只在原版本中的{count}人"),
    "only_new": Phrase("  {count} only in the new version", "  只在新版本中的{count}人"),
    "nothing": Phrase("Nothing differs.", "没有任何变化。"),
    "losers": Phrase("Totals that became less, the largest change first", "减少的合计（变化大的在前）"),
    "gainers": Phrase("Totals that became more, the largest change first", "增加的合计（变化大的在前）"),
    "undecided": Phrase("Totals that may be more or less", "增减未定的合计"),
    "scope": Phrase("Students in one version only", "只在一个版本中的学生"),
    "crossings": Phrase("Requirements that changed", "结论改变的要求"),
    "crossed": Phrase("  {name}: {before} → {after}: {count}", "  {name}：{before} → {after}，{count}人"),
    "ended": Phrase("  {before} → {after}: {count}", "  {before} → {after}，{count}条"),
    "rules": Phrase("By rule", "按规则"), "totals": Phrase("By total", "按合计"),
    "dispositions": Phrase("Records that ended differently", "处理结果改变的记录"),
    "others": Phrase("Accounts and facts beside the totals", "合计以外的账户和事实"),
    "more": Phrase("… {count} more", "……另有{count}行"),
    "equations": Phrase("old: {old}\nnew: {new}", "原版本：{old}\n新版本：{new}"),
    "none": Phrase("–", "无"), "needed": Phrase("{name} (what is asked)", "{name}（需要）"),
    "applies": Phrase("applies", "适用"),
}  # fmt: skip

_HEADS: Final[Mapping[str, Sequence[str]]] = {
    "totals_of": ("student_id", "total", "before", "after", "difference", "rule"),
    "scope": ("student_id", "before", "after"),
    "crossings": ("student_id", "requirement", "before", "after", "rule", "article"),
    "rules": ("rule", "students", "gain", "lose", "sum", "largest", "line", "article"),
    "totals": ("total", "students", "gain", "lose", "sum", "largest"),
    "others": ("name", "period", "students"),
}


def comparison_text(comparison: CollectedChanges, language: Language = "en", most: int = MOST_ROWS) -> str:
    """The lines of a comparison; at most `most` rows of each table."""
    return "\n".join(_Text(comparison, language, most).lines())


class _Text:
    def __init__(self, comparison: CollectedChanges, language: Language, most: int) -> None:
        self.comparison, self.language, self.most = comparison, language, most
        self.old, self.new = (PolicyLines(policy, language) for policy in (comparison.old, comparison.new))
        self.rows = {name: table.rows for name, table in tables_of(comparison, language).items()}

    def lines(self) -> Iterator[str]:
        numbers = self.comparison.numbers
        values = {"compared": numbers.compared, "changed": numbers.changed, "same": numbers.compared - numbers.changed}
        if any(self.comparison.names):
            old, new = map(visible, self.comparison.names)
            yield f"{old}  →  {new}"
        yield self.said("compared", **values)
        if numbers.changed:
            ways = [(name, getattr(numbers, name)) for name in ("gained", "lost", "mixed", "otherwise")]
            yield "  " + in_language(COMMA, self.language).join(
                self.said(name, count=count) for name, count in ways if count
            )
        for side in ("only_old", "only_new"):
            if count := getattr(numbers, side):
                yield self.said(side, count=count)
        if not self.rows["changes"] and not self.rows["crossings"] and not self.rows["dispositions"]:
            yield self.said("nothing")
        yield from self.crossings()
        yield from self.people()
        yield from self.sums()
        yield from self.records()
        if self.comparison.equations:
            old, new = self.comparison.equations
            yield ""
            yield self.said("equations", old=old, new=new)

    def people(self) -> Iterator[str]:
        """Who gains and who loses, and students that are only in one version."""
        totals = [row for row in self.rows["changes"] if row[1] == "total"]

        def line(row: Row) -> Sequence[object]:
            return (row[0], self.name(row[2]), row[4], row[5], row[6], self.causes(row[9]))

        for title, way in (("losers", "less"), ("gainers", "more"), ("undecided", "")):
            yield from self.table(title, "totals_of", [row for row in totals if row[7] == way], line)
        scope = [row for row in self.rows["changes"] if row[1] == "student"]
        yield from self.table("scope", "scope", scope, lambda row: (row[0], self.told(row[4]), self.told(row[5])))
        others: dict[tuple[str, str], int] = {}
        told = {row[0] for row in self.rows["totals"]}
        for row in self.rows["changes"]:
            if row[1] in ("account", "fact") and row[2] not in told:
                key = str(row[2]), str(row[3])
                others[key] = others.get(key, 0) + 1
        ranked: list[Row] = [(*key, count) for key, count in others.items()]
        ranked.sort(key=lambda row: (-others[str(row[0]), str(row[1])], row[0], row[1]))
        yield from self.table("others", "others", ranked, lambda row: (self.name(row[0]), row[1], row[2]))

    def crossings(self) -> Iterator[str]:
        """How many cross a requirement and in which direction, then who."""
        counts = sorted(self.comparison.crossed.items(), key=lambda each: (-each[1], each[0]))
        rows = [row for row in self.rows["crossings"] if not row[2]]
        told = [
            self.said(
                "crossed", name=self.name(name), before=self.status(before), after=self.status(after), count=count
            )
            for (name, before, after), count in counts
        ]

        def line(row: Row) -> Sequence[object]:
            return (row[0], self.name(row[1]), self.status(row[3]), self.status(row[4]), self.causes(row[9]), row[10])

        yield from self.table("crossings", "crossings", rows, line, told)

    def sums(self) -> Iterator[str]:
        """By rule and by total."""

        def by_rule(row: Row) -> Sequence[object]:
            article = row[12]
            name = self.causes(row[1] if row[0] == "rule" else f"{row[0]} {row[1]}{' needed' * (row[0] == 'part')}")
            return (name, *row[3:6], row[7], row[8], _short(self.new.change(str(row[11] or ""), self.old)), article)

        def by_total(row: Row) -> Sequence[object]:
            return (self.name(row[0]), *row[1:4], row[5], row[6])

        yield from self.table("rules", "rules", self.rows["rules"], by_rule)
        yield from self.table("totals", "totals", self.rows["totals"], by_total)

    def records(self) -> Iterator[str]:
        """How many records ended otherwise."""
        counts = sorted((+self.comparison.dispositions).items(), key=lambda each: (-each[1], each[0]))
        if not counts:
            return
        yield from ("", self.said("dispositions"))
        for (before, after), count in counts[: self.most]:
            names = {"before": self.disposition(before), "after": self.disposition(after), "count": count}
            yield self.said("ended", **names)
        yield from self.left_out(len(counts))

    # ---- tables and words
    def said(self, name: str, /, **values: object) -> str:
        return said(_WORDS[name], self.language, **values)

    def table(
        self, title: str, heads: str, rows: Sequence[Row], line: Callable[[Row], Sequence[object]],
        told: Sequence[str] = (),
    ) -> Iterator[str]:  # fmt: skip
        """A title, what is told first, a table of the first rows, and how many more there are."""
        if not rows:
            return
        yield from ("", self.said(title), *told)
        if self.most:
            yield table_text(
                [word(COMPARISON_COLUMNS, head, self.language) for head in _HEADS[heads]],
                [line(row) for row in rows[: self.most]],
            )
        yield from self.left_out(len(rows))

    def left_out(self, count: int) -> Iterator[str]:
        if count > self.most:
            yield self.said("more", count=count - self.most)

    def name(self, name: object) -> str:
        """What people call an account, item, fact, requirement or named value."""
        for policy in (self.comparison.new, self.comparison.old):
            for declared in (policy.accounts, policy.rules, policy.requirements, policy.facts):
                found = declared.get(str(name))
                if found is not None:
                    return visible(label(found, self.language))
            for given, value in policy.setting_labels.items():
                if value == name != given:
                    return visible(first_fit(value, [given], self.language))
        return str(name)

    def causes(self, causes: object) -> str:
        """The names of causes for people; what is no rule goes without its sort."""
        return _short(
            in_language(SEMICOLON, self.language).join(
                self.cause(name) for name in str(causes or "").split("; ") if name
            )
        )

    def cause(self, name: str) -> str:
        sort, _, rest = name.partition(" ")
        if not rest or sort not in ("account", "fact", "part", "requirement", "value"):
            return self.name(name)
        asked = rest.removesuffix(" needed")
        whole, colon, part = asked.partition(": ")
        told = self.name(whole if colon else asked)
        told += f"{in_language(COLON, self.language)}{self.new.part(whole, part)}" if colon else ""
        return self.said("needed", name=told) if rest != asked else told

    def status(self, status: object) -> str:
        return word(STATUSES, status, self.language) if status else self.said("none")

    def disposition(self, disposition: str) -> str:
        return word(DISPOSITIONS, disposition, self.language) if disposition else self.said("none")

    def told(self, scope: object) -> str:
        return self.said("applies" if scope else "none")


def _short(text: str) -> str:
    """A text no wider than a column may be."""
    if display_width(text) <= _WIDEST:
        return text
    while display_width(text) >= _WIDEST:
        text = text[:-1]
    return text + "…"
