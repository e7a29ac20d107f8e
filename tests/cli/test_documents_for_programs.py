"""What `check` and `test` write for programs: JSON, SARIF 2.1.0, JUnit XML; the same findings as on the screen."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

HERE = Path(__file__).parent
BROKEN = 'unit credit\nrecord x\n    on : date\ncategory c in credt\n    item a "𠮷" : 1 per event whn on\n'
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
NUMBER = {"type": "integer", "minimum": 1}
FINDING = {
    "type": "object",
    "properties": {
        "code": {"pattern": "^CR[0-9]{3}$"},
        "severity": {"enum": ["error", "warning", "note"]},
        "edits": {"items": {"required": ["file", "line", "column", "end_line", "end_column", "text"]}},
        "labels": {"items": {"required": ["file", "line", "column", "end_line", "end_column", "text"]}},
    },
    "required": ["code", "name", "severity", "message", "fix", "file", "line", "row", "field", "labels", "edits"],
}
# What SARIF 2.1.0 asks of the parts of it that are written, and no other parts.
REGION = {
    "type": "object",
    "properties": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), NUMBER),
    "required": ["startLine"],
    "additionalProperties": False,
}
ARTIFACT = {"type": "object", "properties": {"uri": {"format": "uri-reference"}}, "additionalProperties": False}
LOCATION = {
    "type": "object",
    "properties": {
        "physicalLocation": {
            "properties": {"artifactLocation": ARTIFACT, "region": REGION},
            "additionalProperties": False,
        },
        "message": TEXT,
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "items": {
                            "required": ["message", "ruleId"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "locations": {"items": LOCATION},
                                "relatedLocations": {"items": LOCATION, "uniqueItems": True},
                                "fixes": {"items": {"required": ["artifactChanges"]}, "uniqueItems": True},
                            },
                        }
                    },
                },
            }
        },
    },
}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A policy with two errors, one of which is certainly a slip."""
    path = tmp_path / "办法 1.credit"
    path.write_text(BROKEN, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_as_sarif(cli: Any, broken: Path, language: str) -> None:
    result = cli("check", broken, "--format", "sarif", "--lang", language)
    document = json.loads(result.stdout)
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[found["ruleIndex"]]["id"] == found["ruleId"] for found in run["results"])
    assert {rule["shortDescription"]["text"].count("{") for rule in rules} == {0}
    found = {one["ruleId"]: one for one in run["results"]}
    place = found["CR011"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/%E5%8A%9E%E6%B3%95%201.credit")
    assert place["region"] == {"startLine": 5, "startColumn": 31, "endLine": 5, "endColumn": 34}
    (change,) = found["CR101"]["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "credit"}
    assert result.exit_code == 1


def test_findings_as_json(cli: Any, broken: Path) -> None:
    found = json.loads(cli("check", broken, "--format", "json").stdout)["diagnostics"]
    jsonschema.validate(found, {"type": "array", "items": FINDING})
    assert ["credit"] in [[edit["text"] for edit in one["edits"]] for one in found]


def test_examples_as_json(cli: Any, policy: Path, broken: Path) -> None:
    result = cli("test", policy, broken, "--format", "json")
    document = json.loads(result.stdout)
    failing, errors = document["policies"]
    jsonschema.validate(errors["errors"], {"type": "array", "items": FINDING, "minItems": 1})
    assert (errors["examples"], errors["coverage"]) == ([], None)
    assert [example["passed"] for example in failing["examples"]] == [True] * 3
    assert failing["coverage"]["lines"]["without_example"] == []
    assert (document["version"], result.exit_code) == (1, 1)
    assert cli("test", policy, "--format", "json").exit_code == 0


def test_examples_as_junit(cli: Any, policy: Path, broken: Path, tmp_path: Path) -> None:
    failing = tmp_path / "failing.credit"
    failing.write_text(policy.read_text(encoding="utf-8").replace("academic = 0.5", "academic = 0.7"), encoding="utf-8")
    result = cli("test", failing, broken, policy, "--format", "junit")
    suites = ElementTree.fromstring(result.stdout)
    numbers = [tuple(int(suite.attrib[x]) for x in ("tests", "failures", "errors")) for suite in suites]
    assert numbers[0][:2] == (4, 1) and numbers[1][2] >= 1 and numbers[2] == (4, 0, 0)
    told = [part for suite in suites for case in suite for part in case]
    assert "0.7" in (told[0].text or "") and told[0].attrib["type"] == "CR801"
    assert result.exit_code == 1


def test_what_no_example_exercises_fails_in_junit(cli: Any, policy: Path, tmp_path: Path) -> None:
    path = tmp_path / "uncovered.credit"
    path.write_text(policy.read_text(encoding="utf-8") + "category s from activity\n    item seldom : 1 per event\n")
    result = cli("test", path, "--format", "junit")
    (case,) = [x for x in ElementTree.fromstring(result.stdout).iter("testcase") if x.attrib["name"] == "coverage"]
    assert "uncovered.credit:" in (case[0].text or "")
    assert result.exit_code == 1


@pytest.mark.parametrize("about", ["三次", "三"])
def test_examples_by_title(cli: Any, policy: Path, about: str) -> None:
    result = cli("test", policy, "--filter", about, "-v", "--lang", "en")
    assert "✓ 三次讲座" in result.output and "covered" not in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(("about", "passed"), [("第三条", 2), ("SMALL", 3)])
def test_examples_by_article_and_by_policy(cli: Any, policy: Path, about: str, passed: int) -> None:
    said = cli("test", policy, "--filter", about, "--lang", "en").output
    assert f"{passed} examples passed, 0 failed" in said
    assert ("covered" in said) == (about == "SMALL")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_example_matches(cli: Any, policy: Path, language: str) -> None:
    result = cli("test", policy, "--filter", "zzz", "--lang", language)
    assert (result.exit_code, "zzz" in result.stderr) == (2, True)
