"""Results do not depend on how the rows came: in which order, in how many files, in how many folders."""

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.resources import sample_path

TABLES = ("students", "accounts", "facts", "requirements", "steps", "records")
Lines = Sequence[str]


def sound_lines(path: Path) -> list[str]:
    """The lines of a sample's file, those with an id that stands twice left out: of two, the first read counts."""
    lines = path.read_text("utf-8-sig").splitlines()
    ids = [row[0] for row in csv.reader(lines)]
    return [line for line, identifier in zip(lines, ids, strict=True) if ids.count(identifier) == 1]


def as_it_is(name: str, heading: str, rows: Lines, folder: Path) -> None:
    (folder / f"{name}.csv").write_text("\n".join([heading, *rows, ""]), "utf-8")


def shuffled(name: str, heading: str, rows: Lines, folder: Path) -> None:
    as_it_is(name, heading, random.Random(name).sample(rows, len(rows)), folder)


def in_two_folders(name: str, heading: str, rows: Lines, folder: Path) -> None:
    for part, some in (("one", rows[::2]), ("two", rows[1::2])):
        (folder / part).mkdir(exist_ok=True)
        as_it_is(name, heading, some, folder / part)


def in_columns_turned_round(name: str, heading: str, rows: Lines, folder: Path) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[::-1] for row in csv.reader([heading, *rows]))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, bytes]]:
    """The result tables of a sample that was written in some way; of each way worked out once."""
    known: dict[object, dict[str, bytes]] = {}

    def of(policy: str, write: Callable[[str, str, Lines, Path], None]) -> dict[str, bytes]:
        if (policy, write) not in known:
            folder, target = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("out") / "results"
            sample = sample_path(policy)
            assert sample is not None
            for path in sample.glob("*.csv"):
                heading, *rows = sound_lines(path)
                write(path.stem, heading, rows, folder)
            addresses = sorted(path for path in folder.iterdir() if path.is_dir()) or [folder]
            words = [word for address in addresses for word in ("--data", str(address))]
            done = CliRunner().invoke(
                main, ["run", policy, *words, "--as-of", "2027-10-31", "--out", f"csv:{target}", "--lang", "zh"]
            )
            assert done.exit_code == 3, done.output
            known[policy, write] = {name: (target / f"{name}.csv").read_bytes() for name in TABLES}
        return known[policy, write]

    return of


@pytest.mark.parametrize("policy", ["hengyang", "volunteer_hours"])
@pytest.mark.parametrize("write", [shuffled, in_two_folders, in_columns_turned_round])
def test_the_same_bytes(policy: str, write: Callable[..., None], results: Callable[..., dict[str, bytes]]) -> None:
    wanted, found = results(policy, as_it_is), results(policy, write)
    for name in TABLES:
        assert found[name] == wanted[name], name
