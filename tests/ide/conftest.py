"""A policy with labels, and the names of the bundled ones."""

from collections.abc import Callable
from functools import cache

import pytest

from creditlang.driver import compile_source, compile_text, find_policy, read_source
from creditlang.ide import Beginning, Completion, Vocabulary, complete, vocabulary
from creditlang.source import SourceFile

POLICY = """
unit credit "学分"
scale level "级别": national "国家级" > school "校级" > college "院级"
let lecture_cap "讲座上限" = 2 credit [第三条]
student "学生"
    cohort "年级" : whole number
    programme "学制" : two_year "两年制" | three_year "三年制"
record activity "第二课堂活动" "活动"
    item  "项目" : item
    on    "日期" : date
    level "级别" : level, optional
    team  "团队" : yes or no, default no
record makeup "重修"
    on    "日期" : date
    hours "小时数" : number
category moral "德育类" in credit from activity [第二条]
    item lecture "学术讲座" [第二条(一)] : 0.2 per event
    item labour "劳动（校内、校外）" : 0.1 per event
    cap lecture_cap in total
fact diligent "勤奋"
    yes when moral at least 1
    no otherwise
require graduation "毕业" [第一条]
    moral at least 1
"""


@cache
def small() -> Vocabulary:
    """The names of the policy above."""
    compiled = compile_text(POLICY)
    assert not compiled.errors
    return vocabulary(compiled)


@cache
def bundled(name: str) -> tuple[SourceFile, Vocabulary]:
    """A bundled policy and its names."""
    path = find_policy(name)
    assert path is not None
    source = read_source(path)
    assert isinstance(source, SourceFile)
    return source, vocabulary(compile_source(source))


Complete = Callable[..., list[Completion]]


@pytest.fixture
def names() -> Vocabulary:
    """The names of the small policy."""
    return small()


@pytest.fixture
def completed() -> Complete:
    """What is offered at the end of a text; a bar in it is the cursor."""

    def offered(
        text: str, beginning: Beginning = "expression", language: str = "en", **more: object
    ) -> list[Completion]:
        cursor = text.index("¦") if "¦" in text else len(text)
        return complete(text.replace("¦", ""), cursor, beginning, small(), language, **more)  # type: ignore[arg-type]

    return offered


@pytest.fixture
def offered(completed: Complete) -> Callable[..., list[str]]:
    """The texts that are offered."""
    return lambda *arguments, **more: [completion.text for completion in completed(*arguments, **more)]


@pytest.fixture
def policies() -> Callable[[str], tuple[SourceFile, Vocabulary]]:
    """A bundled policy by its name."""
    return bundled
