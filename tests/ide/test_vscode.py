"""The extension for VS Code: its grammar is that of the keywords, its snippets are sound, its own tools build it.

`pytest tests/ide/test_vscode.py --update` makes `plugins/vscode/syntaxes/credit.tmLanguage.json` anew.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from creditlang.source import SourceFile
from creditlang.syntax import parse
from creditlang.syntax.keywords import keywords

EXTENSION = Path(__file__).parents[2] / "plugins" / "vscode"
GRAMMAR = EXTENSION / "syntaxes" / "credit.tmLanguage.json"


def made() -> str:
    """The grammar, longest forms first. Chinese ones of one character stand in names, too: none of those."""
    forms = sorted(keywords().words, key=lambda form: (-len(form), form))
    english = "|".join(re.escape(form).replace(r"\ ", r"[ \t]+") for form in forms if form.isascii())
    chinese = "|".join(re.escape(form) for form in forms if not form.isascii() and len(form) > 1)
    patterns = {
        "comment.line.credit": "#.*$",
        "string.quoted.credit": '"[^"]*"|“[^”]*”|＂[^＂]*＂|「[^」]*」|『[^』]*』',
        "entity.name.tag.credit": r"(?<![\w\]])[\[【〔〖﹝](?:[^\[\]]|\[[^\]]*\])*?[\]】〕〗﹞]",
        "constant.numeric.credit": r"(?<![A-Za-z0-9_])[0-9０-９]+(?:[./．-][0-9０-９]+)*%?",
        "keyword.control.credit": rf"(?<![\w-])(?:{english})(?![\w-])|{chinese}",
    }
    grammar = {
        "name": "creditlang",
        "scopeName": "source.credit",
        "patterns": [{"name": name, "match": match} for name, match in patterns.items()],
    }
    return json.dumps(grammar, ensure_ascii=False, indent=2) + "\n"


def test_the_grammar_is_that_of_the_keywords(update: bool) -> None:
    if update:
        GRAMMAR.write_text(made(), encoding="utf-8")
    assert GRAMMAR.read_text(encoding="utf-8") == made()


def test_snippets_are_sound() -> None:
    for name, snippet in json.loads((EXTENSION / "snippets" / "credit.json").read_text(encoding="utf-8")).items():
        text = re.sub(r"\$\{\d+:([^}]*)\}|\$0", r"\1", "\n".join(snippet["body"]))
        assert parse(SourceFile(name, text)).diagnostics == ()


@pytest.mark.packaging
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_its_own_tools_build_it(tmp_path: Path) -> None:
    folder = tmp_path / "vscode"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    for command in ("install --ignore-scripts --no-audit --no-fund", "run build", "test", "run package"):
        done = subprocess.run(["npm", *command.split()], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"npm {command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    assert [path.name for path in folder.glob("*.vsix")] == ["creditlang-0.1.0.vsix"]
