"""In a real terminal, that of tmux: what is seen on the screen while somebody types."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FAKE = Path(__file__).with_name("fake.py")
REQUIRED = os.environ.get("CREDITLANG_REQUIRE_TMUX") == "1"
pytestmark = pytest.mark.skipif(shutil.which("tmux") is None and not REQUIRED, reason="tmux is not installed")


class Terminal:
    """A terminal of 80 by 24 in which a program runs; `keys` types, `see` waits for a text on the screen."""

    def __init__(self, folder: Path, words: str = "", program: str = shlex.quote(str(FAKE))) -> None:
        self.server = ("tmux", "-L", f"creditlang-{os.getpid()}-{folder.name}", "-f", os.devnull)
        self.environment = {
            "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"],
            "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        command = f"{shlex.quote(sys.executable)} {program} {words}; echo left: $?; exec sleep 60"
        self.call("new-session", "-d", "-x", "80", "-y", "24", "-c", str(folder), command)

    def call(self, *words: str) -> str:
        """A command of tmux."""
        done = subprocess.run([*self.server, *words], capture_output=True, text=True, env=self.environment, check=True)
        return done.stdout

    def keys(self, *keys: str) -> None:
        """Type, each a text or the name of a key."""
        self.call("send-keys", *keys)

    def screen(self, colours: bool = False) -> str:
        """What is seen."""
        return self.call("capture-pane", "-p", *(["-e"] if colours else []))

    def see(self, true: str | Callable[[str], bool], seconds: float = 60) -> str:
        """Wait until a text is on the screen."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if true in screen if isinstance(true, str) else true(screen):
                return screen
            assert time.monotonic() < end, f"not seen: {true}\n{screen}"
            time.sleep(0.05)

    def prompts(self, many: int) -> None:
        """Wait until the prompt stands for the time that is told: a key that comes before can be lost."""
        self.see(lambda screen: screen.count(r"\x07>") == many)

    def close(self) -> None:
        """End the program and its terminal."""
        subprocess.run([*self.server, "kill-server"], capture_output=True, env=self.environment, check=False)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Open a terminal with the program."""
    found: list[Terminal] = []

    def terminal(words: str = "", **options: str) -> Terminal:
        found.append(Terminal(tmp_path, words, **options))
        return found[-1]

    yield terminal
    for each in found:
        each.close()


def test_a_command_is_typed_with_the_menu_and_left(opened: Callable[..., Terminal]) -> None:
    terminal = opened()
    terminal.prompts(1)
    terminal.keys("show mo")
    screen = terminal.see("account 德育类")
    assert "show [ACCOUNT]" in screen
    terminal.keys("Tab", "Enter")
    terminal.see("> show moral")
    terminal.keys("Enter")
    terminal.see("you said show moral")
    assert "\x1b[1m" in terminal.screen(colours=True)
    terminal.prompts(2)
    terminal.keys("C-d")
    terminal.see("left: 0")


def test_several_lines_and_the_pinyin_of_a_name(opened: Callable[..., Terminal]) -> None:
    terminal = opened("--zh")
    terminal.prompts(1)
    terminal.keys("在德育类项目 辩论", "Enter")
    terminal.see(lambda screen: "… " in screen)
    terminal.keys("每次0.2", "Enter", "Enter")
    terminal.see("you said 在德育类项目 辩论 /     每次0.2")
    terminal.prompts(2)
    terminal.keys("学生 zhangw")
    terminal.see("张伟")
    terminal.keys("C-c")
    terminal.prompts(3)
    terminal.keys("quit", "Enter")
    terminal.see("left: 0")


def test_without_colours_and_with_a_policy_saved_meanwhile(opened: Callable[..., Terminal], tmp_path: Path) -> None:
    policy = tmp_path / "saved.credit"
    policy.write_text("unit a\n")
    terminal = opened(f"--no-colour --watch {shlex.quote(str(policy))}")
    terminal.prompts(1)
    terminal.keys("moral + 1")
    terminal.see("moral + 1")
    policy.write_text("unit abc\n")
    terminal.see("saved again")
    screen = terminal.screen(colours=True)
    assert "moral + 1" in screen
    assert "\x1b[38" not in screen and "\x1b[3" not in screen.replace("\x1b[39m", "")
    terminal.keys("Enter")
    terminal.see("you said moral + 1")
    terminal.prompts(2)
    terminal.keys("C-d")
    terminal.see("left: 0")


# ---- the command itself
POLICY = """unit point
record activity
    item : item
    on   : date
category club in point
    item evening [Article 1] : 1 per event
require certificate [Article 2]
    club at least 2 point
"""


@pytest.fixture
def club(tmp_path: Path, opened: Callable[..., Terminal]) -> Terminal:
    """A session about a club of a thousand, on a policy of one's own."""
    (tmp_path / "club.credit").write_text(POLICY)
    (tmp_path / "data").mkdir()
    numbers = range(1001, 2001)
    (tmp_path / "data" / "student.csv").write_text("student_id\n" + "".join(f"{n}\n" for n in numbers))
    rows = "".join(f"{n},A{n},evening,2025-10-14\n" for n in numbers)
    (tmp_path / "data" / "activity.csv").write_text(f"student_id,record_id,item,on\n{rows}")
    terminal = opened("repl club.credit --data data --lang en", program="-m creditlang")
    terminal.see("1000 students, 1000 records from data")
    terminal.see("club>")
    return terminal


def test_what_if_and_an_example_that_stays(club: Terminal, tmp_path: Path) -> None:
    club.keys("student 1001", "Enter")
    club.see("club 1001>")
    club.keys("add activity evening, on 2025-10-21", "Enter")
    club.see("certificate: not met → met")
    club.keys("what if", "Enter")
    club.see("1000 students compared: 1 changed")
    club.keys("q")
    for _ in range(3):  # at whatever moment, it ends nothing
        club.keys("C-c")
        time.sleep(0.05)
    club.keys('save example "a second evening"', "Enter")
    club.see("saved in club.examples.credit")
    club.keys("C-d")
    club.see("left: 0")
    text = (tmp_path / "club.examples.credit").read_text()
    assert "expect certificate is met" in text
    assert "1001" not in text


def test_a_policy_saved_while_somebody_types(club: Terminal, tmp_path: Path) -> None:
    club.keys("student 1001", "Enter")
    club.see("club 1001>")
    club.keys("club + ")
    club.see("club 1001> club +")
    (tmp_path / "club.credit").write_text(POLICY.replace("1 per event", "3 per event"))
    club.see("club: 1.00 → 3.00")
    club.see(lambda screen: "club 1001> club +" in screen[screen.index("club: 1.00") :])
    club.keys("1", "Enter")
    club.see("4.00 point")


def test_long_work_is_broken_off(club: Terminal) -> None:
    club.keys("what if item evening: 2 per event", "Enter")
    club.see(lambda screen: "/ 1,000" in screen or "students compared" in screen)
    club.keys("C-c")
    club.see(lambda screen: "nothing was changed" in screen or "students compared" in screen)
    club.keys("C-c")
    club.keys("count activity", "Enter")
    club.see("1000 records of 1000 students")
