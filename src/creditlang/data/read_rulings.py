"""Rulings of an office, read as a kind of record of their own and given to the records that they speak of.

Their sheet has the same columns whatever the policy is, and is read like any other: headings, cells and students' names
are. A ruling that cannot be read, or that does not fit what it speaks of, is an error and changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from creditlang.core import operators as o
from creditlang.core.scales import scale_of
from creditlang.data.dataset import RULING, RULING_LABELS, Dataset, Student
from creditlang.diagnostics import Diagnostic, Phrase, Place, either, report
from creditlang.diagnostics.nearest import NearestNames
from creditlang.ledger import Record
from creditlang.ruling import Ruling
from creditlang.types import DATE, TEXT, Type
from creditlang.values import plain
from creditlang.words import label

if TYPE_CHECKING:
    from creditlang.data.coded.coded_records import CodedRecords

_DECIMALS: Final = 6
_MOST_COMPARED: Final = 20_000
"""Ids that are compared with wrong ones, of a student; a hundred wrong ids among two hundred records."""
_EFFECTS: Final = {
    text: effect
    for effect, chinese in (("void", "不予认定"), ("count", "予以认定"), ("amount", "改定数额"))
    for text in (Phrase(effect, chinese), chinese)
}
"""What a ruling may be, by the words for it."""


def kinds_and_rulings(policy: o.Policy) -> Mapping[str, str]:
    """The kinds of record that come with the data by what they may be called, rulings among them, unless the policy has
    a kind of that name.
    """
    known, own = policy.given_kind_by_word, dict.fromkeys((RULING, *RULING_LABELS), RULING)
    return known if own.keys() & known.keys() else {**known, **own}


def with_rulings(policy: o.Policy) -> o.Policy:
    """The policy as its data are read: with rulings as one more kind of record."""
    if len(kinds_and_rulings(policy)) == len(policy.given_kind_by_word):
        return policy
    kinds = {word: word for word in policy.given_kinds} | dict(policy.given_kind_by_word)
    items = {text: name for name, rule in reversed(tuple(policy.rules.items())) for text in (*rule.labels, name)}
    columns = (
        _column("record_id", "记录编号", "编号", "记录号"),
        _column("kind", "记录种类", values=kinds, optional=True),
        _column("decision", "决定", values=_EFFECTS),
        _column("amount", "数额", "分值", kind=Type("number", decimals=_DECIMALS), optional=True),
        _column("item", "项目", values=items, optional=True),
        _column("decided_by", "决定人", "批准人", "审批人"),
        _column("decided_on", "决定日期", "批准日期", kind=DATE),
        _column("reason", "理由", "原因"),
        _column("article", "依据", "条款", optional=True),
    )
    made = o.RecordKind(
        name=RULING, labels=RULING_LABELS, columns=columns, group=None, enrolment=False, membership=None, guards=(),
        item_field=None, date_field=None, semester_field=None,
    )  # fmt: skip
    return evolve(policy, kinds={**policy.kinds, RULING: made})


def _column(
    name: str, *labels: str, kind: Type = TEXT, values: Mapping[str, str] | None = None, optional: bool = False
) -> o.Column:
    called = Phrase(name.replace("_", " ").capitalize(), labels[0])
    return o.Column(
        name=name, labels=(called, *labels), type=kind if values is None else Type("value", enumeration=name),
        optional=optional, if_used=False, default=None, minimum=None, maximum=None, values=values,
    )  # fmt: skip


def apart(
    found: "Iterable[Record | CodedRecords]", policy: o.Policy
) -> "tuple[list[Record | CodedRecords], list[Record]]":
    """The records, and the rulings among them, as they were read."""
    records: list[Record | CodedRecords] = []
    rulings: list[Record] = []
    for piece in found:
        if piece.kind in policy.kinds:
            records.append(piece)
        elif isinstance(piece, Record):
            rulings.append(piece)
        else:
            rulings += map(piece.record, range(len(piece)))
    return records, rulings


def only_records(policy: o.Policy, read: Mapping[str, int]) -> dict[str, int]:
    """How many records have been read by kind: rulings are none."""
    return {kind: count for kind, count in read.items() if kind in policy.kinds}


@frozen
class RulingsOfStudents:
    """Gives rulings to the records of students, all of whom have theirs."""

    policy: o.Policy
    dataset: Dataset
    _ids: dict[str, Mapping[str, list[Record]]] = field(factory=dict, init=False)
    """The records of each student who was asked for, by id."""
    _near: dict[str, NearestNames] = field(factory=dict, init=False)
    """For ids that a student has not, those that are near: so many comparisons for each student by itself."""

    def give(self, rulings: Iterable[Record]) -> None:
        """Let each record know what was decided of it; what is wrong with a ruling is noted."""
        for given in rulings:
            values: Mapping[str, Any] = given.values
            student = self.dataset.students.get(given.student)
            wrong = given.problem or (report("CR658", given.place) if student is None else None)
            if wrong is None and student is not None:
                wrong = self._give(given, values, student)
            if wrong is not None:
                self.dataset.problem(wrong, "" if student is None else student.identifier)

    def _give(self, given: Record, values: Mapping[str, Any], student: Student) -> Diagnostic | None:
        """Give one ruling to the one record that it speaks of, or say why it cannot be."""
        name = values["record_id"]
        found = [x for x in self._records(student).get(name, ()) if values["kind"] in (None, x.kind)]
        if not found:
            near = self._near.setdefault(student.identifier, NearestNames(_MOST_COMPARED))
            instead = _instead(self.policy, name, self._records(student), near)
            return report("CR890", given.place, record=name, student=student.identifier, instead=instead)
        if len(found) > 1:
            kinds = either(label(self.policy.kinds[record.kind]) for record in found)
            return report("CR891", given.place, record=name, kinds=kinds)
        record, ruling = found[0], _ruling(values, given.place)
        if record.ruling is not None:
            return report("CR892", given.place, record=name, by=record.ruling.by, on=record.ruling.on.isoformat())
        if (wrong := _does_not_fit(self.policy, record, ruling)) is not None:
            return report("CR894", given.place, reason=wrong)
        record.ruling = ruling
        return None

    def _records(self, student: Student) -> Mapping[str, list[Record]]:
        if student.identifier not in self._ids:
            found: dict[str, list[Record]] = {}
            for record in _records_of(student):
                found.setdefault(record.identifier, []).append(record)
            self._ids[student.identifier] = found
        return self._ids[student.identifier]


def _instead(policy: o.Policy, name: str, known: Mapping[str, Sequence[Record]], near: NearestNames) -> Phrase:
    """What to write, where a student has no record of an id and a kind: `known` are those that there are, by id."""
    if name in known:
        en, zh = (either(label(policy.kinds[x.kind], language) for x in known[name]) for language in ("en", "zh"))
        return Phrase(f"this id is of a record of another kind: {en}", f"该编号的记录属于另一种：{zh.zh}")
    if close := near.of(name, known):
        return Phrase(f"did you mean “{close}”?", f"是不是“{close}”？")
    return Phrase(
        "write both ids as they stand in the sheet of the record",
        "两个编号都请照记录表里的写",
    )


def _records_of(student: Student) -> Iterator[Record]:
    """The records of a student; those of a sheet that comes as columns are made for good."""
    for piece in student.pieces:
        if isinstance(piece, Record):
            yield piece
        else:
            sheet, rows = piece
            yield from map(sheet.record, rows.tolist())


def _ruling(values: Mapping[str, Any], place: Place | None) -> Ruling:
    amount = None if values["amount"] is None else plain(values["amount"])
    on: date = values["decided_on"]
    return Ruling(
        effect=values["decision"], amount=amount, rule=values["item"] or "", by=values["decided_by"], on=on,
        reason=values["reason"], article=values["article"] or "", place=place,
    )  # fmt: skip


def _does_not_fit(policy: o.Policy, record: Record, ruling: Ruling) -> Phrase | None:
    """Why a ruling cannot be about a record: the item, or the amount, is none that the policy has for it."""
    item = policy.kinds[record.kind].item_field
    rules = [
        rule
        for rule in policy.rules.values()
        if rule.kind == record.kind and (rule.where is not None or record.values.get(item or "") == rule.name)
    ]
    if ruling.rule:
        rules = [rule for rule in rules if rule.name == ruling.rule]
    if ruling.rule and not rules:
        called = label(policy.rules[ruling.rule]), label(policy.rules[ruling.rule], "en")
        return Phrase(f"the record is none of the item “{called[1]}”", f"这条记录不属于项目“{called[0]}”")
    amount = ruling.amount
    if amount is None:
        return NO_AMOUNT if ruling.effect == "amount" else None
    if ruling.effect == "void":
        return Phrase("what does not count has no amount", "不予认定的记录不能有数额")
    rules = [rule for rule in rules if _gives_amounts(rule)]
    if not rules:
        return Phrase("no item gives an amount for this record", "没有项目给这条记录计数额")
    if len(rules) > 1:
        items = either(label(rule, "en") for rule in rules), either(label(rule) for rule in rules)
        return Phrase(f"say of which item the amount is: {items[0]}", f"请写明是哪个项目的数额：{items[1].zh}")
    scale = policy.scales.get(rules[0].account, 0)
    if scale_of(amount) > scale:
        return Phrase(
            f"{amount:f} has more decimals than this account works with ({scale})",
            f"{amount:f}的小数位数超过该账户的{scale}位",
        )
    if amount < 0 and policy.sign_of(rules[0].name):
        return Phrase(
            "the item itself says whether it awards or deducts: write no sign", "加分还是扣分由项目决定，请不要写负号"
        )
    return None


def _gives_amounts(rule: o.Rule) -> bool:
    return any(isinstance(line, o.Amount) for line in rule.operators)


def asked_of_item(policy: o.Policy, rule: o.Rule) -> tuple[object, ...]:
    """All of an item that it hangs on whether a ruling fits."""
    scale, sign = policy.scales.get(rule.account, 0), policy.sign_of(rule.name)
    return rule.labels, rule.kind, rule.where is None, _gives_amounts(rule), scale, sign


NO_AMOUNT: Final = Phrase("it says no amount", "没有写数额")
