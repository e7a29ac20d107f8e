"""A server as it is started by the command: what it takes, what it refuses, and that no question harms the next."""

import json
import re
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from creditlang.cli import main
from creditlang.server.application import ServerSettings, application
from creditlang.server.worker import WorkerSettings
from creditlang.server.worker_pool import Busy, TimeOver, WorkerDied, WorkerPool

CLUB = """
policy "club"
unit point
record activity
    item : item
    on   : date
student
    name : text
category fun in point
    item hike : 2 per event, cap 6 in total
"""
_EXAMPLE = 'example "{}"\n    student name "Ada"\n    activity hike, on 2025-03-01, 1000 times\n    expect fun = 6\n'
ENDLESS = CLUB + "".join(map(_EXAMPLE.format, range(2000)))
"""Takes half a minute to be tested on a quiet machine."""
PERSON = "Ada Lovelace"
ASKED = {
    "policy": "club",
    "student": {"student_id": "s1", "name": PERSON},
    "records": {"activity": [{"record_id": "a1", "item": "hike", "on": "2025-03-01"}]},
}
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[httpx.Client]:
    """A server of one policy, with narrow limits."""
    policy = log.parent / "club.credit"
    policy.write_text(CLUB, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--policy", policy, "--port", port, "--workers", 2, "--seconds", 3, "--megabytes", 1]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "creditlang", *map(str, words)], stderr=stream, cwd=log.parent
        )
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            until = monotonic() + 60
            while True:
                try:
                    client.get("/openapi.json")
                    break
                except httpx.TransportError:
                    assert monotonic() < until and process.poll() is None, log.read_text("utf-8")
                    sleep(0.1)
            yield client
        process.terminate()
        assert process.wait(20) in (0, -15)


