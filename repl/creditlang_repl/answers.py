"""What the session shows: accounts as a tree, records as a table, and what a change made different."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from attrs import frozen

from creditlang.comparison import Change, Differences, RecordChange
from creditlang.comparison.changes import NEEDED, paired
from creditlang.core import operators as o
from creditlang.core.account_trees import within
from creditlang.diagnostics import Language, Phrase, in_language, render
from creditlang.diagnostics.diagnostic import COLON, Diagnostic
from creditlang.explain import Explanation
from creditlang.ledger import Entry, Record, StudentResult
from creditlang.policy_lines import PolicyLines
from creditlang.results import counted_amount
from creditlang.source import visible
from creditlang.text_table import table_text
from creditlang.values import Open, amount_text
from creditlang.words import COLUMNS, DISPOSITIONS, NONE, STATUSES, TABLES, label, unit_label, word, yes_or_no
from creditlang_repl.reply import Line, Piece, Style, Written
from creditlang_repl.session_words import word as session_word

MOST_ROWS = 40
"""Rows of a table that are shown."""

MOST_CHANGES = 24
"""Lines of one sort that are shown of what a change made different."""

_MARKS = {"met": "✓", "unmet": "✗", "open": "?"}
_STATUS_STYLES: Mapping[str, Style] = {"met": "gain", "unmet": "loss", "open": "open"}
_HEADINGS = (
    Phrase("record", "编号"), Phrase("kind", "种类"), COLUMNS["date"], COLUMNS["item"], COLUMNS["disposition"],
    Phrase("counts", "计入"), COLUMNS["reason"],
)  # fmt: skip
"""Of the table of records."""


def value_text(value: object, language: Language, places: int = 2) -> str:
    """A value for people: amounts, yes or no, a status, a date."""
    if isinstance(value, Open):
        value = value.value
    if value is None:
        return in_language(NONE, language)
    if isinstance(value, bool):
        return yes_or_no(value, language)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value in _MARKS:
        return word(STATUSES, value, language)
    return visible(amount_text(value, places))


@frozen
class Answerer:
    """Writes answers about one policy in one language."""

    policy: o.Policy
    language: Language
    before: o.Policy | None = None
    """The policy that it is compared with: what only that one has is called as it is there."""

    def word(self, name: str, **values: object) -> str:
        return session_word(self.language, name, **values)

    def label(self, name: str) -> str:
        """What people call an account, rule, fact or requirement."""
        for policy in filter(None, (self.policy, self.before)):
            for group in (policy.rules, policy.accounts, policy.facts, policy.requirements):
                if name in group:
                    return label(group[name], self.language)
        return name

    def named(self, name: str) -> str:
        """A label, and behind it the name by which it is typed, where that is another one."""
        called = self.label(name)
        return called if called == name else f"{called} ({name})"

    def unit(self, unit: str, amount: object) -> str:
        return unit_label(unit, self.policy.unit_labels, self.language, amount)

    def shown(self, sort: str, everything: Iterable[str]) -> Iterable[str]:
        """The requirements, accounts or facts that the policy shows; all where it does not say."""
        listed = [name for of, name in self.policy.shown if of == sort]
        return listed if self.policy.shown else everything

    # ---- one student
    def standing(self, result: StudentResult) -> Written:
        """How the requirements stand, with what is missing."""
        written, told = Written(), Explanation(self.policy, result, self.language)
        if not result.applies:
            return written.text(told.answer())
        for name in self.shown("require", self.policy.requirements):
            status = result.requirements[name]
            head, *lines = told.requirement(name)
            written.line((_STATUS_STYLES[status], f"{_MARKS[status]} "), ("title", head))
            for line in lines:
                mark = line.strip()[:1]
                style: Style = next((x for status, x in _STATUS_STYLES.items() if _MARKS[status] == mark), "")
                written.line("    ", (style, mark), line.strip()[1:])
        return written

    def overview(self, result: StudentResult, account: str | None = None) -> Written:
        """Requirements, the tree of accounts without records, facts, or what the policy shows of them; or one account's
        part of the tree.
        """
        written, told = Written(), Explanation(self.policy, result, self.language)
        if account is not None:
            self.tree(written, result, account, 0)
            return written
        written.lines.extend(self.standing(result).lines)
        if not result.applies:
            return written
        for name in self.shown("account", (x.name for x in self.policy.accounts.values() if x.parent is None)):
            if told.matters(name):
                self.tree(written, result, name, 0)
        facts = [line for name in self.shown("fact", self.policy.facts) for line in told.fact(name)]
        if facts:
            written.line(("title", in_language(TABLES["facts"], self.language)))
            for line in facts:
                written.line(f"  {line}")
        return written

    def tree(self, written: Written, result: StudentResult, name: str, depth: int) -> None:
        """An account, what stands in it and what each comes to."""
        account = self.policy.accounts[name]
        lines = [line for line in result.accounts if line.account == name]
        whole = next((line.amount for line in lines if not line.period), None)
        pad = "  " * depth
        head = f"{pad}{self.named(name)}"
        told = Explanation(self.policy, result, self.language)
        amount = f"  {told.amount(whole, account)}" if whole is not None else ""
        written.line(("title" if not depth else "", head), amount, ("faint", _article(account.article)))
        if account.sort in ("score", "credit"):
            for line in lines:
                if line.period:
                    written.line(f"{pad}  {line.period}  {told.amount(line.amount, account)}")
        inside = set(within(self.policy.accounts, name))
        for rule in account.items:
            entries = [entry for entry in result.entries if entry.rule == rule and entry.account in inside]
            if entries:
                article = _article(self.policy.rules[rule].article)
                written.line(
                    f"{pad}  {self.named(rule)}  {told.amount(told.summed(entries), account)}", ("faint", article)
                )
        for child in account.children:
            if account.sort == "category" or any(
                entry.account in set(within(self.policy.accounts, child)) for entry in result.entries
            ):
                self.tree(written, result, child, depth + 1)

    def records(self, result: StudentResult, wanted: Iterable[Record] | None, kind: str | None) -> Written:
        """Records with their numbers and what became of each."""
        only = None if wanted is None else {(record.kind, record.identifier) for record in wanted}
        rows: dict[tuple[str, str], list[object]] = {}
        for entry in sorted(result.entries, key=lambda entry: (entry.record.kind, entry.record.order)):
            record = entry.record
            key = (record.kind, record.identifier)
            if (kind is not None and record.kind != kind) or (only is not None and key not in only) or key in rows:
                continue
            disposition = result.records.get(f"{record.kind} {record.identifier}", entry.disposition())
            own = [x for x in result.entries if x.record is record and x.disposition() == disposition]
            chosen = own[0] if own else entry
            counted = "" if chosen.member else counted_amount(chosen)
            rows[key] = [
                record.identifier, self.kind(record.kind),
                record.on.isoformat() if record.on else record.semester or "",
                self.item(record), word(DISPOSITIONS, disposition, self.language),
                value_text(counted, self.language) if isinstance(counted, Decimal) or counted else "",
                in_language(chosen.told, self.language) if chosen.told else "",
            ]  # fmt: skip
        return self.table([in_language(head, self.language) for head in _HEADINGS], list(rows.values()))

    def kind(self, name: str) -> str:
        return label(self.policy.kinds[name], self.language)

    def item(self, record: Record) -> str:
        """What a record is about."""
        field = self.policy.kinds[record.kind].item_field
        return self.label(str(record.values.get(field or "") or ""))

    def about(self, record: Record) -> str:
        """A record in few words: kind, item and date."""
        on = record.on.isoformat() if record.on else record.semester or ""
        return " ".join(filter(None, (self.kind(record.kind), self.item(record), on)))

    def table(self, headings: Sequence[object], rows: Sequence[Sequence[object]], most: int = MOST_ROWS) -> Written:
        """A table, with how many rows more there are."""
        if not rows:
            return Written().line(("faint", in_language(NONE, self.language)))
        written = Written()
        lines = table_text([str(head) for head in headings], rows[:most]).split("\n")
        written.line(("title", lines[0]))
        for line in lines[1:]:
            written.line(line)
        if len(rows) > most:
            written.line(("faint", self.word("more", count=len(rows) - most)))
        return written

    # ---- differences
    def differences(self, found: Differences, student: str) -> Written:
        """What a change made different: requirements, totals, then the records that something else became of."""
        written = Written()
        if not found:
            return written.line(("faint", self.word("nothing", student=student)))
        for change in found.requirements:
            written.line(*self.changed(change, ""))
        for part in found.parts:
            if part.period == NEEDED or isinstance(part.before, str) or self.crosses(part, found):
                written.line(*self.changed(part, "  "))
        self.some(written, (self.changed(x, "  " * self.depth(x.name)) for x in self.account_changes(found)))
        place = {name: number for number, name in enumerate(self.policy.facts)}
        facts = sorted(found.facts, key=lambda x: (place.get(x.name, len(place)), x.period))
        self.some(written, (self.changed(change, "") for change in facts))
        self.some(written, self.record_lines(found.records))
        return written

    def applying(self, found: Differences, student: str, before: bool, after: bool) -> Written:
        """That a policy does not apply to a student, no longer or now, and what becomes of the requirements."""
        word = "now" if after else "no longer" if before else "not applied to"
        written = Written().line(("open", self.word(word, student=student)))
        for change in found.requirements:
            written.line(*self.changed(change, ""))
        return written

    def some(self, written: Written, lines: Iterable[Iterable[Piece]]) -> None:
        """The first lines, and how many more there are."""
        lines = list(lines)
        most = MOST_CHANGES if len(lines) > MOST_CHANGES + 1 else len(lines)
        for line in lines[:most]:
            written.line(*line)
        if lines[most:]:
            written.line(("faint", self.word("more", count=len(lines) - most)))

    def account_changes(self, found: Differences) -> Iterator[Change]:
        """Changes of accounts in the order of the policy, of a period where the whole time does not say it."""
        told = {change.name for change in found.accounts if not change.period}
        place = {name: number for number, name in enumerate(self.policy.accounts)}
        for change in sorted(found.accounts, key=lambda x: (place.get(x.name, len(place)), x.period)):
            account = self.policy.accounts.get(change.name)
            levelled = account is not None and account.sort in ("score", "credit")
            if not change.period or change.name not in told or levelled:
                yield change

    def crosses(self, part: Change, found: Differences) -> bool:
        """Whether a part of a requirement is of one that is met now and was not, or the other way round."""
        return any(part.name.startswith(f"{change.name}: ") for change in found.requirements)

    def depth(self, name: str) -> int:
        """How many accounts are around an account."""
        account = self.policy.accounts.get(name)
        return 0 if account is None or account.parent is None else 1 + self.depth(account.parent)

    def changed(self, change: Change, pad: str) -> Iterator[Piece]:
        """One line: what, before → after, how much."""
        name = self.part(change.name) if change.sort == "part" else self.named(change.name)
        period = f" {change.period}" if change.period and change.sort != "part" else ""
        asks = self.word("asks") if change.sort == "part" and change.period else ""
        places = 0 if change.lowest else 2
        before, after = (value_text(value, self.language, places) for value in (change.before, change.after))
        style: Style = "gain" if change.direction > 0 else "loss" if change.direction < 0 else "open"
        if asks:
            style = "open"
        yield "", f"{pad}{name}{period}{asks}{in_language(COLON, self.language)}"
        if change.before is None and change.sort != "account":
            yield style, self.word("new", now=after)
        elif change.after is None and change.sort != "account":
            yield style, self.word("gone", was=before)
        else:
            yield style, f"{before} → {after}"
        more = change.difference
        known = change.before is not None and change.after is not None
        if known and isinstance(more, Decimal) and more and not asks:
            yield "faint", f"  ({'+' if more > 0 else '−'}{amount_text(more.copy_abs(), places)})"
        yield "faint", _article(change.article)

    def part(self, name: str) -> str:
        """A part of a requirement with the labels of what it names."""
        whole, _, part = name.partition(": ")
        part = PolicyLines(self.policy, self.language).part(whole, part)
        return " ".join(self.label(text) for text in part.split())

    def record_lines(self, changes: Iterable[RecordChange]) -> Iterator[Line]:
        """Records of which something else became, like ones together."""
        groups: dict[tuple[object, ...], list[RecordChange]] = {}
        for change in paired(changes):
            groups.setdefault(self.fate(change), []).append(change)
        for group in groups.values():
            yield tuple(self.fate_pieces(group))

    def fate(self, change: RecordChange) -> tuple[object, ...]:
        became = (self.ended(entry) for entry in (change.before, change.after))
        return (self.rule(change), *became, self.reason(change))

    def rule(self, change: RecordChange) -> str:
        """Under which rule, else account, a record changed; the one it had where it has none any more."""
        entry = change.entry
        if change.before is not None and not entry.rule:
            entry = change.before
        named = entry.rule or entry.account or self.item(entry.record)
        return visible(self.label(named) or self.kind(entry.record.kind))

    def ended(self, entry: Entry | None) -> str:
        """What became of a record, in words."""
        if entry is None:
            return ""
        amount = "" if entry.member or entry.state != "live" else value_text(counted_amount(entry), self.language)
        return f"{word(DISPOSITIONS, entry.disposition(), self.language)} {amount}".strip()

    def reason(self, change: RecordChange) -> str:
        """Why a record ended as it did: what was said of it, else the line that treated it otherwise."""
        entry = change.after
        if entry is None:
            return ""
        if entry.told and entry.disposition() != "counted":
            return in_language(entry.told, self.language) + _article(entry.article)
        line, article = change.line
        now, was = (PolicyLines(policy, self.language) for policy in (self.policy, self.before or self.policy))
        return f"{now.change(line, was)}{_article(article)}" if line else ""

    def fate_pieces(self, group: Sequence[RecordChange]) -> Iterator[Piece]:
        first = group[0]
        ids = ", ".join(_called(change.entry.record) for change in group[:3])
        if len(group) > 3:
            ids += self.word("together", count=len(group))
        was, now = self.ended(first.before), self.ended(first.after)
        fate = f"{was} → {now}" if was and now else now or self.word("gone", was=was)
        style: Style = "gain" if now and not was else "loss" if was and not now else "open"
        if first.after is not None and first.after.disposition() in ("void", "reduced", "invalid", "unmatched"):
            style = "loss"
        yield "", f"  {ids} {self.rule(first)}{in_language(COLON, self.language)}"
        yield style, fate
        reason = self.reason(first)
        if reason:
            yield "faint", f"  {visible(reason)}"


def diagnostics(found: Iterable[Diagnostic], language: Language) -> Written:
    """Findings as they are rendered everywhere, the first line of each in the colour of its severity."""
    written = Written()
    for diagnostic in found:
        head, *lines = render(diagnostic, language).splitlines()
        style: Style = "error" if diagnostic.severity.value == "error" else "warning"
        written.line((style, head))
        for line in lines:
            written.line(line)
    return written


def _called(record: Record) -> str:
    return f"{record.identifier} ({record.on.isoformat()})" if record.on else record.identifier


def _article(article: str) -> str:
    return f"  [{article}]" if article else ""
