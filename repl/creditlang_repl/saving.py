"""Keeping what was tried: a student as an example of the policy, a policy with its changes, the changes as a patch.

An example says all that the student has and expects what came out. It is run before anything is written, by the same
runner that will test it later; one that comes out differently is not kept. A student's number and name do not go into
it, for examples are read by everybody.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

from attrs import frozen

from creditlang.core import operators as o
from creditlang.diagnostics import Diagnostic, Language, Phrase, Place, in_language, report
from creditlang.diagnostics.diagnostic import COMMA
from creditlang.driver import compile_source
from creditlang.examples import run_examples
from creditlang.ledger import Record, StudentResult
from creditlang.one_student import StudentData
from creditlang.plugin import Extensions, PluginError
from creditlang.queries import BadQuestion
from creditlang.results import Results
from creditlang.source import SourceFile
from creditlang.syntax import tree as t
from creditlang.syntax.keywords import keywords
from creditlang.toolkit.atomic_files import publish_file
from creditlang.values import UNBOUNDED, Interval, written
from creditlang_repl.policy_text import with_value
from creditlang_repl.tried_edits import CannotDo, SetValue, elsewhere, is_beside, own
from creditlang_repl.workspace import View

_NAME = re.compile(r"[^\W\d]\w*")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_PERSONAL = {"name", "姓名"}


class ExampleWriter:
    """Writes one student as an example, in one dialect; `labels` uses the policy's labels for names."""

    def __init__(self, view: View, number: str, language: Language, labels: bool) -> None:
        self.policy, self.view, self.number = view.policy, view, number
        self.language, self.labels = language, labels
        self.student = view.student(number)
        self.private = private(view, number)
        self.single: dict[str, bool] = {}

    def word(self, terminal: str) -> str:
        """A keyword."""
        return keywords().written(terminal, self.language)

    def name(self, name: str, labels: tuple[str, ...]) -> str:
        """A name as it is written here."""
        return next(filter(self.is_single, labels), name) if self.labels else name

    def is_single(self, label: str) -> bool:
        """Whether a label is read as one name; some have signs in them, some others' labels."""
        if label not in self.single:
            self.single[label] = bool(_NAME.fullmatch(label)) and self.is_read(label)
        return self.single[label]

    def is_read(self, label: str) -> bool:
        try:
            node = self.view.asker.tree("expression", SourceFile("example", label))
        except BadQuestion:
            return False
        return isinstance(node, t.Name) and node.text == label

    def without_names(self, text: str) -> str:
        """A text in which something else stands for the student's number and name."""
        for pattern in self.private:
            text = pattern.sub(in_language(Phrase("somebody", "某同学"), self.language), text)
        return text

    def text(self, title: str, changed: Iterable[tuple[str, str]]) -> str:
        """The example. `changed` are the accounts and facts that have to be expected, each with its period."""
        student, result = self.student, self.view.result(self.number)
        comma = in_language(COMMA, self.language)
        lines = [f"{self.word('EXAMPLE')} {quoted(title)}"]
        attributes = list(self.attributes(student))
        if attributes:
            lines.append(f"    {self.person()} {comma.join(attributes)}")
        lines += [f"    {line}" for line in self.records(student, comma)]
        as_of = self.view.one_student.as_of
        if as_of is not None:
            lines.append(f"    {self.word('AS_OF')} {as_of.isoformat()}")
        for edit in self.view.tried.edits:
            if isinstance(edit, SetValue):
                lines.append(f"    {self.word('SET')} {edit.name} = {edit.written}")
        lines += [f"    {self.word('SET')} {line}" for line in self.among_others(result)]
        lines += [f"    {line}" for line in self.expectations(result, set(changed))]
        return "\n".join(lines) + "\n"

    def person(self) -> str:
        """The word for people with which the example begins."""
        person = self.policy.person
        if person is None:
            return self.word("STUDENT")
        return self.name(person.name, self.policy.student_labels)

    def among_others(self, result: StudentResult) -> Iterator[str]:
        """What the student cannot come to alone: ranks, and facts of groups, where they are the same in all periods."""
        ranked = {name: (name, labels) for name, labels in ((x.name, x.labels) for x in self.policy.facts.values())}
        found: dict[str, set[str]] = {}
        for rank in result.ranks:
            for part, value in (("", rank.rank), (".ranked", rank.ranked), (".all", rank.all)):
                found.setdefault(self.name(*ranked[rank.fact]) + self.part(part), set()).add(self.amount(value))
        for fact in result.facts:
            if self.policy.facts[fact.fact].groups is not None:
                found.setdefault(self.name(*ranked[fact.fact]), set()).add(self.amount(fact.value))
        for name, values in found.items():
            only = values.pop() if len(values) == 1 else ""
            if only and f" {self.word('TO')} " not in only:
                yield f"{name} = {only}"

    def part(self, part: str) -> str:
        """What a part of a ranking is called."""
        words = [f".{word}" for word, meant in o.RANK_WORDS.items() if f".{meant}" == part]
        return words[self.language == "zh"] if words else ""

    def attributes(self, student: StudentData) -> Iterator[str]:
        """What the student is, but for the name."""
        for column in self.policy.attributes:
            value = student.attributes.get(column.name)
            if value is None or (column.optional and value == column.default):
                continue
            if column.optional and {column.name, *column.labels} & _PERSONAL:
                continue
            yield self.field(column, value)

    def records(self, student: StudentData, comma: str) -> Iterator[str]:
        """The records in order, those that say the same one after the other as one line."""
        written: list[tuple[str, int]] = []
        for record in sorted(student.records, key=lambda record: record.order):
            if record.problem is not None:
                raise CannotDo([cannot(_invalid(record.identifier))])
            text = comma.join(self.parts(record))
            if written and written[-1][0] == text:
                written[-1] = text, written[-1][1] + 1
            else:
                written.append((text, 1))
        for text, count in written:
            times = f"{comma}{count} {self.word('EVENTS' if self.language == 'zh' else 'TIMES')}" if count > 1 else ""
            yield f"{text}{times}"

    def parts(self, record: Record) -> Iterator[str]:
        """Kind and item, then each field that says something."""
        kind = self.policy.kinds[record.kind]
        head = self.name(record.kind, kind.labels)
        item = record.values.get(kind.item_field or "")
        if item is not None:
            rule = self.policy.rules.get(str(item))
            called = self.name(rule.name, rule.labels) if rule else str(item)
            head += f" {called if _NAME.fullmatch(called) and rule else quoted(called)}"
        fields = [
            self.field(column, value)
            for column in kind.columns
            if column.name != kind.item_field
            and (value := record.values.get(column.name)) is not None
            and not (column.default is not None and value == column.default)
        ]
        if item is None and fields:
            yield f"{head} {fields[0]}"
            yield from fields[1:]
            return
        yield head
        yield from fields

    def field(self, column: o.Column, value: object) -> str:
        """A field and what it says."""
        return f"{self.name(column.name, column.labels)} {self.value(column, value)}"

    def value(self, column: o.Column, value: object) -> str:
        """A value as the language writes it."""
        if isinstance(value, bool):
            return self.word("YES" if value else "NO")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return written(value)
        if column.type.name in ("value", "account") and _NAME.fullmatch(str(value)):
            labels = tuple(text for text, name in (column.values or {}).items() if name == value and text != value)
            return self.name(str(value), labels)
        return str(value) if column.type.name == "semester" else quoted(self.without_names(str(value)))

    def expectations(self, result: StudentResult, changed: set[tuple[str, str]]) -> Iterator[str]:
        """What came out: requirements, totals, and whatever a change made different."""
        expect, equals = self.word("EXPECT"), "="
        for name, status in result.requirements.items():
            labels = self.policy.requirements[name].labels
            yield f"{expect} {self.name(name, labels)} {self.word('IS')} {self.word(status.upper())}"
        wanted = {(name, "") for name in Results(self.policy).totals} | changed
        for line in result.accounts:
            if (line.account, line.period) in wanted and (amount := self.amount(line.amount)):
                account = self.name(line.account, self.policy.accounts[line.account].labels)
                period = f" {self.word('IN')} {line.period}" if line.period else ""
                yield f"{expect} {account}{period} {equals} {amount}"
        for fact in result.facts:
            if (fact.fact, fact.period) in changed and (amount := self.amount(fact.value)):
                period = f" {self.word('IN')} {fact.period}" if fact.period else ""
                yield f"{expect} {self.name(fact.fact, self.policy.facts[fact.fact].labels)}{period} {equals} {amount}"

    def amount(self, value: object) -> str:
        """An amount, from low to high where it is open; empty if it cannot be expected."""
        if isinstance(value, bool):
            return self.word("YES" if value else "NO")
        if isinstance(value, Decimal):
            return written(value)
        if isinstance(value, Interval) and value.high != UNBOUNDED:
            return f"{written(value.low)} {self.word('TO')} {written(value.high)}"
        return ""


