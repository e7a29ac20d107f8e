"""From student results to the result tables: the shapes that files, databases and programs receive.

Amounts are exact; an open one is written `low … high`. Deductions carry their sign. Rows are sorted, and nothing in
them depends on when or where they were made, so two runs give the same bytes. The record equation is counted here:
every row that was read ends in exactly one disposition.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field

from creditlang.core.operators import Policy
from creditlang.diagnostics import Diagnostic, Language, Phrase, Severity, in_language, listed, message
from creditlang.diagnostics.person_words import spoken
from creditlang.ledger import (
    DISPOSITIONS,
    Disposition,
    Entry,
    GroupLine,
    Record,
    StudentResult,
    strongest,
)
from creditlang.schema import RESULT_TABLES, Column, Row, Value
from creditlang.source import visible
from creditlang.table_columns import TableColumns
from creditlang.values import ZERO, Interval, Number, negative, plain, written
from creditlang.words import (
    ANSWERS,
    COLUMNS,
    PART_STATUSES,
    SEVERITIES,
    STATUSES,
    Declared,
    first_fit,
    label,
    said,
    unit_label,
    word,
)
from creditlang.words import DISPOSITIONS as DISPOSITION_WORDS

if TYPE_CHECKING:
    from creditlang.table_columns import Numbers

_READ: Final = Phrase("read", "读入")
_UNREAD: Final = Phrase("; rows that were not read: {told}", "；{told}")
_ROWS: Final = Phrase("{rows}", "另有{rows}行没有读取")
_SHEETS: Final = Phrase(
    "an unknown number in {count} of the sources ({names})", "{count}个来源没有读完，行数不明：{names}"
)
_AND: Final = Phrase(" and ", "，")


def amount_value(value: object) -> Decimal | str | None:
    """An amount for a table: exact, or `low … high` where it is open."""
    if isinstance(value, Interval):
        return written(value)
    return _plain(value) if isinstance(value, Decimal) else None


_plain: Final = lru_cache(maxsize=65_536)(plain)
"""The same few amounts come again and again."""


def signed(entry: Entry, value: Number | None) -> Number | None:
    """An amount with the sign of its entry."""
    return negative(value) if entry.sign < 0 and value is not None else value


def counted_amount(entry: Entry) -> Number | None:
    """What an entry adds to its account."""
    return signed(entry, entry.amount) if entry.state == "live" else (ZERO if entry.raw is not None else None)


_NAMED: Final = 3
"""Files without a count that the equation names."""


def total_accounts(policy: Policy) -> tuple[str, ...]:
    """The accounts that have a total of their own: those that stand alone and run over the whole time."""
    accounts = policy.accounts.values()
    return tuple(x.name for x in accounts if x.parent is None and x.sort != "score" and x.unit)


def shown_results(policy: Policy) -> tuple[tuple[str, str], ...]:
    """What the table of students has, as the policy says or all: `require`, `account` or `fact`, and the name."""
    everything = (
        *(("require", name) for name in policy.requirements),
        *(("account", x) for x in total_accounts(policy)),
    )
    return policy.shown or everything


def result_value(result: StudentResult, sort: str, name: str) -> Decimal | str | None:
    """A result of somebody for a table: a status, an amount, a value; of what is kept by periods only, each of them."""
    if sort == "require":
        return result.requirements.get(name, "open")
    if sort == "account":
        found = {line.period: amount_value(line.amount) for line in result.accounts if line.account == name}
    else:
        found = {line.period: fact_value(line.value) for line in result.facts if line.fact == name}
    if "" in found or not found:
        return found.get("")
    return "; ".join(f"{period}: {value}" for period, value in sorted(found.items()) if value is not None) or None


@define(eq=False)
class Results:
    """The tables of a run, built student by student."""

    policy: Policy
    language: Language = "zh"
    wanted: Sequence[str] = tuple(RESULT_TABLES)
    """The tables that are made, in their order; the manifest is one of them. All is counted whatever is made."""
    rows: dict[str, list[Row]] = field(factory=lambda: {name: [] for name in RESULT_TABLES})
    """Those that were made one by one."""
    columns_taken: "dict[str, list[tuple[TableColumns, Numbers]]]" = field(factory=dict)
    """Others, and for each its student, by place among all."""
    tables: dict[str, Sequence[Row]] = field(factory=dict)
    """By name, once all is in."""
    equation: Counter[Disposition] = field(factory=Counter)
    dispositions: dict[str, Disposition] = field(factory=dict)
    in_columns: Counter[Disposition] = field(factory=Counter)
    """Of records of one student each that were taken in as columns."""
    undetermined: dict[str, str] = field(factory=dict)
    requirement_counts: Counter[tuple[str, str]] = field(factory=Counter)
    unread: Mapping[str, int | None] = field(factory=dict)
    """Sheets and files that were refused, and how many rows each has, where that can be told."""

    def __attrs_post_init__(self) -> None:
        self.language = spoken(self.language, self.policy.person)

    @property
    def totals(self) -> tuple[str, ...]:
        """The accounts that have a total of their own in the table of students."""
        return total_accounts(self.policy)

    def columns(self, table: str) -> tuple[Column, ...]:
        """The columns of a table; `students` has one for each requirement and total, or as the policy says."""
        called = self._called()
        fixed = tuple(headed(x, COLUMNS, self.language, called.get(x.name)) for x in RESULT_TABLES[table])
        if table != "students":
            return fixed
        return (*fixed, *(self._shown(*each) for each in shown_results(self.policy)))

    def _shown(self, sort: str, name: str) -> Column:
        """The column of a requirement, an account or a fact in the table of students."""
        policy, language = self.policy, self.language
        if sort == "require":
            statuses = {code: in_language(text, language) for code, text in STATUSES.items()}
            return Column(name, label=label(policy.requirements[name], language), words=statuses)
        if sort == "account":
            account = policy.accounts[name]
            by_periods = account.period is not None and account.sort == "score"
            return Column(name, "text" if by_periods else "number", label(account, language))
        fact = policy.facts[name]
        number = fact.type.name == "number" and fact.period is None
        return Column(name, "number" if number else "text", label(fact, language), fact_words(policy, name, language))

    def screen_rows(self, rows: Iterable[Row], table: str = "students") -> list[list[Value]]:
        """Rows of a table as people read them: codes in words, of students ranks and counts without decimals."""
        columns, scales = self.columns(table), self.policy.scales
        facts = shown_results(self.policy) if table == "students" else ()
        whole = {name for sort, name in facts if sort == "fact" and scales.get(name) == 0}
        return [
            [
                int(cell) if isinstance(cell, Decimal) and column.name in whole else column.shown(cell)
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in rows
        ]

    def _called(self) -> dict[str, Mapping[str, str]]:
        """What people call what stands in a column: the codes, and whatever the policy declares."""
        policy, language = self.policy, self.language
        declared: dict[str, Mapping[str, Declared]] = {
            "kind": policy.kinds, "rule": policy.rules, "account": policy.accounts, "fact": policy.facts,
            "requirement": policy.requirements,
        }  # fmt: skip
        labels = {
            column: {name: label(x, language) for name, x in things.items()} for column, things in declared.items()
        }
        units = {unit: unit_label(unit, policy.unit_labels, language) for unit in policy.unit_labels}
        return {**{column: words_of(column, language) for column in _CODES}, **labels, "unit": units}

    def words(self, text: str) -> str:
        """A reason in the language of the results."""
        return in_language(text, self.language)

    # ---- adding
    def tally(self, result: StudentResult) -> None:
        """Take in what became of one student's records and requirements, without any rows."""
        if result.applies:
            for name in self.policy.requirements:
                self.requirement_counts[name, result.requirements.get(name, "open")] += 1
        self._count(result.records)
        self._decide(result)

    def add(self, result: StudentResult) -> None:
        """Take in one student's results."""
        self.tally(result)
        wanted = self.wanted
        if result.applies and "students" in wanted:
            self._students(result)
        for line in result.accounts if "accounts" in wanted else ():
            self.rows["accounts"].append(
                (result.student, line.account, line.period, amount_value(line.amount), line.unit or "")
            )
        for fact in result.facts if "facts" in wanted else ():
            if self.policy.facts[fact.fact].groups is None:
                self.rows["facts"].append((result.student, fact.fact, fact.period, fact_value(fact.value)))
        for part in result.parts if "requirements" in wanted else ():
            self.rows["requirements"].append(
                (
                    result.student, part.requirement, part.part, amount_value(part.needed), amount_value(part.have),
                    amount_value(part.short), part.status, part.article, part.period,
                )
            )  # fmt: skip
        if self.makes_entries:
            for entry in result.entries:
                self.entry(entry, result)

    @property
    def makes_entries(self) -> bool:
        """Whether a table has what became of single records."""
        return "records" in self.wanted or "steps" in self.wanted

    def add_groups(self, lines: Iterable[GroupLine]) -> None:
        """Take in what has come out for groups of people."""
        self.rows["groups"] += [
            (x.fact, x.period, x.group, fact_value(x.value), amount_value(x.ranked), amount_value(x.all)) for x in lines
        ]

    def _students(self, result: StudentResult) -> None:
        values = (result_value(result, *each) for each in shown_results(self.policy))
        self.rows["students"].append((result.student, *values))

    def entry(self, entry: Entry, result: StudentResult | None = None) -> None:
        """Take in one entry and its steps."""
        record = entry.record
        if "records" in self.wanted:
            own = result.disposition(entry) if result else entry.disposition()
            account = self.policy.accounts.get(entry.account)
            self.rows["records"].append(
                (
                    record.kind, record.identifier, record.student, own, self.words(entry.told), entry.rule,
                    entry.account, entry.period, amount_value(signed(entry, entry.raw)),
                    amount_value(counted_amount(entry)), (account.unit if account else None) or "", entry.article,
                )
            )  # fmt: skip
        for number, step in enumerate(entry.steps if "steps" in self.wanted else (), start=1):
            self.rows["steps"].append(
                (
                    record.identifier, entry.rule, number, step.in_words(step.text, self.language, quoted=True),
                    amount_value(step.before), amount_value(step.after), step.article,
                )
            )  # fmt: skip

    def _count(self, dispositions: Mapping[str, Disposition]) -> None:
        for key, disposition in dispositions.items():
            known = self.dispositions.get(key)
            self.dispositions[key] = disposition if known is None else strongest([known, disposition])

    def _decide(self, result: StudentResult) -> None:
        """A student is undetermined while something about them cannot be decided."""
        if not result.applies:
            return
        if "open" in result.requirements.values():
            self.undetermined[result.student] = "open"
        elif any(disposition == "invalid" for disposition in result.records.values()):
            self.undetermined[result.student] = "invalid"

    def orphan(self, record: Record) -> None:
        """Take in a record that belongs to no student."""
        entry = Entry(record, "", "", record.semester or "", state="invalid")
        if record.problem is not None:
            entry.reason = message(record.problem, self.language)
        self.entry(entry)
        self._count({record.key: "invalid"})

    def issue(self, found: Diagnostic, student: str = "") -> None:
        """Take in something that is wrong with policy or data."""
        source, place = "", ""
        if found.span is not None:
            position = found.span.source.position(found.span.start)
            source, place = found.span.source.name, f"{position.line}:{position.column}"
        elif found.place is not None:
            row = "" if found.place.row is None else str(found.place.row)
            source, place = found.place.source, " ".join(filter(None, (row, found.place.column)))
        self.rows["issues"].append(
            (found.severity.value, found.code, source, place, student, message(found, self.language))
        )

    # ---- closing
    def balance(self, read: int) -> bool:
        """Count the record equation against the rows that were read; whether it holds."""
        self.equation = Counter(self.dispositions.values()) + self.in_columns
        return sum(self.equation.values()) == read

    def equation_text(self, read: int) -> str:
        """The record equation, written out."""
        parts = [f"{word(DISPOSITION_WORDS, name, self.language)} {self.equation[name]}" for name in DISPOSITIONS]
        return f"{self.words(_READ)} {read} = " + " + ".join(parts) + self._unread_text()

    def _unread_text(self) -> str:
        """What the equation does not hold, since it was refused."""
        rows = sum(count or 0 for count in self.unread.values())
        unknown = [visible(name) for name, count in self.unread.items() if count is None]
        names = listed(unknown[:_NAMED] + ["…"] * (len(unknown) > _NAMED))
        told = [said(_ROWS, self.language, rows=rows)] if rows else []
        told += [said(_SHEETS, self.language, count=len(unknown), names=names)] if unknown else []
        return said(_UNREAD, self.language, told=self.words(_AND).join(told)) if told else ""

    def take(self, table: str, columns: TableColumns, people: "Numbers") -> None:
        """Take in rows of students who stand at these places among all."""
        self.columns_taken.setdefault(table, []).append((columns, people))

    def finish(self, manifest: Sequence[tuple[str, str]], people_of_steps: Sequence[int] = ()) -> None:
        """Sort the rows and set the manifest. `people_of_steps` are the places of those whose steps were made one by
        one, for each.
        """
        self.rows["manifest"] = list(manifest)
        self.tables = self.in_order(people_of_steps)

    def in_order(self, people_of_steps: Sequence[int] = ()) -> dict[str, Sequence[Row]]:
        """The tables of what has been taken in, sorted; of what came as columns, nothing is kept."""
        tables: dict[str, Sequence[Row]] = {}
        for name in self.wanted:
            rows, taken = self.rows[name], self.columns_taken.pop(name, ())
            if not taken:
                tables[name] = rows
                if name not in _AS_THEY_COME:
                    rows.sort(key=_sortable)
                continue
            own = [TableColumns.of(rows, len(rows[0]))] if rows else []
            columns = TableColumns.joined([*(columns for columns, _ in taken), *own])
            if name == "steps":
                tables[name] = columns.by([*(people for _, people in taken), people_of_steps])
            else:
                tables[name] = columns.in_order()
            rows.clear()
        return tables

    def part_in_order(self, people_of_steps: Sequence[int]) -> Iterator[tuple[str, Sequence[Row]]]:
        """The tables of some of the students, with nothing of them kept but what is counted; not what is wrong."""
        self.in_columns += Counter(self.dispositions.values())
        self.dispositions.clear()
        yield from ((x, rows) for x, rows in self.in_order(people_of_steps).items() if x not in MADE_AT_THE_END)
        self.rows = {name: rows if name in MADE_AT_THE_END else [] for name, rows in self.rows.items()}


