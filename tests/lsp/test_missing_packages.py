"""Without the packages of `creditlang[editor]` the command says how to get them."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, *others):
        package = name.split(".")[0]
        if package in ("pygls", "lsprotocol"):
            raise ModuleNotFoundError(name, name=package)

sys.meta_path.insert(0, Missing())
from creditlang.cli import main
main(["lsp", "--lang", sys.argv[1]])
"""


@pytest.mark.parametrize(("language", "said"), [("en", "two more packages"), ("zh", "两个软件包")])
def test_the_command_says_what_to_install(language: str, said: str) -> None:
    """In the language of the reader, with the exit code of wrong usage."""
    asked = [sys.executable, "-c", WITHOUT, language]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr and 'pip install "creditlang[editor]"' in ran.stderr