def private(view: View, number: str) -> tuple[re.Pattern[str], ...]:
    """What finds a student's number and names in a text; Latin ones are found as whole words."""
    columns = [x.name for x in view.policy.attributes if {x.name, *x.labels} & _PERSONAL]
    known = (view.known().dataset.students[number].attributes, view.student(number).attributes)
    names = {str(attributes[x]) for attributes in known for x in columns if attributes.get(x)}
    words = [rf"(?<![^\W_]){re.escape(x)}(?![^\W_])" if x.isascii() else re.escape(x) for x in sorted(names)]
    return tuple(re.compile(word) for word in (re.escape(number), *words))


@frozen
class Beside:
    """What an example will be run with: the policy's other files of examples, and what plugins add to the language."""

    examples: tuple[SourceFile, ...]
    extensions: Callable[[], Extensions]


def example(
    view: View, number: str, title: str, language: Language, changed: Iterable[tuple[str, str]], beside: Beside
) -> str:
    """A student as an example that comes out as it should. Raises `CannotDo` if there is no way to write it."""
    changed = tuple(changed)
    found: list[Diagnostic] = []
    for labels in (True, False) if language == "zh" else (False,):
        text = ExampleWriter(view, number, language, labels).text(title, changed)
        if any(pattern.search(text) for pattern in private(view, number)):
            raise CannotDo(
                [cannot(Phrase("the student's number or name would stand in it.", "里面会出现该学生的学号或姓名。"))]
            )
        found = wrong_with(view, text, beside)
        if not found:
            return text
    raise CannotDo([cannot(Phrase("it comes out differently.", "试跑的结果不同。")), *found[:2]])


