"""A letter that answers a student who disputes what became of a record, from which alone everything can be checked.

It has the record as it was read, what became of it and by which article, each step with what it looked at, the rule in
words, the text of the articles, how the policy reads what is unclear there, what an office has decided, the other
records of the same rule, and how to object. It holds nothing that ledger, policy and file of clauses do not.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from attrs import field, frozen

from creditlang.acting_lines import accounts_around, acting_lines, fields_of, moves_by, worked_out_by
from creditlang.core import expressions as e
from creditlang.core import operators as o
from creditlang.core.dependencies import outside_queries
from creditlang.diagnostics import Language, Phrase, in_language
from creditlang.driver import Compiled
from creditlang.explain import Explanation
from creditlang.ledger import RULED, Entry, Record, StudentResult
from creditlang.plugin.document import Cell, Document, Line, Page, plain
from creditlang.plugin.rulebook_data import RuleInWords
from creditlang.results import counted_amount, signed
from creditlang.rule_words import DeclarationWords
from creditlang.rulebook.clause_file import ClauseTexts
from creditlang.rulebook.to_rulebook import Articles
from creditlang.toolkit.office_sheet import BY, DATED, NAME, NOT_SET, OFFICE, PROOF, RECORDS_UNTIL, RULINGS
from creditlang.toolkit.page_layout import flowing
from creditlang.values import amount_text
from creditlang.words import (
    COLUMNS,
    DISPOSITIONS,
    HOW_TO_OBJECT,
    IN_BRACKETS,
    STUDENT_NUMBER,
    Declared,
    text_for,
    unit_label,
    word,
)

_WIDTHS: Final = (17.0, 37.0, 14.0, 22.0)
_COLUMNS: Final = len(_WIDTHS)
_SIZE: Final = 10.0
_OTHERS: Final = 20
"""Other records of the same rule that are listed."""

_PIECE: Final = re.compile(r".{1,300}(?:$|(?<=[。；;.！!？?])|(?=[\u3400-\u9fff]))|.{1,300}")

_REASON: Final = re.compile(r'[,，] ?"[^"]*"$')
"""The reason at the end of a line that refuses; it stands beside the line, filled in."""

_TITLE: Final = Phrase("How a record was decided", "记录认定情况说明")
_RECORD: Final = Phrase("Record", "记录")
_DECIDED: Final = Phrase("What became of it", "处理结果")
_GIVEN: Final = Phrase("The record as it was read", "所依据的记录")
_READ_FROM: Final = Phrase("read from", "数据出处")
_ROW: Final = Phrase("{source}, row {row}", "{source} 第{row}行")
_STEPS: Final = Phrase("Step by step", "计算过程")
_STEP: Final = (
    Phrase("line of the policy", "办法的规定"), Phrase("what it looked at", "所看的内容"),
    Phrase("amount", "数额"), COLUMNS["article"],
)  # fmt: skip
_RULES: Final = Phrase("The rule", "适用的规则")
_CLAUSES: Final = Phrase("What the regulation says", "条文原文")
_NO_TEXT: Final = Phrase("its text is not at hand here", "此处没有原文")
_TERMS: Final = Phrase("What these rules work out", "上述规则所用的判定")
_LOOKED_UP: Final = Phrase("Records that these rules look up", "上述规则查阅的记录")
_READINGS: Final = Phrase("How it is read where the text is unclear", "条文不明确之处的解读")
_OTHER_RECORDS: Final = Phrase("Other records under the same rule", "同一项目的其他记录")
_OTHER: Final = (
    _RECORD,
    Phrase("what it says", "记录内容"),
    Phrase("what became of it", "处理结果"),
    COLUMNS["period"],
)
_MORE: Final = Phrase("and {count:record} more", "另有{count}条")
_TOTALS: Final = Phrase("What it adds up to", "合计")
_NO_OBJECTIONS: Final = Phrase(
    "The policy does not say how; write to {office} with this letter.", "本办法没有另写程序，可持本说明向{office}提出。"
)
_SIGNED: Final = (Phrase("For the office (seal): ________________", "经办单位（盖章）：　　　　　　　"), DATED)


def decision_letter(
    compiled: Compiled, clauses: ClauseTexts | None, result: StudentResult, record: str, as_of: date | None,
    language: Language,
) -> Document:  # fmt: skip
    """The letter about one of the records of a student, by its id. Raises `KeyError` if the student has none such."""
    entries = [entry for entry in result.entries if entry.record.identifier == record]
    if not entries:
        raise KeyError(record)
    letter = _Letter(compiled, clauses, result, entries, as_of, Explanation(compiled.policy, result, language))
    title = f"{letter.said(_TITLE)}　{record}"
    name = f"{result.student} {record}"
    pages: tuple[Page, ...] = flowing(_WIDTHS, letter.lines(), ())
    return Document(name, title, _WIDTHS, pages, footer=title if len(pages) > 1 else "", language=letter.language)


@frozen(eq=False)
class _Letter:
    """The lines of a letter."""

    compiled: Compiled
    clauses: ClauseTexts | None
    result: StudentResult
    entries: list[Entry]
    as_of: date | None
    told: Explanation
    rules: DeclarationWords = field(init=False)

    @rules.default
    def _rules(self) -> DeclarationWords:
        return DeclarationWords.of(self.policy, self.compiled.compilation.program, self.told.language)

    @property
    def policy(self) -> o.Policy:
        return self.compiled.policy

    @property
    def language(self) -> Language:
        return self.told.language

    @property
    def records(self) -> list[Record]:
        """The record; several, if the data have its id in several kinds."""
        return list({entry.record.kind: entry.record for entry in self.entries}.values())

    def said(self, text: str, **values: object) -> str:
        return self.told.said(text, **values)

    def called(self, thing: Declared) -> str:
        return self.rules.words.called(thing)

    def lines(self) -> Iterator[Line]:
        """The whole letter."""
        policy = self.policy
        yield plain(policy.issuer, _COLUMNS, align="center", size=12, height=22)
        yield plain(self.said(_TITLE), _COLUMNS, align="center", bold=True, size=18, height=32)
        yield plain(self.said(BY, title=policy.title or policy.identifier), _COLUMNS, align="center", size=_SIZE)
        yield from self.head()
        yield from self.section(_DECIDED, self.texts(self.decided()))
        ruled = (record.ruling.told for record in self.records if record.ruling is not None)
        yield from self.section(RULINGS, self.texts(in_language(text, self.language) for text in ruled))
        yield from self.section(_GIVEN, self.given())
        yield from self.section(_STEPS, self.steps())
        yield from self.section(_RULES, self.texts(self.in_words()))
        yield from self.section(_TERMS, self.texts(self.terms()))
        yield from self.section(_LOOKED_UP, self.looked_up())
        yield from self.section(_READINGS, self.texts(self.readings()))
        yield from self.section(_CLAUSES, self.texts(self.clause_texts()))
        yield from self.section(_OTHER_RECORDS, self.others())
        yield from self.section(_TOTALS, self.texts(self.totals()))
        yield from self.section(HOW_TO_OBJECT, self.texts(self.objections()))
        signed_by = (Cell(self.said(x), 2, align="left", border=False, size=_SIZE) for x in _SIGNED)
        yield Line(tuple(signed_by), 36, True)
        proof = self.said(PROOF, policy=policy.identifier, hash=policy.fingerprint)
        yield plain(proof, _COLUMNS, size=7.5)

    def section(self, heading: Phrase, lines: Iterable[Line]) -> Iterator[Line]:
        """Lines under a heading; nothing where there are none."""
        told = Cell(
            self.said(heading), _COLUMNS, align="left", bold=True, border=False, size=11.5, vertical="bottom"
        )  # fmt: skip
        for number, line in enumerate(lines):
            yield from () if number else (Line((told,), 26, True),)
            yield line

    def texts(self, texts: Iterable[str]) -> Iterator[Line]:
        """Texts line by line, long ones in pieces, since no line of a page is longer than a quarter of it."""
        for text in texts:
            for line in text.split("\n"):
                yield from (plain(piece, _COLUMNS, size=_SIZE) for piece in _PIECE.findall(line))

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Line]:
        """Names with values, two to a line."""
        for first in range(0, len(pairs), 2):
            two = pairs[first : first + 2]
            spans = (1, 1) if len(two) > 1 else (3,)
            cells = [
                cell
                for (name, value), span in zip(two, spans, strict=True)
                for cell in (Cell(name, bold=True, size=9), Cell(value, span, align="left", size=9))
            ]
            yield Line(tuple(cells))

    def table(self, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Line]:
        for number, row in enumerate(rows):
            if not number:
                yield Line(tuple(Cell(self.said(text), bold=True, size=9) for text in heading), None, True)
            yield Line(tuple(Cell(text, align="left", size=9) for text in row))

    # ---- who, what, why
    def head(self) -> Iterator[Line]:
        """Whom the letter is to, about which record, as of when."""
        about = self.result.attributes
        pairs = [(self.said(NAME), str(about.get("name") or "")), (self.said(STUDENT_NUMBER), self.result.student)]
        known = ("college", "class")
        columns = (column for column in self.policy.attributes if column.name in known and about.get(column.name))
        pairs += [(self.called(x), self.told.inputs.cell(x, about[x.name])) for x in columns]
        pairs.append((self.said(_RECORD), self.records[0].identifier))
        pairs.append((self.said(RECORDS_UNTIL), str(self.as_of) if self.as_of else self.said(NOT_SET)))
        yield from self.pairs([pair for pair in pairs if pair[1]])

    def decided(self) -> Iterator[str]:
        """What became of it, under each rule that took it."""
        for entry in self.main():
            became = word(DISPOSITIONS, self.result.disposition(entry), self.language)
            rule = self.policy.rules.get(entry.rule)
            account = self.policy.accounts.get(entry.account)
            name = self.called(rule) if rule else self.called(account) if account else ""
            amount = self.amount(entry)
            told = " ".join(filter(None, (became, amount, entry.period)))
            reason = in_language(entry.told, self.language) if entry.told else self.told.steps_note(entry)
            text = f"{name}{self.told.colon}{told}" if name else told
            yield f"{text}{self.told.colon + reason if reason else ''}{_cited(entry.article)}"

    def main(self) -> list[Entry]:
        """The entries, without those that stand in a group for which another one stands."""
        return [entry for entry in self.entries if not entry.member] or self.entries

    def amount(self, entry: Entry) -> str:
        """What counts, with its unit, and what it was before it was cut."""
        counted = counted_amount(entry)
        if counted is None or (entry.state != "live" and not entry.raw):
            return ""
        account = self.policy.accounts.get(entry.account)
        unit = unit_label(account.unit if account else "", self.policy.unit_labels, self.language, counted)
        was = amount_text(signed(entry, entry.raw)) if entry.raw is not None else ""
        now = amount_text(counted)
        return f"{was} → {now} {unit}".strip() if was not in ("", now) else f"{now} {unit}".strip()

    def given(self) -> Iterator[Line]:
        """What stands in the record, cell by cell."""
        for record in self.records:
            yield from self.pairs(self.cells(record))

    def cells(self, record: Record) -> list[tuple[str, str]]:
        """What a record holds, and where it was read."""
        kind = self.policy.kinds[record.kind]
        pairs = [(self.said(COLUMNS["kind"]), self.called(kind))]
        for column in kind.columns:
            value = record.values.get(column.name)
            if value is not None:
                pairs.append((self.called(column), self.told.inputs.cell(column, value)))
        if record.place is not None:
            source, row = record.place.source, record.place.row
            where = source if row is None else self.said(_ROW, source=source, row=str(row))
            pairs.append((self.said(_READ_FROM), where))
        return pairs

    def steps(self) -> Iterator[Line]:
        """Each line of the policy that did something, what it looked at, before and after."""
        rows = []
        for entry in self.main():
            for step in entry.steps:
                before = f"{amount_text(step.before)} → " if step.before is not None else ""
                line = _REASON.sub("", self.told.written.line(step.text)) or step.sort
                note = in_language(step.note, self.language) if step.note else ""
                if step.sort == RULED:
                    line, note = note, ""
                asked = self.asked(entry) if step.sort == "amount" else ()
                acting = [x for x in acting_lines(self.policy, entry) if x.text == step.text]
                looked_at = self.told.inputs.held(entry, (*step.fields, *asked, *fields_of(self.policy, entry, acting)))
                known = self.told.inputs.read_by(tuple(acting), entry.period)
                seen = self.told.comma.join(filter(None, (note, looked_at, known)))
                rows.append((line, seen, f"{before}{amount_text(step.after)}", step.article))
            if entry.state == "unmatched":
                rows.append(("", self.told.inputs.held(entry, self.told.inputs.asked(entry)), "", entry.article))
        yield from self.table(_STEP, rows)

    def asked(self, entry: Entry) -> Iterator[str]:
        """The fields by which the amount of an entry is found."""
        rule = self.policy.rules.get(entry.rule)
        amounts = (x for x in rule.operators if isinstance(x, o.Amount)) if rule is not None else ()
        cases = tuple((case.condition, case.value) for amount in amounts for case in amount.cases)
        return (read.name for read in outside_queries(cases, e.Read) if read.what == "field")

    # ---- what stands behind it
    def in_words(self) -> Iterator[str]:
        """The rules that took it, what the accounts around them did to it, and what is asked of its kind."""
        policy = self.policy
        taken = dict.fromkeys(entry.rule for entry in self.entries if entry.rule in policy.rules)
        found = [self.rules.item(policy.rules[name]) for name in taken]
        moves = (move for entry in self.main() for move in moves_by(policy, entry))
        found += map(self.rules.offset, dict.fromkeys(moves))
        done = {id(line) for entry in self.main() for line in acting_lines(policy, entry)}
        for account in dict.fromkeys(x for entry in self.main() for x in accounts_around(policy, entry)):
            lines = [line for line in account.operators if id(line) in done]
            found += [self.rules.some_lines(account, lines)] if lines else []
        of_kinds = (self.rules.kind(policy.kinds[record.kind]) for record in self.records)
        found += [kind for kind in of_kinds if kind is not None]
        yield from (line for rule in found for line in _in_lines(rule))

    def terms(self) -> Iterator[str]:
        """How that is worked out, in sentences."""
        for name, value in worked_out_by(self.policy, self.main())[0].items():
            told = self.rules.fact(value) if isinstance(value, o.Decide) else self.rules.record_fact(name, value)
            yield from _in_lines(told)

    def looked_up(self) -> Iterator[Line]:
        """The student's records of the kinds that are looked up, but those under the same rules, which are told."""
        kinds, rules = worked_out_by(self.policy, self.main())[1], {entry.rule for entry in self.entries if entry.rule}
        found = [x for x in self.result.entries if x.record.kind in kinds and x.rule not in rules]
        found.sort(key=lambda entry: ([*kinds].index(entry.record.kind), entry.record.order))
        yield from self.listed(found, lambda x: kinds[x.record.kind])

    def cites(self) -> list[str]:
        """The articles by which it was decided, each once."""
        told = [article for entry in self.main() for article in (entry.article, *(x.article for x in entry.steps))]
        told += [self.policy.rules[entry.rule].article for entry in self.main() if entry.rule in self.policy.rules]
        return list(dict.fromkeys(cite for article in told for cite in article.split("；") if cite))

    def articles(self) -> Articles:
        return Articles(self.policy, self.clauses, [], ())

    def clause_texts(self) -> Iterator[str]:
        """The text of each of these articles."""
        articles = self.articles()
        for key, cite in {articles.clause_of(cite): cite for cite in self.cites()}.items():
            clause = articles.known.get(key)
            yield f"[{clause.citation if clause else cite}]{'' if clause else self.said(IN_BRACKETS, note=_NO_TEXT)}"
            for block in clause.text if clause else ():
                yield block if isinstance(block, str) else "\n".join("　".join(filter(None, row)) for row in block)

    def readings(self) -> Iterator[str]:
        """The readings that the policy makes at these articles."""
        articles = self.articles()
        cited = {articles.clause_of(cite) for cite in self.cites()}
        for number, reading in enumerate(self.policy.readings, 1):
            if cited.intersection(articles.keys(reading.article)):
                yield f"{number}. {reading.text}{_cited(reading.article)}"

    def others(self) -> Iterator[Line]:
        """The student's other records under these rules, since what one leaves another has taken; first those named."""
        rules = {entry.rule for entry in self.entries if entry.rule}
        named = " ".join(step.note for entry in self.main() for step in entry.steps).split()
        periods = {entry.period for entry in self.entries}
        found = [x for x in self.result.entries if x.rule in rules]
        found.sort(key=lambda x: (x.record.identifier not in named, x.period not in periods, x.period, x.record.order))
        lines = [line for entry in self.main() for line in acting_lines(self.policy, entry)]
        yield from self.listed(found, lambda x: (*self.asked(x), *fields_of(self.policy, x, lines)))

    def listed(self, entries: Iterable[Entry], fields: Callable[[Entry], Iterable[str]]) -> Iterator[Line]:
        """Other records than the one the letter is about: what each says in some fields, and what became of it."""
        found = [entry for entry in entries if not entry.member and entry not in self.entries]
        rows = []
        for entry in found[:_OTHERS]:
            filled = (name for name in fields(entry) if entry.record.values.get(name) is not None)
            became = word(DISPOSITIONS, self.result.disposition(entry), self.language)
            amount = self.amount(entry) if entry.account else ""
            says = self.told.inputs.held(entry, filled)
            rows.append((self.told.named_record(entry), says, f"{became} {amount}".strip(), entry.period))
        yield from self.table(_OTHER, rows)
        if len(found) > len(rows):
            yield from self.texts([self.said(_MORE, count=len(found) - len(rows))])

    def totals(self) -> Iterator[str]:
        """What the accounts it stands in come to, from the inmost out."""
        periods = {"", *(entry.period for entry in self.entries)}
        for account in dict.fromkeys(
            account for entry in self.entries for account in accounts_around(self.policy, entry)
        ):
            for line in self.result.accounts:
                if line.account == account.name and line.period in periods:
                    period = f" {line.period}" if line.period else ""
                    amount = self.told.amount(line.amount, account)
                    yield f"{self.called(account)}{period}{self.told.colon}{amount}{_cited(account.article)}"

    def objections(self) -> Iterator[str]:
        """How to object: the policy's own text, else where to write."""
        for objections in self.policy.objections:
            yield f"{text_for(objections.texts, self.language)}{_cited(objections.article)}"
        if not self.policy.objections:
            yield self.said(_NO_OBJECTIONS, office=self.policy.issuer or self.said(OFFICE))


def _cited(article: str) -> str:
    return f" [{article}]" if article else ""


def _in_lines(rule: RuleInWords) -> Iterator[str]:
    """A rule in sentences, each on a line of its own with its article where that is another."""
    yield f"{rule.label}{_cited(rule.article)}"
    for sentence in rule.sentences:
        own = "" if sentence.article == rule.article else _cited(sentence.article)
        rows = "".join(f"\n　　{'　'.join(row)}" for row in sentence.rows)
        yield f"　• {sentence.text}{own}{rows}"
