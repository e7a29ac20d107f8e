"""Each part of a long run runs, and each sees what it is there to see; the length is `python -m soak`."""

import json
import random
import re
import socket
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.differential.constructs import constructs_of
from tests.differential.drafts import compiled, drafted
from tests.differential.figures import figures
from tests.differential.outcomes import Outcome, ReadOnce

from creditlang.diagnostics import report
from creditlang.driver import Compiled, compile_source
from creditlang.errors import DataError
from creditlang.one_student import Engine
from creditlang.source import SourceFile
from soak import (
    failing_files,
    guided_bytes,
    killed_runs,
    mutated_data,
    mutated_policies,
    open_values,
    small_spaces,
    small_world,
    writing_commands,
)  # fmt: skip
from soak.__main__ import PARTS, main
from soak.failing_files import FailingFiles
from soak.fault_server import changed_functions
from soak.growth import Growth, copies, growth
from soak.hostile_policies import wrong_of
from soak.killed_runs import KilledRuns
from soak.lost_databases import CutWire
from soak.mutated_data import MutatedData
from soak.mutated_policies import MutatedPolicies, part_of
from soak.open_values import OpenValues
from soak.part import Part
from soak.planted_faults import _faults, _planted
from soak.private_names import PrivateNames
from soak.small_spaces import fitting, space_of
from soak.small_world import SmallWorld
from soak.writing_commands import WRITING, undisturbed, wrong_files

pytestmark = pytest.mark.adds_up_itself


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of each."""
    monkeypatch.setattr(small_spaces, "MOST_RECORDS", 1)
    monkeypatch.setattr(mutated_policies, "MOST", 8)
    monkeypatch.setattr(mutated_data, "OF_EACH", dict.fromkeys(mutated_data.OF_EACH, 6))
    monkeypatch.setattr(open_values, "STUDENTS", 12)
    for module in (failing_files, killed_runs):
        monkeypatch.setattr(module, "WRITING", {name: WRITING[name] for name in ("results", "results.json")})


def some(part: Part, cases: int) -> Part:
    """A part after its first cases, the first that there is something to try in among them."""
    for number in range(99):
        if number >= cases and part.cases:
            break
        part.case(number)
    return part


@pytest.mark.parametrize(
    ("make", "cases"),
    [
        (SmallWorld, 2),
        (OpenValues, 1),
        (MutatedPolicies, 2),
        (MutatedData, 4),
        (KilledRuns, 2),
        (FailingFiles, 3),
        (PrivateNames, 1),
        (Growth, 3),
    ],
)
def test_nothing_is_found(make: Callable[[], Part], cases: int) -> None:
    part = some(make(), cases)
    assert part.cases
    assert not part.found
    assert json.loads(json.dumps(figures(part)))
    assert part.lines()


def test_a_decision_outside_of_what_was_open_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_values, "left_open", lambda before, after: iter(["outside"]))
    assert some(OpenValues(), 1).found


def test_an_engine_that_says_something_else_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ReadOnce.outcome

    def other(read: ReadOnce, engine: Engine) -> Outcome:
        found = real(read, engine)
        return found if engine != "columnar" else evolve(found, tables={**found.tables, "students": []})

    monkeypatch.setattr(ReadOnce, "outcome", other)
    assert some(SmallWorld(), 1).found[0].startswith("case 0: columnar")


@pytest.mark.parametrize("construct", ["Limit", "Rank", "RecordKind.group", "RecordKind.enrolment"])
def test_a_small_world_holds_everybody_once(monkeypatch: pytest.MonkeyPatch, construct: str) -> None:
    """As many as are said, each with other records, of one person or of a few."""
    monkeypatch.setattr(small_spaces, "MOST_RECORDS", 2)
    drafts = (drafted(random.Random(seed), "en") for seed in range(999))
    draft = next(x for x in drafts if x is not None and construct in constructs_of(x.policy))
    small = small_world.smaller(draft, construct)
    assert construct in constructs_of(small.policy)
    space = fitting(space_of(small.policy), small_world.MOST_WORLDS)
    space = evolve(space, records=space.records[-3:], persons=space.persons[:2])
    worlds = [str(world.rows) for world in space.worlds()]
    people = sum(len(world.students) for world in space.worlds())
    assert people == space.size * (space.together or 1)
    assert len({*worlds}) == len(worlds) == (space.size if space.together else 1)


def test_what_a_small_world_does_not_show_is_named() -> None:
    part = some(SmallWorld(), 1)
    part.drafted["Rank.groups"] = 7
    told = part.lines()
    assert "not shown: Rank.groups, in 7 drafts, none small enough" in told
    assert "not shown: Rank, in no draft yet" in told
    assert not part.done


def test_what_is_done_comes_to_an_end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(SmallWorld, "done", property(lambda part: bool(part.coverage.policies)))
    monkeypatch.setattr(sys, "argv", ["soak", "small_world", "--minutes", "9"])
    assert main() == 0
    assert "policies: 1, and 0 with" in capsys.readouterr().out


@pytest.mark.parametrize("changed", [False, True])
def test_a_mistake_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: bool) -> None:
    """In a text that is changed, and in one that is not yet."""

    def broken(source: SourceFile, **read: Any) -> Compiled:
        if not changed or read:
            raise KeyError("x")
        return compile_source(source)

    monkeypatch.setattr(mutated_policies, "compile_source", broken)
    found = some(MutatedPolicies(tmp_path), 1)
    assert "KeyError" in found.found[0]
    assert [*tmp_path.iterdir()]


def test_what_is_changed_is_mostly_understood() -> None:
    """A declaration comes with all that it names, also with what the page that it stands on has in common."""
    rng, texts = random.Random(1), MutatedPolicies().texts
    parts = [part_of(rng, text) for text in rng.sample(texts, 40)]
    found = [compile_source(SourceFile("part", part)) for part in parts]
    assert sum(not each.errors for each in found) > 30
    assert sum(bool(each.policy.rules) for each in found) > 10


@pytest.mark.parametrize(("power", "least", "most"), [(1, 0.7, 1.3), (2, 1.7, 2.3)])
def test_what_grows_is_seen(monkeypatch: pytest.MonkeyPatch, power: int, least: float, most: float) -> None:
    monkeypatch.setattr("soak.growth._seconds", lambda work: work())
    found = growth(lambda size: lambda: 0.3 + 0.001 * size**power, 4, 10_000)
    assert found is not None
    assert least < found.exponent < most


def test_what_is_bounded_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is, the square of a size is no finding; where it is not, it is."""
    monkeypatch.setattr("soak.growth._seconds", lambda work: work())
    for bound, found in ((1000, 0), (10**6, 1)):
        part = Growth()
        part._measure(3, "text", "x", lambda size, bound=bound: lambda: 1e-6 * min(size, bound) ** 2, 64, 4096)
        assert len(part.found) == found, part.found


