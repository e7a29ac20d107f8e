"""What a session does beside its transcripts: files saved in an editor, interruptions, mistakes of our own."""

from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from creditlang.interpreter import Interpreter
from creditlang.plugin import PluginManager
from creditlang_repl.session import Session

POLICY = """unit point
student
    name : text, optional
record activity
    item : item
    on   : date
category club in point
    item evening "reading evening" [Article 1]
        1 point per event
require certificate [Article 2]
    club at least 2 point
"""
STUDENTS = "student_id,name\n1001,Ann\n1002,Bo\n"
ACTIVITIES = "student_id,record_id,item,on\n1001,A01,evening,2025-10-14\n1001,A02,evening,2025-10-21\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy and data, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "club.credit").write_text(POLICY, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "student.csv").write_text(STUDENTS, encoding="utf-8")
    (tmp_path / "data" / "activity.csv").write_text(ACTIVITIES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def session(folder: Path) -> Session:
    """A session with policy and data."""
    made = Session("en", PluginManager(no_plugins=True))
    for text in ("load club.credit", "data data"):
        assert not made.answer(text).failed
    return made


def saved(folder: Path, old: str, new: str) -> None:
    """Save the policy, changed, as an editor does."""
    text = (folder / "club.credit").read_text(encoding="utf-8")
    assert old in text
    (folder / "club.credit").write_text(text.replace(old, new), encoding="utf-8")


# ---- saving in an editor
def test_nothing_is_told_while_nothing_is_saved(session: Session) -> None:
    assert session.refresh() is None


def test_saving_tells_what_changed_for_the_student(session: Session, folder: Path) -> None:
    session.answer("student 1001")
    saved(folder, "        1 point", "        3 point")
    reply = session.refresh()
    assert reply is not None
    assert not reply.failed
    assert "club: 2.00 → 6.00  (+4.00)" in reply.text
    assert session.refresh() is None
    assert session.answer("club").text.startswith("club  6.00 point")


def test_saving_tells_what_changed_for_all_where_nobody_is_chosen(session: Session, folder: Path) -> None:
    saved(folder, "        1 point", "        3 point")
    reply = session.refresh()
    assert reply is not None
    assert "2 students compared: 1 changed, 1 did not" in reply.text
    assert "1001        club     2.00   6.00" in reply.text


def test_a_policy_with_a_mistake_is_told_of_once_and_the_one_before_it_goes_on(session: Session, folder: Path) -> None:
    session.answer("student 1001")
    saved(folder, "point per event", "pont per event")
    reply = session.refresh()
    assert reply is not None
    assert reply.failed
    assert "“pont”" in reply.text
    assert session.refresh() is None
    assert session.answer("club").text.startswith("club  2.00 point")
    saved(folder, "1 pont", "2 point")
    reply = session.refresh()
    assert reply is not None
    assert "club: 2.00 → 4.00" in reply.text


def test_what_is_tried_stays_when_the_policy_is_saved(session: Session, folder: Path) -> None:
    session.answer("student 1001")
    session.answer("drop A02")
    saved(folder, "        1 point", "        3 point")
    reply = session.refresh()
    assert reply is not None
    assert "club: 1.00 → 3.00" in reply.text
    assert session.title == "club 1001 +1"


def test_what_is_tried_may_no_longer_fit(session: Session, folder: Path) -> None:
    session.answer("student 1001")
    session.answer("in evening cap 1 point in total")
    saved(folder, "item evening", "item meeting")
    reply = session.refresh()
    assert reply is not None
    assert reply.failed
    assert "evening" in reply.text
    assert session.title == "club 1001 +1"
    assert session.answer("club").text.startswith("club  1.00 point")


def test_a_file_that_is_gone_is_no_matter(session: Session, folder: Path) -> None:
    (folder / "club.credit").unlink()
    assert session.refresh() is None
    assert "2 students" in session.answer("students").text


def test_reload_reads_the_data_again(session: Session, folder: Path) -> None:
    session.answer("student 1001")
    (folder / "data" / "activity.csv").write_text(ACTIVITIES + "1001,A03,evening,2025-11-04\n", encoding="utf-8")
    assert "club: 2.00 → 3.00" in session.answer("reload").text


def test_a_student_may_be_gone_after_reading_anew(session: Session, folder: Path) -> None:
    session.answer("student 1002")
    (folder / "data" / "student.csv").write_text("student_id,name\n1001,Ann\n", encoding="utf-8")
    assert "1002 is no longer in the data" in session.answer("reload").text
    assert session.title == "club"


# ---- nothing typed loses the session
def state(session: Session) -> tuple[Any, ...]:
    """Everything that a session is."""
    now = session.conversation
    return session.title, now.tried, now.past, now.future, now.language, now.workspace.policy, now.workspace.data


@pytest.mark.parametrize("text", [
    "what if drop evening", "students", "count activity", "add activity evening, on 2025-11-11", "reload",
    "undo", "load club.credit", "data data",
])  # fmt: skip
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_what_is_broken_off_changes_nothing(
    session: Session, text: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    session.answer("student 1001")
    session.answer("add activity evening, on 2025-11-04")
    before = state(session)

    def broken(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Interpreter, "evaluate", broken)
        patch.setattr(Interpreter, "ask", broken)
        reply = session.answer(text)
    if reply.failed:
        assert state(session) == before
        expected = "Interrupted" if error is KeyboardInterrupt else "error"
        assert expected in reply.text
    else:
        assert text in ("load club.credit", "data data", "reload", "undo")
    assert session.answer("students").text.count("\n") == 5


def test_a_mistake_of_ours_is_told_as_such_without_values(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Ann")

    monkeypatch.setattr(Interpreter, "ask", broken)
    reply = session.answer("students")
    assert reply.failed
    assert "CR915" in reply.text
    assert "KeyError" in reply.text
    assert "Ann" not in reply.text


# ---- what the prompt asks
def test_what_completion_asks(session: Session) -> None:
    assert session.students() == (("1001", "Ann"), ("1002", "Bo"))
    assert session.records() == ()
    session.answer("student 1001")
    session.answer("add activity evening, on 2025-11-04")
    assert [number for number, _ in session.records()] == ["A01", "A02", "new1"]
    assert session.records()[0][1] == "activity reading evening 2025-10-14"
    assert session.compiled is not None
    assert session.language == "en"


def test_the_title_tells_policy_student_and_changes(session: Session) -> None:
    assert Session("en", PluginManager(no_plugins=True)).title == ""
    assert session.title == "club"
    session.answer("student Ann")
    session.answer("drop A01")
    assert session.title == "club 1001 +1"


def test_comments_and_empty_inputs_are_answered_with_nothing(session: Session) -> None:
    for text in ("", "  ", "\n", "# a remark"):
        assert session.answer(text).text == ""


# ---- what is tried, and a policy that has it no more
@pytest.mark.parametrize(
    ("tried", "old", "new", "code"),
    [
        ("change A01 on to 2025-10-15", "    on   :", "    when :", "CR101"),
        ("change student name to “Cy”", "    name :", "    call :", "CR101"),
        ("add activity evening, on 2025-11-01", "    on   :", "    when :", "CR101"),
        ("add activity evening, on 2025-11-01", "record activity", "record event", "CR101"),
        ("set enough = 3", "let enough = 2 point\n", "let least = 2 point\n", "CR401"),
    ],
)
def test_a_policy_without_what_is_tried_is_told_of_and_the_one_before_goes_on(
    folder: Path, tried: str, old: str, new: str, code: str
) -> None:
    text = POLICY.replace("student\n", "let enough = 2 point\nstudent\n", 1).replace("least 2 point", "least enough")
    (folder / "club.credit").write_text(text, encoding="utf-8")
    session = Session("en", PluginManager(no_plugins=True))
    for typed in ("load club.credit", "data data", "student 1001", tried):
        assert not session.answer(typed).failed
    before = session.answer("show").text
    for was, now in ((old, new), ("enough\n", "least\n")):
        saved(folder, was, now)
    reply = session.refresh()
    assert reply is not None and reply.failed
    assert code in reply.text and "CR915" not in reply.text
    assert session.answer("show").text == before


def test_a_policy_saved_while_it_is_read_is_read_once_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from creditlang_repl import workspace

    read = workspace.read_source

    def read_then_saved(path: Path) -> object:
        source = read(path)
        saved(folder, "1 point per event", "2 point per event")
        return source

    session = Session("en", PluginManager(no_plugins=True))
    with monkeypatch.context() as patched:
        patched.setattr(workspace, "read_source", read_then_saved)
        assert not session.answer("load club.credit").failed
    assert session.refresh() is not None


def test_a_file_beside_the_policy_is_watched_and_read_with_it(folder: Path) -> None:
    (folder / "levels.credit").write_text("let enough = 2 point\n", encoding="utf-8")
    text = POLICY.replace("student\n", 'use "./levels"\nstudent\n', 1).replace("least 2 point", "least enough")
    (folder / "club.credit").write_text(text, encoding="utf-8")
    session = Session("en", PluginManager(no_plugins=True))
    for typed in ("load club.credit", "data data", "student 1001", "set enough = 3"):
        reply = session.answer(typed)
        assert not reply.failed, reply.text
    assert [path.name for path in session.paths] == ["levels.credit", "club.credit"]
    assert session.refresh() is None
    (folder / "levels.credit").write_text("let enough = 1 point\n", encoding="utf-8")
    assert session.refresh() is not None


def test_what_goes_on_stays_at_hand_whatever_else_is_asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.answer("item evening: 2 point per event")
    compiled = session.compiled
    for points in range(3, 10):
        assert not session.answer(f"what if item evening: {points} point per event").failed
    assert session.compiled is compiled


def test_other_threads_see_the_session_before_or_after_an_answer(session: Session) -> None:
    seen: list[object] = []
    threads: list[Thread] = []

    def look(done: int, of: int) -> None:
        threads.append(Thread(target=lambda: seen.append(session.compiled), daemon=True))
        threads[-1].start()
        threads[-1].join(0.1)
        assert not seen

    session.answer("what if item evening: 2 point per event", look)
    assert threads
    threads[-1].join(5)
    assert seen


def test_completion_goes_on_when_the_data_are_gone(session: Session, folder: Path) -> None:
    """A new label has the data read again; if they cannot be, names are those of the policy as it stands."""
    session.answer('in club item film "film evening" [Article 3] : 1 point per event')
    for path in (folder / "data").iterdir():
        path.unlink()
    (folder / "data").rmdir()
    session.conversation.workspace.use(session.conversation.workspace.policy)
    assert session.compiled is not None
    assert session.answer("students").failed
    assert session.students() == (("1001", "Ann"), ("1002", "Bo"))