@pytest.fixture
def ask(server: httpx.Client) -> Ask:
    def asked(question: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json", **{key.replace("_", "-"): x for key, x in headers.items()}}
        return server.post(f"/api/{question}", content=content, headers=headers)

    return asked


def codes(response: httpx.Response) -> tuple[int, str]:
    """The status, and the code of the first finding."""
    return response.status_code, response.json()["diagnostics"][0]["code"]


def test_what_is_still_needed_can_be_added(ask: Ask) -> None:
    """The records of a plan are given back as they came, and meet the requirement."""
    policy = {"text": CLUB + "require enough\n    fun at least 5\n"}
    asked = {**ASKED, "policy": policy, "as_of": "2025-05-01", "by": "2025-12-31"}
    (need,) = ask("need", asked).json()["needs"]
    (part,) = need["parts"]
    assert (need["requirement"], part["short"], need["out_of_reach"]) == ("enough", "3", False)
    assert part["fillers"] and all(filler["label"] in need["text"] for filler in part["fillers"])
    for plan in need["plans"]:
        added: dict[str, list[Any]] = {}
        for record in plan["records"]:
            added.setdefault(record["kind"], []).append(record["fields"])
        told = ask("what-if", {**ASKED, "policy": policy, "as_of": "2025-12-31", "add": added}).json()
        assert [row["status"] for row in told["after"]["requirements"]][-1] == "met"
    assert codes(ask("need", {**asked, "requirement": "enogh"})) == (422, "CR101")
    assert codes(ask("need", {**asked, "by": "2025-05-01"})) == (422, "CR881")
    assert codes(ask("need", {**asked, "by": None})) == (422, "CR882")
    assert codes(ask("need", {**asked, "policy": {"text": CLUB}})) == (422, "CR880")


def test_a_student_is_worked_out(ask: Ask) -> None:
    found = ask("evaluate", ASKED).json()
    assert found["tables"]["students"] == [{"student_id": "s1", "fun": "2"}]
    assert ask("why", {**ASKED, "topic": "fun"}).json()["text"].startswith("fun 2")
    more = {**ASKED, "add": {"activity": [{"item": "hike", "on": "2025-04-01"}] * 4}}
    (change,) = [row for row in ask("what-if", more).json()["differences"]["changes"] if row["sort"] == "total"]
    assert (change["before"], change["after"]) == ("2", "6")


def test_a_decision_on_a_record_is_one_more_kind_of_record(ask: Ask) -> None:
    ruling = {"record_id": "a1", "decision": "void", "decided_by": "Dean", "decided_on": "2025-03-09", "reason": "no"}
    asked = {**ASKED, "records": {**ASKED["records"], "ruling": [ruling]}}  # type: ignore[dict-item]
    found = ask("evaluate", asked).json()
    assert (found["tables"]["students"], found["diagnostics"]) == ([{"student_id": "s1", "fun": "0"}], [])
    assert "decided by Dean on 2025-03-09: no" in ask("why", {**asked, "topic": "a1"}).json()["text"]
    wrong = {**ASKED, "records": {**ASKED["records"], "ruling": [{**ruling, "record_id": "a2"}]}}  # type: ignore[dict-item]
    assert codes(ask("evaluate", wrong)) == (200, "CR890")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "CR821")),
        (b"{", (400, "CR820")),
        (b"\xff", (400, "CR820")),
        (b'{"policy": "club", "policy": "club"}', (400, "CR820")),
        (b'{"policy": "club", "student": {"student_id": NaN}}', (400, "CR820")),
        (b'{"policy": "club", "student": {"student_id": 1e999}}', (400, "CR820")),
        (b'{"policy": "club", "student": {"student_id": 1e-999999999}}', (400, "CR820")),
        (b'{"policy": "club", "student": {"student_id": ' + b"9" * 5000 + b"}}", (400, "CR820")),
        (b'{"policy": "club", "student": {"student_id": "\\ud800"}}', (400, "CR820")),
        (b"[" * 100_000, (400, "CR820")),
        (b'{"policy": "club", "student": {"student_id": ' + b'[{"a":' * 20_000, (400, "CR820")),
        (b"[]", (400, "CR821")),
        (b'{"policy": 1, "student": {}}', (400, "CR821")),
        (b'{"policy": "club"}', (400, "CR821")),
        (b'{"policy": "club", "student": {}, "recrds": {}}', (400, "CR821")),
        (b'{"policy": "club", "student": {}, "records": {"activity": {}}}', (400, "CR821")),
        (b'{"policy": "/etc/passwd", "student": {}}', (422, "CR831")),
        (b'{"policy": "club", "student": {"student_id": ["s1"], "name": {}}}', (422, "CR612")),
        (b'{"policy": "club", "student": {"student_id": "s1"}, "records": {"activty": [{}]}}', (422, "CR734")),
        (b'{"policy": {"text": "use \\"./club\\""}, "student": {}}', (422, "CR104")),
        (b'{"policy": {"text": "use \\"../club\\""}, "student": {}}', (422, "CR115")),
    ],
)
def test_what_is_not_understood_is_refused(ask: Ask, body: bytes, expected: tuple[int, str]) -> None:
    assert codes(ask("evaluate", body)) == expected


def test_what_http_refuses(server: httpx.Client, ask: Ask) -> None:
    assert codes(ask("check", b" " * 2**20 + b"{}")) == (413, "CR824")
    pieces = (b" " * 2**16 for _ in range(20))
    json_type = {"content-type": "application/json"}
    assert codes(server.post("/api/check", content=pieces, headers=json_type)) == (413, "CR824")
    assert codes(ask("check", {}, content_type="text/plain")) == (415, "CR820")
    assert codes(ask("chek", {})) == (404, "CR822")
    assert codes(ask("check?lang=fr", {})) == codes(ask("check?lang=en&lang=zh", {})) == (400, "CR821")
    assert codes(server.get("/api/check")) == (405, "CR822")
    assert codes(ask("check", {}, origin="http://example.org")) == (403, "CR829")
    assert codes(ask("check", {}, host="example.org")) == (403, "CR829")
    assert server.get("/").status_code == 200


