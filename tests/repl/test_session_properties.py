"""What holds of every session, whatever is typed: over the bundled policies with their samples."""

import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest
from attrs import evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import creditlang
from creditlang.core import operators as o
from creditlang.diagnostics import render
from creditlang.driver import compile_source, example_files, read_source
from creditlang.examples import run_examples
from creditlang.interpreter import Interpreter, StudentData
from creditlang.ledger import StudentResult
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names, policy_path
from creditlang.results import amount_value
from creditlang.source import SourceFile
from creditlang.values import Interval
from creditlang_repl import policy_text
from creditlang_repl.commands import commands
from creditlang_repl.conversation import Conversation
from creditlang_repl.session import Session
from creditlang_repl.tried_edits import own
from creditlang_repl.workspace import Workspace

# Each example is a whole session, so what fails is shown as it was found.
FEW = settings(
    max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
POLICIES = pytest.mark.parametrize("name", policy_names())


# ---- sessions
@cache
def first_state(name: str) -> Conversation:
    """What a session knows when a bundled policy and its sample have been read; done once, for it is not changed."""
    session = Session("en", PluginManager(no_plugins=True))
    for text in (f"load {name}", f"data sample:{name}", "as of 2027-10-31"):
        assert not session.answer(text).failed
    return session.conversation


def begun(name: str, student: str | None = None, language: str = "en") -> Session:
    """A session with a bundled policy and its sample, in which a student may have been chosen."""
    session = Session("en", PluginManager(no_plugins=True))
    first = first_state(name)
    workspace = Workspace(first.workspace.manager, (), first.workspace.policy, first.workspace.data)
    session.conversation = evolve(first, workspace=workspace, reads=language)
    if student is not None:
        assert not session.answer(f"student {student}").failed
    return session


def students(name: str) -> list[str]:
    """The numbers of the sample's students."""
    data = first_state(name).workspace.data
    assert data is not None
    return sorted(data.dataset.students)


def core(name: str) -> o.Policy:
    policy = first_state(name).workspace.policy
    assert policy is not None
    return policy.compiled.policy


def shown(amount: object) -> str:
    """An amount by its value, however many zeros it has."""
    return str(amount_value(amount) if isinstance(amount, (Decimal, Interval)) else amount)


def said(result: StudentResult) -> list[object]:
    """A result as values that can be compared."""
    entries = [
        (x.record.kind, x.record.identifier, x.rule, x.account, x.period, x.disposition(), shown(x.amount))
        for x in result.entries
    ]
    parts = [(x.requirement, x.part, x.needed, x.have, x.status) for x in result.parts]
    return [result.applies, result.requirements, result.accounts, result.facts, parts, sorted(entries)]


def results(session: Session) -> list[object]:
    """All that a session says of the student at hand."""
    now = session.conversation
    return [] if now.number is None else said(now.view().result(now.number))


def state(session: Session) -> list[object]:
    """All that a failed input must leave as it was."""
    now, workspace = session.conversation, session.conversation.workspace
    kept = [id(workspace.policy), id(workspace.data), now.number, now.language, now.tried, now.past, now.future]
    return [session.title, *kept, results(session)]


# ---- what is typed
NOISE = [
    "", "\x00", "\x1b[31m", "\u202e", "“", '"', "（", "　", "：", "＝", "\r", "\t", "9" * 400, "((((" * 30, "\ud800",
    "1e999", "-0", "０．５", "2025-02-30", "２０２５-01-01", "#", "\n", "\n    x", "…", "今", "or or", "0", "-1", "yes",
    "x" * 9000,
]  # fmt: skip
NUMBERS = ["0", "1", "2.5", "60", "100", "3 points", "0.5", "2024", "yes", "no", "２"]
DAYS = ["2024-10-08", "2025-03-02", "2019-01-01", "2040-01-01", "2023/5/6", "2024年10月8日"]
FORMS = [form for command in commands().values() for form in command.forms]
FILES = ("save", "保存", "load", "载入", "data", "数据", "reload", "重新")


@frozen
class Typist:
    """Draws what somebody types who knows the policy, more or less."""

    draw: st.DrawFn
    policy: o.Policy = field(repr=False)
    numbers: list[str] = field(repr=False)
    records: list[str] = field(repr=False)

    def one(self, *texts: str) -> str:
        return self.draw(st.sampled_from(texts))

    @property
    def items(self) -> list[str]:
        return [text for name, rule in self.policy.rules.items() for text in (name, *rule.labels)]

    def word(self) -> str:
        """A name or label of something in the policy."""
        policy = self.policy
        groups = (policy.accounts, policy.rules, policy.facts, policy.requirements, policy.kinds)
        names = [text for group in groups for name, x in group.items() for text in (name, *x.labels)]
        return self.one(*names, *(policy.settings or ["x"]))

    def anything(self) -> str:
        texts = st.text(max_size=12)
        pools = st.sampled_from([*NUMBERS, *DAYS, *NOISE, *self.records, *self.numbers])
        return self.draw(st.one_of(texts, pools, st.just(self.word())))

    def a_field(self, columns: tuple[o.Column, ...]) -> tuple[str, str]:
        column = self.draw(st.sampled_from(columns))
        values = [*(column.values or {})] or ["1", "2024-10-08", "是", "no", '"x"', "20"]
        return self.one(column.name, *column.labels), self.one(*values, *NUMBERS, *DAYS)

    def add(self) -> str:
        kind = self.one(*self.policy.kinds)
        fields = [self.a_field(self.policy.kinds[kind].columns) for _ in range(self.draw(st.integers(0, 3)))]
        said = [f"{kind} {self.one(*self.items)}", *(f"{name} {value}" for name, value in fields)]
        return f"{self.one('add', '增加')} {self.one(', ', '，').join(said)}{self.one('', ', 3 times', '，2次')}"

    def change(self) -> str:
        kind = self.one(*self.policy.kinds)
        name, value = self.a_field(self.policy.kinds[kind].columns)
        return self.one(
            f"change {self.one(*self.records)} {name} to {value}", f"更改{self.one(*self.records)}{name}为{value}"
        )

    def change_student(self) -> str:
        name, value = self.a_field(self.policy.attributes)
        return f"更改 学生 {name} 为 {value}"

    def drop(self) -> str:
        return f"{self.one('drop', '去掉')} {self.one(*self.records, *self.records, *self.items)}"

    def rule(self) -> str:
        setting = (
            f"{self.one('set', '设定')} {self.one(*(self.policy.settings or ['x']))} = {self.one(*NUMBERS, *DAYS)}"
        )
        requirement = f"require {self.word()}\n    {self.word()} at least {self.one(*NUMBERS)}"
        item = f"item {self.one(*self.items)}: {self.one(*NUMBERS)} per event"
        return self.one(setting, f"in {self.word()} {item}", item, requirement, f"let x = {self.one(*NUMBERS)}")

    def going(self) -> str:
        """Back and forth, another day, another student, another language."""
        fixed = ("undo", "redo", "reset", "撤销", "重做", "还原", "history", "language zh", "语言 en")
        return self.one(*fixed, f"as of {self.one(*DAYS)}", f"student {self.one(*self.numbers)}")

    def question(self) -> str:
        asked = self.one("show", "why", "显示", "为什么", "记录清单", "records", "help")
        value = f"{self.word()} {self.one('+', '*', '且', 'and', '>=', 'is')} {self.anything()}"
        return self.one(f"{asked} {self.word()}", asked, value, self.word())

    def mess(self) -> str:
        form = self.one(*FORMS)
        if form.startswith((*FILES, "what", "假如", "如果")):
            return f"{form} "
        return self.one(f"{form} {self.anything()} {self.anything()}", f"{form}{self.anything()}", self.anything())

    def edit(self) -> str:
        return self.draw(st.sampled_from((self.add, self.change, self.change_student, self.drop, self.rule)))()

    def input(self) -> str:
        forms = (self.add, self.change, self.change_student, self.drop, self.rule, self.going, self.question, self.mess)
        return self.draw(st.sampled_from(forms))()


def typist(draw: st.DrawFn, name: str, number: str) -> Typist:
    data = first_state(name).workspace.data
    assert data is not None
    records = [record.identifier for record in data.dataset.students[number].records]
    return Typist(draw, core(name), students(name), [*records, "new1", "new2"])


# ---- whatever is typed
@POLICIES
@given(data=st.data())
@FEW
def test_nothing_that_is_typed_is_a_mistake_of_ours_and_what_fails_changes_nothing(
    name: str, data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from(students(name)))
    session = begun(name, number, data.draw(st.sampled_from(["en", "zh"])))
    for _ in range(data.draw(st.integers(1, 5))):
        typed = typist(data.draw, name, number).input()
        before = state(session)
        reply = session.answer(typed)
        assert "CR915" not in reply.text, typed
        assert not reply.failed or state(session) == before, typed
        assert not any(ord(character) < 32 and character != "\n" for character in reply.text), typed


@POLICIES
@given(data=st.data())
@FEW
def test_back_and_forth_come_to_the_same(name: str, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(students(name)))
    session = begun(name, number)
    base, passed = results(session), []
    for _ in range(data.draw(st.integers(1, 4))):
        before = results(session)
        if not session.answer(typist(data.draw, name, number).edit()).failed:
            passed.append(before)
    last = results(session)
    for expected in reversed(passed):
        assert not session.answer("undo").failed
        assert results(session) == expected
    assert results(session) == base
    for _ in passed:
        assert not session.answer("redo").failed
    assert results(session) == last
    assert not session.answer("reset").failed
    assert results(session) == base


@POLICIES
@given(data=st.data())
@FEW
def test_what_is_tried_is_what_a_program_gets_from_the_changed_policy_and_records(
    name: str, data: st.DataObject
) -> None:
    number = data.draw(st.sampled_from(students(name)))
    session = begun(name, number)
    for _ in range(data.draw(st.integers(1, 4))):
        session.answer(typist(data.draw, name, number).edit())
    now, view = session.conversation, session.conversation.view()
    student, known = view.student(number), view.known().dataset.students[number]
    ranked = any(fact.among_others for fact in core(name).facts.values())
    if ranked or known.problem is not None or any(record.problem is not None for record in student.records):
        return  # a program cannot hand over what could not be read, nor the others among whom somebody is ranked
    records: dict[str, list[dict[str, object]]] = {}
    for record in student.records:
        records.setdefault(record.kind, []).append({**record.values, "record_id": record.identifier})
    loaded = creditlang.load(own(view.compiled).text, plugins=False)
    attributes = {"student_id": number, **student.attributes}
    fresh = loaded.evaluate(attributes, records, as_of=now.tried.as_of, set=view.overrides)
    assert said(fresh.ledger) == said(view.result(number))


@POLICIES
def test_a_value_that_is_set_is_the_value_of_a_run_with_it(name: str) -> None:
    policy = creditlang.load(name, plugins=False)
    for setting, wanted in policy.core.setting_types.items():
        if wanted.name == "number":
            session = begun(name)
            assert not session.answer(f"set {setting} = 1").failed
            run = policy.run(f"sample:{name}", as_of=date(2027, 10, 31), set={setting: 1}).tables["accounts"]
            own_rows = [row for number in students(name) for row in balances(session, number)]
            assert sorted(own_rows) == sorted((row[0], row[1], row[2], shown(row[3])) for row in run)
            break


def balances(session: Session, number: str) -> Iterator[tuple[str, str, str, str]]:
    for line in session.conversation.view().result(number).accounts:
        yield number, line.account, line.period, shown(line.amount)


# ---- the policy's own text
@POLICIES
def test_a_declaration_typed_again_as_it_stands_changes_nothing(name: str) -> None:
    policy = first_state(name).workspace.policy
    assert policy is not None
    compiled, text = policy.compiled, own(policy.compiled).text
    reader, typed = begun(name).conversation.reader(None), 0
    for node in policy_text.named(compiled):
        if node.span.source is own(compiled):
            block = policy_text.block_at(text, node.span.start)
            written = dedent(text[block.start : block.end])
            edit = reader.declared(SourceFile("prompt", written), 0)
            assert edit.apply(compiled) == text, written
            typed += 1
    assert typed > 20


@POLICIES
@given(data=st.data())
@FEW
def test_a_policy_that_is_saved_gives_the_same_results(name: str, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(students(name)))
    session = begun(name, number)
    for _ in range(data.draw(st.integers(1, 3))):
        session.answer(typist(data.draw, name, number).rule())
    wanted = results(session)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.credit"
        reply = session.answer(f'save policy "{path}"')
        assert not reply.failed, reply.text
        again = begun(name, number)
        assert not again.answer(f'load "{path}"').failed
        assert results(again) == wanted
        patched(folder, name, session, path.read_text(encoding="utf-8"))


def patched(folder: str, name: str, session: Session, wanted: str) -> None:
    """A patch, applied by the tool that everybody has, gives the text that is saved."""
    difference, target = Path(folder) / "new.diff", Path(folder) / "old.credit"
    reply = session.answer(f'save patch "{difference}"')
    assert not reply.failed
    if difference.exists():
        path = policy_path(name)
        assert path is not None
        target.write_bytes(path.read_bytes())
        subprocess.run(["patch", "-s", str(target), str(difference)], check=True)
        assert target.read_text(encoding="utf-8") == wanted


# ---- examples
@POLICIES
@pytest.mark.parametrize("language", ["en", "zh"])
def test_examples_that_are_kept_pass_and_name_nobody(name: str, language: str, tmp_path: Path) -> None:
    path = policy_path(name)
    assert path is not None
    target, kept = tmp_path / f"{name}.examples.kept.credit", []
    for number in students(name)[:: 1 + len(students(name)) // 10]:
        session = begun(name, number, language)
        reply = session.answer(f'save example "{len(kept)}" to {target}')
        assert not reply.failed or "CR910" in reply.text
        if not reply.failed:
            kept += [number, session.conversation.name_of(number)]
    text = target.read_text(encoding="utf-8")
    assert len(kept) > 6
    assert [personal for personal in kept if personal and personal in text] == []
    sources = [read_source(each) for each in (path, *example_files(path), target)]
    compiled = compile_source(sources[0], False, sources[1:])  # type: ignore[arg-type]
    assert [render(error) for error in compiled.errors] == []
    program = compiled.compilation.program
    program.examples = [example for example in program.examples if example.span.source is sources[-1]]
    outcomes = list(run_examples(compiled.policy, program))
    assert len(outcomes) >= len(kept) // 2
    assert [render(failure) for outcome in outcomes for failure in outcome.failures] == []


# ---- interruptions
@POLICIES
@given(data=st.data())
@FEW
def test_an_interruption_changes_nothing(name: str, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(students(name)))
    session = begun(name, number)
    session.answer(typist(data.draw, name, number).edit())
    before, left = state(session), data.draw(st.integers(0, 30))
    evaluate = Interpreter.evaluate

    def interrupted(self: Interpreter, student: StudentData) -> StudentResult:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return evaluate(self, student)

    typed = data.draw(st.sampled_from(["what if", "students", f"as of {DAYS[0]}", "undo", "reload", f"load {name}"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Interpreter, "evaluate", interrupted)
        failed = session.answer(typed).failed
    assert not failed or state(session) == before


def test_an_interruption_while_progress_is_told_changes_nothing() -> None:
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    session = begun("hengyang", students("hengyang")[4])
    before = state(session)
    for typed in ("what if drop lecture", "students", "count activity", "top 3 students by moral"):
        assert session.answer(typed, stop).text == "Interrupted; nothing was changed.\n"
        assert state(session) == before
