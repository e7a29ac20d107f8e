"""What is worked out for one question about all students is not worked out again for the next."""

import pytest

from creditlang.ledger import StudentResult
from creditlang.one_student import OneStudent, StudentData
from creditlang.plugin import PluginManager
from creditlang_repl.session import Session


def session() -> Session:
    """A session over the Hengyang sample."""
    begun = Session("en", PluginManager(no_plugins=True))
    told(begun, "load hengyang")
    told(begun, "data sample:hengyang")
    return begun


def told(begun: Session, typed: str) -> str:
    """The answer, which is no failure."""
    reply = begun.answer(typed)
    assert not reply.failed, reply.text
    return reply.text


def test_who_is_compared_is_worked_out_once_for_several_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question says what it says when it is asked first; those of the first are asked of one side from then on."""
    asked, first, second = list[str](), "what if set pass_mark = 80", "what if set makeup_points = 9"
    expected = told(session(), second)
    work_out = OneStudent.result

    def noted(self: OneStudent, student: StudentData) -> StudentResult:
        asked.append(student.identifier)
        return work_out(self, student)

    monkeypatch.setattr(OneStudent, "result", noted)
    begun = session()
    answer = told(begun, first)
    both = sorted(asked)
    assert both == sorted([*set(both)] * 2)
    asked.clear()
    assert told(begun, first) == answer
    assert sorted(asked) == sorted(set(both))
    asked.clear()
    assert told(begun, second) == expected
    assert 0 < len(asked) < 2 * len(set(asked))
    told(begun, "set pass_mark = 70")
    asked.clear()
    told(begun, first)
    assert sorted(asked) == sorted([*set(asked)] * 2), "with other edits everything is another"


def test_results_of_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("creditlang_repl.workspace._MOST_KEPT", 100)
    begun = session()
    answer = told(begun, "what if set pass_mark = 80")
    assert 0 < sum(len(x.records) for x in begun.conversation.view()._compared.values()) <= 100
    assert told(begun, "what if set pass_mark = 80") == answer
