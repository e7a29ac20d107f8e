"""What placeholders stand for: `{{student.name}}`, `{{account.moral}}`, `{{record.reason}}`, by names or labels.

A placeholder is a sort, a point and a name; a period stands after `@`. Whether a name is known depends on the policy
alone, so every placeholder of a template is judged before anything is filled; what is known and has no value for a
student is an empty cell.

    policy.title  identifier  issuer  as_of            student.NAME
    account.NAME  account.NAME@PERIOD                  fact.NAME  fact.NAME@PERIOD
    requirement.NAME  requirement.NAME.PART  requirement.NAME.PART.have (needed, short, status, article)
    record.NAME  record.KIND.NAME  counted.NAME        students.NAME  students.account.NAME  students.fact.NAME …

`counted` are the records that counted or were reduced. A name of `record` is a field or a column of the result table
`records`; one of `students` an attribute, a total or a requirement. `number` counts the rows. A column may be called by
its heading: 处理结果 is `disposition`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from creditlang.diagnostics import Phrase
from creditlang.plugin.run_data import Given, RecordRow, ResultRow, RunData, shown
from creditlang.schema import Value
from creditlang.toolkit.open_amounts import Amount
from creditlang.words import ANSWERS, COLUMNS, DISPOSITIONS, PART_STATUSES, STATUSES, code_of, word

SORTS: Final = ("policy", "student", "account", "fact", "requirement", "record", "counted", "students")
ROWS: Final = ("record", "counted", "students")
_COLUMNS: Final = (
    "record_id", "kind", "disposition", "reason", "rule", "account", "period", "raw", "counted", "unit", "article",
    "date", "semester",
)  # fmt: skip
_PART: Final = ("have", "needed", "short", "status", "article")
_POLICY: Final = {"title": "标题", "identifier": "编号", "issuer": "发文单位", "as_of": "统计截止日"}
_NAMED: Final = 2
_PARTED: Final = 3


class Unknown(LookupError):
    """A placeholder that stands for nothing; its text is what could be written instead."""


@frozen
class Subject:
    """What a row or a sheet is about: a student, perhaps one of the records, and the row's number."""

    student: str = ""
    record: ResultRow | None = None
    number: int = 0


Reader = Callable[[Subject], Value]
"""Finds the value of one placeholder."""