def test_the_language_is_that_of_the_asker(server: httpx.Client, ask: Ask) -> None:
    chinese = ask("check", {}, accept_language="fr, zh-CN;q=0.8, en;q=0.5").json()["diagnostics"][0]["message"]
    assert chinese == "请求不符合接口要求：请求，缺少“policy”。"
    english = ask("check?lang=en", {}, accept_language="zh").json()["diagnostics"][0]["message"]
    assert english == "The request does not fit, at the request: “policy” is missing."


def test_one_that_takes_too_long_is_ended_and_the_others_go_on(ask: Ask) -> None:
    assert codes(ask("test", {"policy": {"text": ENDLESS}})) == (504, "CR826")
    for _ in range(3):
        assert ask("evaluate", ASKED).status_code == 200
        assert ask("check", {"policy": "club"}).json()["diagnostics"] == []


def test_files_come_with_the_question_and_go_with_it(ask: Ask) -> None:
    students, activities = b"student_id,name\ns1,Ada\ns2,Bo\n", b"student_id,item,on\ns2,hike,2025-03-01\n"
    files = [("student.csv", students), ("activity.csv", activities)]
    data = {"files": [{"name": name, "content": b64encode(x).decode()} for name, x in files]}
    found = ask("run", {"policy": "club", "data": data}).json()
    assert [row["fun"] for row in found["tables"]["students"]] == ["0", "2"]
    other = ask("diff", {"old": "club", "new": {"text": CLUB.replace("2 per", "3 per")}, "data": data}).json()
    assert [(row["account"], row["sum"]) for row in other["tables"]["totals"]] == [("fun", "1")]
    bad = {"files": [{"name": "../student.csv", "content": ""}]}
    assert codes(ask("run", {"policy": "club", "data": bad})) == (400, "CR821")


def test_the_log_has_nothing_personal(ask: Ask, log: Path) -> None:
    ask("evaluate", ASKED)
    ask("evaluate", {**ASKED, "student": {"student_id": "s1", "nme": PERSON}})
    text = log.read_text("utf-8")
    assert re.search(r"evaluate 200 \d+ ms", text) and PERSON not in text and "s1" not in text


async def test_a_pool_refuses_more_than_can_wait_and_outlives_its_workers() -> None:
    pool = WorkerPool(1, 0.5, WorkerSettings({}, memory=4096))
    long = b"test\0en\0" + json.dumps({"policy": {"text": ENDLESS}}).encode()
    request = b"check\0en\0" + json.dumps({"policy": {"text": CLUB}}).encode()
    async with pool.at_work():
        pool.waiting = 20
        with pytest.raises(Busy):
            await pool.ask(request, quick=True)
        pool.waiting = 0
        with pytest.raises((TimeOver, WorkerDied)):
            await pool.ask(long, quick=False)
        pool.seconds = 60
        status, _ = await pool.ask(request, quick=False)
        assert status == 200


async def test_a_worker_without_memory_ends_alone() -> None:
    pool = WorkerPool(1, 60, WorkerSettings({}, memory=150))
    async with pool.at_work():
        with pytest.raises(WorkerDied):
            await pool.ask(b"check\0en\0" + b'{"policy": {"text": "%s"}}' % (b"x" * 60 * 2**20), quick=False)
        few = json.dumps({"policy": {"text": CLUB}}).encode()
        assert (await pool.ask(b"check\0en\0" + few, quick=False))[0] == 200


def test_other_machines_need_the_token() -> None:
    result = CliRunner().invoke(main, ["serve", "--host", "0.0.0.0"], env={"CREDITLANG_LANG": "en"})
    assert result.exit_code == 2 and "--token" in result.output
    client = TestClient(application(ServerSettings(1, 1, 1, "secret", set(), WorkerSettings({}))))
    assert codes(client.post("/api/check", json={})) == (401, "CR823")
    assert codes(client.post("/api/check", json={}, headers={"Authorization": "Bearer secre"})) == (401, "CR823")
    right = {"Authorization": "Bearer secret", "content-type": "text/plain"}
    assert codes(client.post("/api/check", content=b"{}", headers=right)) == (415, "CR820")
