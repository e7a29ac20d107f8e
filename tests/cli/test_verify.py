"""`verify`: a run as it was written holds; whatever was changed since, of it or of what it was made from, is said."""

import os
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlang.kept_runs import MANIFEST, file_differences
from creditlang.plugin.registry import PluginEntry
from creditlang.toolkit.staged_folder import SIGNATURE

Folder = Callable[..., Path]


@pytest.fixture
def run(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> Path:
    """A run of a copy of the small policy, with a named value set."""
    (tmp_path / "small.credit").write_bytes(policy.read_bytes())
    words = ("--as-of", "2024-12-31", "--set", "rate=0.3", "--student", "s1", "--student", "s2", "--lang", "zh")
    result = cli("run", tmp_path / "small.credit", "--data", folder(), *words, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    return tmp_path / "run"


def codes(result: Any) -> list[str]:
    """The codes of what was found; the exit code is that of findings."""
    assert result.exit_code == 1, result.output
    return re.findall(r"CR\d+", result.stderr)


@pytest.mark.parametrize(("language", "words"), [("en", "every byte"), ("zh", "逐字节相同")])
def test_a_run_as_it_was_written_holds_in_whatever_language_it_is_asked(
    cli: Any, run: Path, language: str, words: str
) -> None:
    result = cli("verify", run, "--lang", language)
    assert (result.exit_code, result.stderr) == (0, "")
    assert words in result.stdout


@pytest.mark.parametrize("other", [[], ["--out", "badges:badges"]])
@pytest.mark.parametrize("engine", ["auto", "reference", "compiled", "columnar"])
def test_runs_of_each_engine_hold(
    cli: Any, policy: Path, folder: Folder, engine: str, other: list[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The engine asked for is that of the replay, also where an output had everybody worked out alone."""
    monkeypatch.chdir(tmp_path)
    result = cli("run", policy, "--data", folder(), "--engine", engine, "--out", "run/", *other)
    assert result.exit_code == 0, result.output
    result = cli("verify", "run")
    assert result.exit_code == 0, result.output


def test_another_policy_data_or_version(cli: Any, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = run.parent / "small.credit"
    before = text.read_text()
    text.write_text(before.replace("cap 0.5 per semester", "cap 0.6 per semester"))
    result = cli("verify", run)
    assert codes(result) == ["CR843"]
    kept = run.parent / "kept.credit"
    kept.write_text(before)
    assert cli("verify", run, "--policy", kept).exit_code == 0
    text.write_text(before)
    sheet = run.parent / "data" / "activity.csv"
    sheet.write_text(sheet.read_text().replace("2024-10-09", "2024-10-10"))
    assert codes(cli("verify", run)) == ["CR844"]
    monkeypatch.setattr("creditlang.cohort.own_version", lambda: "0.0.1")
    result = cli("verify", run)
    assert codes(result) == ["CR842"]
    assert "this is 0.0.1" in result.stderr


def test_another_mapping(cli: Any, policy: Path, folder: Folder, tmp_path: Path) -> None:
    mapping = tmp_path / "ours.toml"
    mapping.write_text('title = "Ours"\ndates = "day/month/year"\n')
    data = folder()
    words = ("run", policy, "--data", data, "--mapping", mapping, "--out", tmp_path / "run")
    assert cli(*words).exit_code == 0, cli(*words).output
    assert cli("verify", tmp_path / "run").exit_code == 0
    mapping.write_text(mapping.read_text() + "\n")
    assert codes(cli("verify", tmp_path / "run")) == ["CR845"]


def test_a_plugin_that_was_changed(cli: Any, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest is compared with the hashes of the code that is loaded now."""
    rows = [("plugins", ""), ("plugin_hash", "campus (creditlang-campus 1.0) 5a1f")]
    monkeypatch.setattr("creditlang.cli.run.plugin_rows", lambda manager: rows)
    result = cli("verify", run)
    assert codes(result) == ["CR846"]
    assert "campus (creditlang-campus 1.0) 5a1f is not one of the run" in result.stderr


@pytest.mark.parametrize("package", [False, True])
def test_the_hash_of_a_plugin_is_that_of_its_code(
    package: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("campus")
    module.__file__ = str(tmp_path / "__init__.py")
    if package:
        module.__path__ = [str(tmp_path)]
    (tmp_path / "__init__.py").write_text("one = 1\n")
    monkeypatch.setitem(sys.modules, "campus", module)
    entry = PluginEntry("campus", "creditlang-campus", "1.0", "loaded", module="campus.source")
    before = entry.code_hash()
    (tmp_path / "other.py").write_text("two = 2\n")
    assert (entry.code_hash() != before) is package
    (tmp_path / "__init__.py").write_text("one = 3\n")
    assert entry.code_hash() != before


def test_files_that_are_missing_added_or_renamed(cli: Any, run: Path) -> None:
    os.rename(run / "accounts.csv", run / "accounts-2.csv")
    result = cli("verify", run)
    assert codes(result) == ["CR847", "CR848"]
    assert "accounts-2.csv is none of the run" in result.stderr


def test_a_cell_that_was_changed_is_shown_with_both_values(cli: Any, run: Path) -> None:
    table = run / "students.csv"
    table.write_bytes(table.read_bytes().replace(b"1.3", b"2.3"))
    result = cli("verify", run)
    assert codes(result) == ["CR849"]
    assert "row 2, column academic: “2.3” there, “1.3” worked out; rows only there: 1 of 3, only" in result.stderr
    table.write_bytes(table.read_bytes().replace(b"2.3", b"1.3").replace(b"\n", b"\r\n"))
    assert "byte " in cli("verify", run).stderr


def test_what_is_no_run(cli: Any, run: Path) -> None:
    manifest = run / "manifest.csv"
    manifest.write_bytes(manifest.read_bytes().replace(b"rate=0.3", b"rate=0.4"))
    assert codes(cli("verify", run)) == ["CR841"]
    manifest.write_text("entry,value\npolicy,small\n")
    assert codes(cli("verify", run)) == ["CR840"]
    manifest.write_text("")
    assert codes(cli("verify", run)) == ["CR840"]
    manifest.unlink()
    assert codes(cli("verify", run)) == ["CR840"]
    assert cli("verify", run / "nowhere").exit_code == 2


@pytest.mark.parametrize("replays", [True, False])
def test_no_flipped_bit_goes_unnoticed(cli: Any, run: Path, tmp_path: Path, replays: bool) -> None:
    """In any file at any place; often beside the files as they were written, which are what a replay writes."""
    files = {path.name: path.read_bytes() for path in run.iterdir()}
    replayed = tmp_path / "replayed"
    shutil.copytree(run, replayed)
    assert not list(file_differences(run, replayed))

    @settings(max_examples=30 if replays else 150, deadline=None)
    @given(st.data())
    def flipped(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(files)))
        at = data.draw(st.integers(0, len(files[name]) - 1))
        changed = bytearray(files[name])
        changed[at] ^= 1 << data.draw(st.integers(0, 7))
        (run / name).write_bytes(changed)
        try:
            if replays:
                assert codes(cli("verify", run))[0] in (("CR849", "CR841", "CR840") if name == MANIFEST else ("CR849",))
            else:
                (found,) = file_differences(run, replayed)
                assert (found.code, found.arguments["name"]) == ("CR849", name)
        finally:
            (run / name).write_bytes(files[name])

    flipped()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A private and a public key, made by OpenSSL."""
    folder = tmp_path_factory.mktemp("keys")
    private, public = folder / "key.pem", folder / "public.pem"
    for words in (("genpkey", "-algorithm", "ed25519"), ("pkey", "-in", str(private), "-pubout")):
        target = public if words[0] == "pkey" else private
        subprocess.run(["openssl", *words, "-out", str(target)], check=True, capture_output=True)
    return private, public


def test_a_signature_holds_for_the_key_and_the_files_only(
    cli: Any, policy: Path, folder: Folder, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    """Also by OpenSSL, over what `sha256sum` writes."""
    run, (private, public) = tmp_path / "run", keys
    words = ("run", policy, "--data", folder(), "--out", run)
    assert cli(*words, "--sign", private).exit_code == 0
    result = cli("verify", run, "--key", public)
    assert (result.exit_code, "The signature holds." in result.stdout) == (0, True), result.output
    assert "--key checks it" in cli("verify", run).stdout
    names = sorted(path.name for path in run.iterdir() if path.name != SIGNATURE)
    summed = subprocess.run(["sha256sum", *names], cwd=run, check=True, capture_output=True).stdout
    (tmp_path / "sums").write_bytes(summed)
    (tmp_path / "signature").write_bytes(b64decode((run / SIGNATURE).read_bytes()))
    check = ("pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", tmp_path / "sums")
    subprocess.run(
        ["openssl", *map(str, check), "-sigfile", str(tmp_path / "signature")], check=True, capture_output=True
    )
    signature = (run / SIGNATURE).read_bytes()
    for at in range(0, len(signature), 9):
        (run / SIGNATURE).write_bytes(signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])
        assert codes(cli("verify", run, "--key", public)) == ["CR851"]
    (run / SIGNATURE).write_bytes(signature)
    (run / "facts.csv").write_bytes((run / "facts.csv").read_bytes() + b" ")
    assert codes(cli("verify", run, "--key", public)) == ["CR851", "CR849"]
    assert cli(*words).exit_code == 0, "the signature of earlier results goes with them"
    unsigned = cli("verify", run, "--key", public)
    assert codes(unsigned) == ["CR851"]
    assert "there is no signature beside them" in unsigned.stderr


def test_what_a_killed_run_has_left_is_not_signed(
    cli: Any, policy: Path, folder: Folder, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    """It goes with the next run, and the signature would no longer hold."""
    run, (private, public) = tmp_path / "run", keys
    run.mkdir()
    for name in (SIGNATURE, "facts.csv"):
        (run / f".creditlang-{name}.999999-0.tmp").write_bytes(b"x")
    assert cli("run", policy, "--data", folder(), "--out", run, "--sign", private).exit_code == 0
    assert not [*run.glob(".*.tmp")]
    assert cli("verify", run, "--key", public).exit_code == 0


def test_keys_that_are_none(cli: Any, policy: Path, folder: Folder, keys: tuple[Path, Path], tmp_path: Path) -> None:
    words, (private, public) = ("run", policy, "--data", folder()), keys
    result = cli(*words, "--sign", private, "--out", tmp_path / "a.json")
    assert (result.exit_code, "--sign signs folders" in result.stderr) == (2, True)
    assert cli(*words, "--as-of", "2024-12-31", "--sign", private, "--out", f"badges:{tmp_path}/b").exit_code == 0
    assert {path.suffix for path in (tmp_path / "b").iterdir() if not path.name.startswith(".")} <= {".jwt"}
    for key in (public, policy, tmp_path / "nowhere.pem"):
        result = cli(*words, "--sign", key, "--out", tmp_path / "run")
        assert (result.exit_code, "CR850" in result.stderr) == (2, True), result.output
    assert not (tmp_path / "run").exists()
    assert cli(*words, "--out", tmp_path / "run").exit_code == 0
    assert "CR850" in cli("verify", tmp_path / "run", "--key", private).stderr