def wrong_with(view: View, text: str, beside: Beside) -> list[Diagnostic]:
    """What is wrong with an example of a policy: findings, or what came out differently."""
    source = own(view.compiled)
    written = SourceFile("example", text)
    compiled = compile_source(
        SourceFile(source.name, source.text, source.path), False, [*beside.examples, written], beside.extensions
    )
    errors = [found for found in compiled.errors if found.span is not None and found.span.source is written]
    if errors:
        return errors
    program = compiled.compilation.program
    program.examples = [node for node in program.examples if node.span.source is written]
    return [failure for outcome in run_examples(compiled.policy, program) for failure in outcome.failures]


def _invalid(number: str) -> Phrase:
    return Phrase(
        f"the record {number} is invalid, and an example cannot say how; `drop` it first.",
        f"记录{number}无效，例子里写不出来；可先“去掉”它。",
    )


def cannot(reason: Phrase) -> Diagnostic:
    """An example that cannot be kept."""
    return report("CR910", None, reason=reason)


def changed_texts(view: View, beside: bool) -> dict[SourceFile, str]:
    """The policy's own text with all changes, then, with `beside`, those of files in its folder whose named values are
    other ones. Raises `CannotDo` where a value stands elsewhere.
    """
    lets, policy = view.compiled.compilation.program.lets, own(view.compiled)
    values = {edit.name: edit.written for edit in view.tried.edits if isinstance(edit, SetValue)}
    texts = {policy: policy.text}
    for name in sorted(values, key=lambda name: -lets[name].span.start):  # so that places above stay as they are
        source = lets[name].span.source
        if source is not policy and not (beside and is_beside(source)):
            raise CannotDo([elsewhere(name, source, None, _PATCH if is_beside(source) else None)])
        texts[source] = with_value(texts.get(source, source.text), lets[name], values[name])
    return texts


_PATCH = Phrase("`save patch` changes both files", "用“保存补丁”，两个文件的改动都会写进去")


def patch(name: str, before: str, after: str) -> str:
    """The lines that a change takes out of a file and puts in, as a patch."""
    lines = difflib.unified_diff(_LINES.findall(before), _LINES.findall(after), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def as_in(path: Path, text: str) -> str:
    """A text as it would stand in a file: with its byte order mark and its ends of lines."""
    data = b""
    with suppress(OSError):  # a policy whose file is gone can still be saved
        data = path.read_bytes()
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    return mark + (text.replace("\n", "\r\n") if b"\r\n" in data else text)


# ---- files
def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises `CannotDo`."""
    if path.exists():
        raise CannotDo([report("CR913", Place(path.name), name=path.name)])
    _write(path, text)


def add_to(path: Path, text: str) -> None:
    """Add to the end of a file, or begin it; it is there whole or as before. Raises `CannotDo`."""
    before = ""
    with suppress(FileNotFoundError):
        try:
            before = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise CannotDo([report("CR710", Place(path.name), reason=type(error).__name__)]) from None
    _write(path, f"{before.rstrip()}\n\n{text}" if before.strip() else text)


def _write(path: Path, text: str) -> None:
    try:
        publish_file(path, text.encode())
    except PluginError as error:
        raise CannotDo(error.diagnostics) from None


def quoted(text: str) -> str:
    """A text in quotation marks that it does not contain itself. Raises `CannotDo` if there are none."""
    for left, right in (('"', '"'), ("“", "”"), ("＂", "＂")):
        if left not in text and right not in text and "\n" not in text:
            return f"{left}{text}{right}"
    raise CannotDo([cannot(Phrase("a text has every kind of quotation mark.", "有一段文字包含各种引号。"))])