@define
class Words:
    """Knows the placeholders of a run."""

    run: RunData
    _accounts: dict[tuple[str, str, str], Value] = field(factory=dict)
    _facts: dict[tuple[str, str, str], Value] = field(factory=dict)
    _students: dict[str, ResultRow] = field(factory=dict)
    _parts: dict[tuple[str, str, str], ResultRow] = field(factory=dict)
    _records: dict[str, list[ResultRow]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Go through the tables once."""
        results = self.run.results
        for row in results["accounts"]:
            self._accounts[str(row["student_id"]), str(row["account"]), str(row["period"] or "")] = row["amount"]
        for row in results["facts"]:
            self._facts[str(row["student_id"]), str(row["fact"]), str(row["period"] or "")] = row["value"]
        for row in results["requirements"]:
            self._parts[str(row["student_id"]), str(row["requirement"]), str(row["part"])] = row
        self._students = {str(row["student_id"]): row for row in results["students"]}
        self._records = self.run.by_student("records")

    @property
    def students(self) -> list[str]:
        """The students of the run, in order."""
        return list(self._students)

    def rows(self, placeholder: str, student: str) -> list[Subject]:
        """What the row of a placeholder is repeated for."""
        sort, kind = self.repeated(placeholder)
        if sort == "students":
            return [Subject(name, None, number) for number, name in enumerate(self._students, 1)]
        found = [
            row
            for row in self._records.get(student, ())
            if (not kind or row["kind"] == kind) and (sort == "record" or row["disposition"] in ("counted", "reduced"))
        ]
        found.sort(key=self._day)
        return [Subject(student, row, number) for number, row in enumerate(found, 1)]

    def repeated(self, placeholder: str) -> tuple[str, str]:
        """The sort by which a row is repeated and the kind of record, both empty for a placeholder of no row."""
        sort, *names = split(placeholder)[0]
        if sort not in ROWS:
            return "", ""
        return sort, self._kind(names[0]) or "" if sort != "students" and len(names) == _NAMED else ""

    def reader(self, placeholder: str) -> Reader:
        """What finds the value. Raises `Unknown`."""
        names, period = split(placeholder)
        sort = names[0]
        if sort not in SORTS or len(names) < _NAMED or not all(names):
            raise Unknown("、".join(f"{sort}." for sort in SORTS))
        if sort in ("record", "counted"):
            return self._of_record(names[1:])
        if sort == "students":
            return self._of_students(names[1:], period)
        return self._plain(names, period)

    def _plain(self, names: tuple[str, ...], period: str) -> Reader:
        sort, *rest = names
        if sort == "requirement":
            return self._of_requirement(tuple(rest))
        if len(rest) > 1:
            raise Unknown(f"{sort}.{rest[0]}")
        if sort == "policy":
            return self._of_policy(rest[0])
        if sort == "student":
            return self._of_student(rest[0])
        policy = self.run.policy
        if sort == "account":
            account = _named(rest[0], {name: x.label for name, x in policy.accounts.items()}, sort)
            return lambda about: _amount(self._accounts.get((about.student, account, period)))
        fact = _named(rest[0], policy.facts, sort)
        return lambda about: self._fact(self._facts.get((about.student, fact, period)))

    def _of_policy(self, name: str) -> Reader:
        policy = self.run.policy
        values: dict[str, Value] = {
            "title": policy.title, "identifier": policy.identifier, "issuer": policy.issuer, "as_of": self.run.as_of,
        }  # fmt: skip
        value = values[_named(name, _POLICY, "policy")]
        return lambda about: value

    @property
    def _attributes(self) -> dict[str, str]:
        """Labels of what is known of a student."""
        return {"student_id": COLUMNS["student_id"].zh, **{x.name: x.label for x in self.run.policy.student}}

    def _of_student(self, name: str) -> Reader:
        column = _named(name, self._attributes, "student")
        return lambda about: self._cell("", column, self.run.students.get(about.student, {}).get(column))

    def _of_requirement(self, names: tuple[str, ...]) -> Reader:
        requirements = self.run.policy.requirements
        name = _named(names[0], {key: x.label for key, x in requirements.items()}, "requirement")
        if len(names) == 1:
            return lambda about: self._word(STATUSES, self.run.standing(about.student, name))
        parts = requirements[name].parts
        if names[1] not in parts or len(names) > _PARTED:
            raise Unknown("、".join(f"requirement.{names[0]}.{part}" for part in parts[:5]))
        given = names[2] if len(names) == _PARTED else "status"
        column = _named(given, {key: COLUMNS[key].zh for key in _PART}, f"requirement.{names[0]}.{names[1]}")

        def read(about: Subject) -> Value:
            value = self._parts.get((about.student, name, names[1]), {}).get(column)
            return self._word(PART_STATUSES, value) if column == "status" else _amount(value)

        return read

    def _of_students(self, names: tuple[str, ...], period: str) -> Reader:
        if names[0] in ("student", "account", "fact", "requirement") and len(names) > 1:
            return self._plain(names, period)
        name = names[0]
        if _column(name) == "number":
            return lambda about: about.number
        policy = self.run.policy
        totals = {x: policy.accounts[x].label for row in list(self._students.values())[:1] for x in row
                  if x in policy.accounts}  # fmt: skip
        for read, known in (
            (self._of_student, self._attributes),
            (lambda x: self._plain(("account", x), ""), totals),
            (lambda x: self._of_requirement((x,)), {key: x.label for key, x in policy.requirements.items()}),
        ):
            if name in known or name in known.values():
                return read(name)
        raise Unknown("students.student_id、students.student.…、students.account.…")

    def _of_record(self, names: tuple[str, ...]) -> Reader:
        *given, name = names
        if len(given) > 1 or (given and not self._kind(given[0])):
            raise Unknown("、".join(f"record.{kind}.{name}" for kind in list(self.run.policy.kinds)[:5]))
        if _column(name) == "number":
            return lambda about: about.number
        kinds = [self._kind(given[0]) or ""] if given else list(self.run.policy.kinds)
        fields: dict[str, dict[str, str]] = {}
        for kind in kinds:
            for one in self.run.policy.kinds[kind].fields:
                for text in (one.name, one.label):
                    fields.setdefault(text, {})[kind] = one.name
        column = found if (found := _column(name)) in _COLUMNS else ""
        if not column and name not in fields:
            raise Unknown("、".join(f"record.{x}" for x in [*_COLUMNS, *list(fields)[:4]]))
        return lambda about: self._record(about, fields.get(name, {}), column)

    def _record(self, about: Subject, by_kind: Mapping[str, str], column: str) -> Value:
        """A field of the record, as the policy's kinds have it; otherwise a column of the result table."""
        row = about.record
        if row is None:
            return ""
        kind = str(row["kind"])
        record: RecordRow = self.run.records.get((kind, str(row["record_id"])), {})
        policy = self.run.policy
        if kind in by_kind:
            name = by_kind[kind]
            if name == "item" and (item := policy.items.get(str(row["rule"]))):
                return item.label
            return self._cell(kind, name, record.get(name, record.get("date") if column == "date" else None))
        value = record.get(column) if column in ("date", "semester") else row.get(column)
        names = {
            "kind": {key: x.label for key, x in policy.kinds.items()},
            "rule": {key: x.label for key, x in policy.items.items()},
            "account": {key: x.label for key, x in policy.accounts.items()},
            "unit": policy.units,
        }.get(column, {})
        if column == "disposition":
            return self._word(DISPOSITIONS, value)
        if isinstance(value, bool):
            return shown(value, self.run.language)
        if column == "reason":
            return self.run.reason(row)
        return names.get(str(value), _amount(value) if column in ("raw", "counted") else value)

    def _cell(self, kind: str, name: str, given: Given) -> Value:
        """A cell of the data: numbers and days as such, everything else as people read it."""
        if isinstance(given, date | Decimal):
            return given
        return self.run.policy.value(kind, name, given)

    def _fact(self, value: Value) -> Value:
        if isinstance(value, str):
            return self._word(ANSWERS, self.run.policy.values.get(value, value))
        return value

    def _word(self, words: Mapping[str, Phrase], code: Value) -> str:
        return word(words, code, self.run.language)

    def _kind(self, name: str) -> str | None:
        kinds = self.run.policy.kinds
        return name if name in kinds else next((key for key, x in kinds.items() if x.label == name), None)

    def _day(self, row: ResultRow) -> tuple[str, str, str]:
        record = self.run.records.get((str(row["kind"]), str(row["record_id"])), {})
        return shown(record.get("date")), str(row["kind"]), str(row["record_id"])


def split(placeholder: str) -> tuple[tuple[str, ...], str]:
    """The names between points, and the period."""
    text, _, period = placeholder.partition("@")
    return tuple(name.strip() for name in text.split(".")), period.strip()


def _column(name: str) -> str:
    """The column that a heading in either language stands for; empty for none."""
    return code_of(COLUMNS, name) or ""


def _named(given: str, labels: Mapping[str, str], sort: str) -> str:
    """The name behind a name or label. Raises `Unknown`."""
    if given in labels:
        return given
    for name, label in labels.items():
        if label == given:
            return name
    raise Unknown("、".join(f"{sort}.{name}" for name in list(labels)[:5]))


def _amount(value: Value) -> Value:
    """An amount that may be open; any other text stays."""
    if value is None or value == "" or isinstance(value, Decimal):
        return value
    try:
        return str(value) if isinstance(value, date) else Amount.of(value).cell
    except ValueError:
        return value
