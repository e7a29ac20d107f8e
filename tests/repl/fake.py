"""A session that knows a small policy and says what it was asked; run as a program, it does so at a terminal."""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from creditlang.diagnostics import Language
from creditlang.driver import Compiled, compile_text
from creditlang_repl.reply import Reply, Written
from creditlang_repl.session import Session

POLICY = """
unit credit "学分"
scale level "级别": national "国家级" > school "校级" > college "院级"
let lecture_cap "讲座上限" = 2 credit
student "学生"
    cohort "年级" : whole number
record activity "第二课堂活动"
    item  "项目" : item
    on    "日期" : date
    level "级别" : level, optional
record makeup "重修"
    on    "日期" : date
    hours "小时数" : number
category moral "德育类" in credit from activity
    item lecture "学术讲座" : 0.2 per event
    item student_assistant "学生助理" : 0.3 per event
category conduct "操行" in credit from activity
    item help_others "助人" : 0.1 per event
require graduation "毕业"
    moral at least 1
"""
STUDENTS = (("2024010101", "张伟"), ("2024010102", "重阳"), ("2024020101", "\x1b[31m李\x1b[0m"))
RECORDS = (("A000121", "第二课堂活动 学术讲座 2024-11-02"), ("M1", "重修 2025-03-01"))


@cache
def compiled() -> Compiled:
    """The policy."""
    found = compile_text(POLICY)
    assert not found.errors
    return found


class FakeSession(Session):
    """Answers with what it was asked."""

    language: Language = "en"
    compiled: Compiled | None = None
    paths: tuple[Path, ...] = ()

    def __init__(self, language: Language = "en", **options: object) -> None:
        """Keep what was asked in `inputs`."""
        self.language = language
        self.compiled = compiled()
        self.options = options
        self.inputs: list[str] = []

    @property
    def title(self) -> str:
        """A name with something in it that must not reach a terminal."""
        return "small\x1b]0;x\x07"

    def answer(self, text: str, progress: Callable[[int, int], None] = lambda done, of: None) -> Reply:
        """Say it again; a few words do more."""
        self.inputs.append(text)
        said = Written().line("you said ", ("title", text.replace("\n", " / ")))
        match text.split():
            case ["quit"]:
                return Written().reply(leave=True)
            case ["fail"]:
                return Written().line(("error", "no \x1b[2J")).reply(failed=True)
            case ["long"]:
                return Written().text("\n".join(f"line {number}" for number in range(200)), "faint").reply()
            case ["work"]:
                for done in range(5):
                    progress(done, 5)
            case ["interrupted"]:
                raise KeyboardInterrupt
            case ["language", language]:
                self.language = "zh" if language == "zh" else "en"
        return said.reply()

    def refresh(self) -> Reply | None:
        """As if the policy had been saved."""
        return Written().line("saved again").reply()

    def students(self) -> tuple[tuple[str, str], ...]:
        """Three of them."""
        return STUDENTS

    def records(self) -> tuple[tuple[str, str], ...]:
        """Two of them."""
        return RECORDS


def main(words: Sequence[str]) -> None:
    """Talk to a fake session: `[--no-colour] [--keys vi] [--zh] [--watch FILE]`."""
    from creditlang_repl.prompt import Prompt

    session = FakeSession("zh" if "--zh" in words else "en")
    if "--watch" in words:
        session.paths = (Path(words[words.index("--watch") + 1]),)
    Prompt(session, keys="vi" if "vi" in words else "emacs", colour="--no-colour" not in words).run()


if __name__ == "__main__":
    main(sys.argv[1:])
