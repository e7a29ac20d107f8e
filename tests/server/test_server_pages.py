"""The questions on the pages about the server can be asked as they stand there."""

import json
import re
from pathlib import Path

import pytest

from creditlang.resources import policy_names, policy_path
from creditlang.server.answered import answered
from creditlang.server.known_policies import KnownPolicies
from creditlang.server.questions import QUESTIONS

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```http\nPOST /api/([a-z-]+)\n(.*?)```", re.DOTALL)
KNOWN = KnownPolicies({name: path for name in policy_names() if (path := policy_path(name)) is not None})


@pytest.mark.parametrize("page", ["server.md", "server.zh.md"])
def test_questions_are_answered(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    blocks = BLOCK.findall(text)
    assert [name for name, _ in blocks] == ["check", "evaluate", "test", "run", "diff"]
    for name, body in blocks:
        status, answer = answered(name, body.encode(), KNOWN, "en")
        found = json.loads(answer)
        assert status == 200, found
        if name == "check":
            shown = json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])["diagnostics"][0]
            assert [found["diagnostics"][0][key] for key in ("code", "line", "column")] == [
                shown[key] for key in ("code", "line", "column")
            ]
        if name == "test":
            assert [example["passed"] for example in found["policies"][0]["examples"]] == [True]
            assert found["policies"][0]["errors"] == []


@pytest.mark.parametrize("page", ["server.md", "server.zh.md"])
def test_every_question_is_told_of(page: str) -> None:
    rows = re.findall(r"^\| (`[a-z-]+`(?:[,、] ?`[a-z]+`)*) \|", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(.*?)`", row)} == set(QUESTIONS)
