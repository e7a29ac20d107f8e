"""The contract tests of calendars, functions, checks and forms; `testing` has those of sources and outputs.

class TestHolidays(CalendarContract):
    def make(self):
        return Holidays()
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Final

from creditlang.diagnostics import Phrase
from creditlang.extensions import Calendar, Check, Exact, Function
from creditlang.plugin.document import Document
from creditlang.plugin.interface import Form
from creditlang.plugin.run_data import RunData
from creditlang.policy_words import AccountWords, FieldWords, ItemWords, KindWords, PolicyWords, RequirementWords
from creditlang.schema import RESULT_TABLES, Row

_TYPES: Final = {"number": Decimal, "date": date, "text": str, "yes or no": bool}
_SATURDAY: Final = 5


class CalendarContract:
    """What every calendar keeps to."""

    def make(self) -> Calendar:
        """Your calendar."""
        raise NotImplementedError

    def test_it_knows_from_a_first_to_a_last_day(self) -> None:
        """In that order."""
        first, last = self.make().known
        assert first <= last, f"`known` is the first and the last day, not {first} and {last}"

    def test_days_are_those_asked_for_and_differ_from_their_weekday(self) -> None:
        """Each once; off on a weekday, or worked at a weekend; with a label in both languages."""
        calendar = self.make()
        first, last = calendar.known
        days = list(calendar.days(first, last))
        dates = [day.on for day in days]
        assert dates == sorted(set(dates)), f"days rise, each once: {_texts(dates)}"
        outside = [on for on in dates if not first <= on <= last]
        assert not outside, f"only days that were asked for are given, not {_texts(outside)}"
        ordinary = [day.on for day in days if day.working != (day.on.weekday() >= _SATURDAY)]
        assert not ordinary, f"only weekdays off and weekends worked are listed, not {_texts(ordinary)}"
        unnamed = [day.on for day in days if not (day.label and day.label.zh)]
        assert not unnamed, f"a day has a label in English and Chinese; {_texts(unnamed)} has not"

    def test_a_part_is_a_part_of_the_whole(self) -> None:
        """Day by day the same answer."""
        calendar = self.make()
        first, last = calendar.known
        last = min(last, first + timedelta(800))
        whole = list(calendar.days(first, last))
        single = chain.from_iterable(calendar.days(day, day) for day in _days(first, last))
        assert list(single) == whole, "asked day by day, a calendar answers as when asked for the whole time"

    def test_the_same_question_has_the_same_answer(self) -> None:
        """Also of another one of its kind."""
        one, two = self.make(), self.make()
        same = list(one.days(*one.known)) == list(two.days(*two.known))
        assert same, "two calendars of the same kind have the same days: no clock, no chance, no network"


class FunctionContract:
    """What every function keeps to."""

    def functions(self) -> Mapping[str, Function]:
        """Your functions by name."""
        raise NotImplementedError

    def arguments(self, name: str) -> Sequence[tuple[Exact, ...]]:
        """Some arguments for which a function has a value, the odd ones included."""
        raise NotImplementedError

    def test_what_it_gives_is_exact_and_of_its_type(self) -> None:
        """No floats, no more decimals than promised, the same twice."""
        for name, function in self.functions().items():
            for given in self.arguments(name):
                types, wanted = [type(x) for x in given], [_TYPES[kind] for kind in function.parameters]
                assert types == wanted, f"{name}: `arguments` gives {_names(types)}, it takes {_names(wanted)}"
                value = function(*given)
                result = _TYPES[function.result]
                assert type(value) is result, f"{name} gives a {result.__name__}, not {value!r}: exact, and no float"
                assert function(*given) == value, f"{name} gives the same for the same arguments"
                if isinstance(value, Decimal):
                    exponent = value.as_tuple().exponent
                    fits = isinstance(exponent, int) and -exponent <= function.decimals
                    assert fits, f"{name} has at most {function.decimals} decimals, as it says; {value} has more"

    def test_a_policy_with_it_can_be_handed_to_another_process(self) -> None:
        """So it is a function of its module, found there by its name."""
        for name, function in self.functions().items():
            named = function.call.__qualname__
            assert "<" not in named, f"{name} calls a function of its module, not {named}, which no other process finds"

    def test_it_says_what_it_does(self) -> None:
        """In both languages."""
        silent = [name for name, function in self.functions().items() if not (function.summary and function.summary.zh)]
        assert not silent, f"a function has a summary in English and Chinese; {silent} has not"


class CheckContract:
    """What every check keeps to."""

    def checks(self) -> Mapping[str, Check]:
        """Your checks by name."""
        raise NotImplementedError

    def test_findings_are_about_what_there_is(self) -> None:
        """In the order of the policy, the same twice, in both languages; nothing is found in an empty policy."""
        tables: Mapping[str, Mapping[str, object]] = {
            "item": POLICY.items, "account": POLICY.accounts, "fact": POLICY.facts, "kind": POLICY.kinds,
            "requirement": POLICY.requirements, "policy": {POLICY.identifier: None},
        }  # fmt: skip
        for name, check in self.checks().items():
            found = list(check(POLICY))
            assert list(check(POLICY)) == found, f"{name} finds the same in the same policy, in the same order"
            unknown = [finding.about for finding in found if finding.about[1] not in tables.get(finding.about[0], ())]
            assert not unknown, f"{name}: a finding is about something in the policy, not {unknown}"
            sentences: list[object] = [finding.sentence for finding in found]
            spoken = all(isinstance(sentence, Phrase) and sentence and sentence.zh for sentence in sentences)
            assert spoken, f"{name}: a finding is a Phrase in English and Chinese: {sentences}"


class FormContract:
    """What every form keeps to; override `run` if it is a form of one policy."""

    def forms(self) -> Mapping[str, Form]:
        """Your forms by name."""
        raise NotImplementedError

    def run(self) -> RunData:
        """A run that the forms say something about."""
        return RUN

    def _documents(self) -> list[Document]:
        run = self.run()
        return [document for form in self.forms().values() if form.fits(run) for document in form.documents(run)]

    def test_documents_have_names_of_their_own(self) -> None:
        """Which can be names of files."""
        names = [document.name for document in self._documents()]
        assert names, "the run has something for the forms; if they are for one policy, override `run`"
        assert len(set(names)) == len(names), f"documents have names of their own: {sorted(names)}"
        odd = [name for name in names if set(name) & set('/\\:*?"<>|\n') or name.startswith(".")]
        assert not odd, f"a document's name can be a file's; {odd} cannot"

    def test_the_same_run_gives_the_same_documents(self) -> None:
        """No clock, no chance, no order of a set."""
        same = self._documents() == self._documents()
        assert same, "the same run gives the same documents: no clock, no chance, no order of a set"

    def test_it_has_a_title(self) -> None:
        """In both languages."""
        untitled = [name for name, form in self.forms().items() if not (form.title and form.title.zh)]
        assert not untitled, f"a form has a title in English and Chinese; {untitled} has not"


def _texts(days: Iterable[date]) -> str:
    return ", ".join(map(str, days))


def _names(types: Iterable[type]) -> list[str]:
    return [x.__name__ for x in types]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(offset) for offset in range((last - first).days + 1)]


POLICY: Final = PolicyWords(
    identifier="contract",
    title="社团活动办法",
    issuer="学生处",
    student=(FieldWords("name", "姓名", "text"), FieldWords("class", "班级", "text")),
    kinds={
        "activity": KindWords(
            "activity", "活动", (FieldWords("item", "项目", "item"), FieldWords("on", "日期", "date"))
        )
    },
    accounts={
        "sport": AccountWords("sport", "体育类", "category", parent="", unit="credit", period="", article="第一条"),
        "travel": AccountWords("travel", "travel", "category", parent="", unit="credit", period="", article=""),
    },
    items={
        "run": ItemWords("run", "跑步", "sport", "activity", "第一条"),
        "hike": ItemWords("hike", "hike", "travel", "activity", ""),
    },
    requirements={"graduation": RequirementWords("graduation", "毕业", ("体育类",))},
    facts={"rank": "名次"},
    units={"credit": "学分"},
)
"""A small policy, with a thing or two without a label or an article."""

_RESULTS: Final[Mapping[str, Sequence[Row]]] = {
    "accounts": [("2024001", "sport", "", Decimal("0.2"), "credit"), ("2024002", "sport", "", Decimal(0), "credit")],
    "requirements": [
        ("2024001", "graduation", "体育类", Decimal("0.2"), Decimal("0.2"), Decimal(0), "met", "第二条", ""),
        ("2024002", "graduation", "体育类", Decimal("0.2"), Decimal(0), Decimal("0.2"), "unmet", "第二条", ""),
    ],
    "records": [
        (
            "activity", "A1", "2024001", "counted", "", "run", "sport", "2024-2025-1", Decimal("0.2"), Decimal("0.2"),
            "credit", "第一条",
        )
    ],
}  # fmt: skip

RUN: Final = RunData(
    policy=POLICY,
    language="zh",
    as_of=date(2025, 7, 31),
    students={
        "2024001": {"student_id": "2024001", "name": "张三", "class": "一班"},
        "2024002": {"student_id": "2024002", "name": "李小四 =1+1", "class": "一班"},
    },
    records={
        ("activity", "A1"): {
            "record_id": "A1", "student_id": "2024001", "kind": "activity", "date": date(2024, 10, 8),
            "semester": "2024-2025-1", "item": "run", "on": date(2024, 10, 8),
        }
    },
    results={
        **{
            name: [
                dict(zip((x.name for x in columns), row, strict=True))
                for row in _RESULTS.get(name, ())
            ]
            for name, columns in RESULT_TABLES.items()
        },
        "students": [
            {"student_id": "2024001", "graduation": "met", "sport": Decimal("0.2")},
            {"student_id": "2024002", "graduation": "unmet", "sport": Decimal(0)},
        ],
    },
    standings={"2024001": {"graduation": "met"}, "2024002": {"graduation": "unmet"}},
)  # fmt: skip
"""A run of that policy over two students."""