def headed(
    column: Column, headings: Mapping[str, Phrase], language: Language, words: Mapping[str, str] | None
) -> Column:
    """A column with its heading in a language, and the words for what stands in it."""
    return evolve(column, label=word(headings, column.name, language), words=words or {})


_CODES: Final = {"status": PART_STATUSES, "disposition": DISPOSITION_WORDS, "value": ANSWERS, "severity": SEVERITIES}


def words_of(column: str, language: Language) -> Mapping[str, str]:
    """The words for the codes of a column."""
    return {code: in_language(text, language) for code, text in _CODES.get(column, {}).items()}


def fact_words(policy: Policy, name: str, language: Language) -> Mapping[str, str]:
    """The words for what a fact can come to: yes, no or open, or a value of a scale or choice."""
    values = policy.choices.get(policy.facts[name].type.enumeration or "", {})
    return {**words_of("value", language), **{x: first_fit(x, labels, language) for x, labels in values.items()}}


def fact_value(value: object) -> str | Decimal | None:
    """The value of a fact for a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (Decimal, Interval)):
        return amount_value(value)
    return None if value is None else getattr(value, "value", str(value))


_AS_THEY_COME: Final = ("steps", "issues", "manifest")
MADE_AT_THE_END: Final = ("groups", "issues", "manifest")
"""Tables that say something of all students together."""


def _sortable(row: Row) -> list[str]:
    return ["" if cell is None else cell if isinstance(cell, str) else str(cell) for cell in row]


__all__ = ["Results", "Severity", "amount_value", "fact_value"]