def test_a_policy_is_said_more_than_once() -> None:
    """With other names; nothing of it refers to the first."""
    draft = drafted(random.Random(2), "en")
    assert draft is not None
    twice = compiled(copies(draft, 2))
    assert twice is not None
    assert len(twice.rules) == 2 * len(draft.policy.rules)


@pytest.mark.parametrize(
    "name", ["some of more", "cases of ranges", "named values chosen", "conditions of records doubled"]
)
def test_what_ended_in_a_program_error(name: str) -> None:
    assert not wrong_of(name)[0]


def test_bytes_are_steered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided_bytes, "SECONDS", 1)
    part = guided_bytes.GuidedBytes()
    part.case(1)
    assert not part.found
    assert part.tried_bytes["csv"] > 10
    assert part.reached["csv"] > 50


def test_a_wire_is_cut_after_so_many_bytes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wire = CutWire(server.getsockname()[1])
        wire.set(5)
        with socket.create_connection(("127.0.0.1", wire.port), timeout=30) as person:
            there, _ = server.accept()
            person.sendall(b"whoever")
            with there.makefile("rb") as heard:
                assert heard.read() == b"whoev"
            there.close()
            assert person.recv(1) == b""
        assert (wire.gone, wire.left) == (5, 0)


def test_a_row_that_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(path: Path) -> object:
        raise RuntimeError

    monkeypatch.setattr(mutated_data, "worked_out", losing)
    assert "RuntimeError" in some(MutatedData(), 2).found[0]


def test_what_is_refused_is_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(path: Path) -> object:
        raise DataError([report("CR644", None)])

    monkeypatch.setattr(mutated_data, "worked_out", refusing)
    assert not some(MutatedData(), 2).found


def test_a_name_that_is_shown_is_seen() -> None:
    part = PrivateNames()
    part._look(0, "a message", "of 张三 there is nothing", ["张 三"])
    part._look(0, "a message", "of 李 there is nothing", ["李 四"])
    assert len(part.found) == 1


def test_what_several_processes_count_is_added_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = str(tmp_path / "figures")
    for more in ([f"{figures}-0"], [figures, "--processes", "2"]):
        monkeypatch.setattr(sys, "argv", ["soak", "mutated_data", "--cases", "1", "--figures", *more])
        assert main() == 0
    told = capsys.readouterr().out
    assert "## mutated_data, cases 0 to 0, 0 to 0, 100000000 to 100000000" in told
    other = json.loads(Path(f"{figures}-1").read_text(encoding="utf-8"))["mutated_data"]["cases"]
    assert other > 0
    assert re.findall(r"sets of data: (\d+)", told) == ["7", str(7 + 7 + other)]


def test_a_file_of_no_run_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed("results.json")
    monkeypatch.setattr(writing_commands, "undisturbed", lambda target: ([{"results.json": b""}], 0.1))
    assert wrong_files(WRITING["results.json"], {}) == [("results.json is of no run", "results.json")]


def test_a_fault_is_planted() -> None:
    """In the code of one function, which a process that has it already can exchange, or on a line of a module."""
    module = Path(mutated_data.__file__)
    text = module.read_text(encoding="utf-8")
    kinds: Counter[int] = Counter()
    for line in _faults(text):
        if planted := _planted(random.Random(1), text, line):
            assert planted[1] != text
            kinds[len(list(changed_functions(module, planted[1])))] += 1
    assert kinds.keys() == {0, 1}
    assert kinds[1] > 5 * kinds[0]


def test_the_command_tells_its_parts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["soak", "--help"])
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr().out
    assert all(name in told for name in PARTS)
    monkeypatch.setattr(sys, "argv", ["soak", "nothing"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_the_command_reports(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["soak", "mutated_data", "--cases", "1"])
    assert main() == 0
    told = capsys.readouterr().out
    assert "UTC" in told
    assert "found: 0" in told
