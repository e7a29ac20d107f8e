"""The manager finds plugins, survives bad ones, refuses conflicts, and opens addresses."""

import io
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from creditlang.diagnostics import Diagnostic, Language, message
from creditlang.plugin import PluginError, PluginManager
from creditlang.plugin.manager import split_address

GOOD = """
from collections.abc import Iterator
from creditlang.plugin import Output, Source, hookimpl
from creditlang.schema import RawRow, RawTable

class CampusSource(Source):
    def tables(self):
        yield RawTable("activity", self.where, ("id",), [RawRow(2, ("1",))])
        if self.where == "explode":
            raise KeyError("张三")

    def fingerprint(self):
        return "0" * 64

class CampusOutput(Output):
    def write(self, name, columns, rows):
        list(rows)
        if self.target == "explode":
            raise KeyError("张三")

    def close(self):
        pass

@hookimpl
def creditlang_sources():
    return {"campus": CampusSource, ".cmp": CampusSource, ".cmp.gz": CampusSource, "wrong": lambda where: 7}

@hookimpl
def creditlang_outputs():
    return {"campus": CampusOutput}
"""


def manager_of(site: Any, **options: Any) -> PluginManager:
    return PluginManager(entry_points=site.entry_points(), **options)


def codes(diagnostics: Any) -> list[str]:
    return [diagnostic.code for diagnostic in diagnostics]


def refusal(call: Any, *arguments: Any) -> Diagnostic:
    with pytest.raises(PluginError) as caught:
        call(*arguments)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_the_built_in_plugin_comes_through_the_same_door(site: Any) -> None:
    manager = manager_of(site)
    (entry,) = manager.listing()
    assert (entry.name, entry.distribution, entry.version, entry.status) == ("builtin", "creditlang", "0.1.0", "loaded")
    assert {".csv", "csv", "folder"} <= set(entry.names("sources"))
    assert {".json", ".txt", "csv", "folder", "json", "table"} <= set(entry.names("outputs"))
    assert manager.problems == ()
    assert manager.names("sources") == tuple(sorted({*entry.names("sources"), "sample"}))


def test_what_travels_in_the_wheel_needs_no_permission() -> None:
    manager = PluginManager(no_plugins=True)
    loaded = {entry.name: entry.status for entry in manager.listing() if entry.distribution == "creditlang"}
    assert loaded == {"builtin": "loaded", "regulation-forms": "loaded"}
    assert {"transcript", "hengyang-annex-1", "shangrao-conduct-class"} <= manager.forms().keys()
    for kind in ("sources", "outputs", "forms"):
        assert all(callable(factory) for factory in manager.offers(kind).values())


def test_an_outsider_is_listed_with_its_origin(site: Any) -> None:
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    manager = manager_of(site)
    builtin, campus = manager.listing()
    assert (builtin.name, campus.owner) == ("builtin", "campus (creditlang-campus 1.2)")
    assert campus.status == "loaded"
    with manager.source("campus:anything") as source:
        ((table),) = source.tables()
        assert [row.cells for row in table.rows] == [("1",)]
    assert source.fingerprint() == "0" * 64


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import missing_driver", "CR700"),
        ("raise ValueError('bad\\nsecond line')", "CR700"),
        ("raise SystemExit(3)", "CR700"),
        ("def (", "CR700"),
        ("creditlang_hook_version = 2", "CR702"),
        ("creditlang_hook_version = '1'", "CR703"),
        ("x = 1", "CR703"),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sorces(): return {}", "CR703"),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(a, b): return {}", "CR703"),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(): return 1 / 0", "CR700"),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(): return ['csv']", "CR703"),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(): return {'c': list}", "CR703"),
        (
            "from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(): return {'sample': list}",
            "CR703",
        ),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(): return {7: list}", "CR703"),
        ("from creditlang.plugin import hookimpl\n@hookimpl\ndef creditlang_sources(): return {'abc': 7}", "CR703"),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_work(site: Any, code: str, wanted: str) -> None:
    site.install("creditlang-broken", "0.3", code, broken="creditlang_broken")
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    manager = manager_of(site)
    assert {entry.name: entry.status for entry in manager.listing()} == {
        "builtin": "loaded",
        "broken": "failed",
        "campus": "loaded",
    }
    (problem,) = manager.problems
    assert problem.code == wanted
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        said = message(problem, language)
        assert "broken (creditlang-broken 0.3)" in said
        assert "{" not in said
        assert "second line" not in said
    assert manager.source("campus:x").where == "x"


def test_a_name_that_two_plugins_offer_is_used_by_neither(site: Any) -> None:
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    site.install("campus-two", "2.0", GOOD.replace('".cmp.gz"', '".csv"'), second="campus_two")
    manager = manager_of(site)
    conflicts = {problem.arguments["name"]: message(problem) for problem in manager.problems}
    assert sorted(conflicts) == [".cmp", ".csv", "campus", "wrong"]
    assert set(codes(manager.problems)) == {"CR704"}
    assert "campus (creditlang-campus 1.2)" in conflicts["campus"]
    assert "second (campus-two 2.0)" in conflicts["campus"]
    assert "builtin (creditlang 0.1.0)" in conflicts[".csv"]
    assert refusal(manager.source, "campus:x").code == "CR704"
    assert refusal(manager.output, "campus:x", io.StringIO()).code == "CR704"
    assert "campus" not in manager.names("sources")
    assert "csv" in manager.names("sources")


def test_two_plugins_of_one_name_are_both_left_out(site: Any) -> None:
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    site.install("campus-two", "2.0", GOOD.replace("campus", "other"), campus="campus_two")
    manager = manager_of(site)
    assert [entry.status for entry in manager.listing()] == ["loaded", "failed", "failed"]
    assert codes(manager.problems) == ["CR704", "CR704"]
    assert all("campus-two 2.0" in message(problem) for problem in manager.problems)


def test_nobody_can_push_the_built_in_plugin_out_by_its_name(site: Any) -> None:
    site.install("impostor", "1.0", GOOD, builtin="impostor")
    manager = manager_of(site)
    assert [entry.status for entry in manager.listing()] == ["loaded", "failed"]
    assert codes(manager.problems) == ["CR704"]


@pytest.mark.parametrize("allow", [["campus"], ["creditlang-campus"]])
def test_the_allow_list_knows_plugins_and_distributions(site: Any, allow: list[str]) -> None:
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    site.install("creditlang-broken", "0.3", "1 / 0", broken="creditlang_broken")
    manager = manager_of(site, allow=allow)
    statuses = {entry.name: entry.status for entry in manager.listing()}
    assert statuses == {"builtin": "loaded", "campus": "loaded", "broken": "left out"}
    assert manager.problems == ()


def test_no_plugins_leaves_the_built_in_one(site: Any) -> None:
    site.install("creditlang-broken", "0.3", "1 / 0", broken="creditlang_broken")
    manager = manager_of(site, no_plugins=True, allow=["broken"])
    assert [entry.status for entry in manager.listing()] == ["loaded", "left out"]
    left_out = manager.listing()[1].problem
    assert left_out is not None
    assert left_out.code == "CR708"
    assert manager.problems == ()


def test_an_allowed_plugin_that_is_not_installed_is_said(site: Any) -> None:
    assert codes(manager_of(site, allow=["campsu"]).problems) == ["CR711"]


def test_an_entry_point_without_a_distribution_is_an_outsider() -> None:
    point = metadata.EntryPoint("odd", "json", "creditlang")
    manager = PluginManager(entry_points=[point], no_plugins=True)
    assert [entry.status for entry in manager.listing()] == ["left out"]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("csv:data", ("csv", "data")),
        ("CSV:data", ("csv", "data")),
        ("postgresql://host/db", ("postgresql", "//host/db")),
        ("C:\\data\\a.csv", (None, "C:\\data\\a.csv")),
        ("c:/data", (None, "c:/data")),
        ("csv:C:\\data", ("csv", "C:\\data")),
        ("./a:b.csv", (None, "./a:b.csv")),
        ("数据:甲", (None, "数据:甲")),
        ("data/a:b", (None, "data/a:b")),
        ("-", (None, "-")),
        ("csv:", ("csv", "")),
    ],
)
def test_addresses(address: str, wanted: tuple[str | None, str]) -> None:
    assert split_address(address) == wanted


def test_paths_go_by_folder_and_suffix(site: Any, tmp_path: Path) -> None:
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    manager = manager_of(site)
    for name in ("a.csv", "B.CSV", "c.cmp", "d.cmp.gz", "e.x.cmp"):
        (tmp_path / name).write_text("id\n")
        assert manager.source(str(tmp_path / name)).where == str(tmp_path / name)
    assert manager.source(str(tmp_path)).where == str(tmp_path)


def test_what_cannot_be_opened_is_said(site: Any, tmp_path: Path) -> None:
    manager = manager_of(site)
    (tmp_path / "a.ods").write_text("")
    (tmp_path / "plain").write_text("")
    unknown = refusal(manager.source, "oracle:x")
    assert unknown.code == "CR705"
    assert {"csv", "folder", "sample"} <= set(unknown.arguments["known"].split(", "))
    assert unknown.arguments["known"] in message(unknown)
    assert refusal(manager.source, str(tmp_path / "a.ods")).code == "CR706"
    assert refusal(manager.source, str(tmp_path / "plain")).code == "CR706"
    assert refusal(manager.source, str(tmp_path / "missing.csv")).code == "CR644"
    assert refusal(manager.source, "").code == "CR644"
    assert refusal(manager.source, "csv:").code == "CR709"
    assert refusal(manager.output, "a.pdf", io.StringIO()).code == "CR706"
    assert refusal(manager.output, "oracle:x", io.StringIO()).code == "CR705"
    assert refusal(manager.output, "json:", io.StringIO()).code == "CR709"
    assert refusal(manager.output, "", io.StringIO()).code == "CR709"


def test_a_sample_is_a_folder(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "student.csv").write_text("学号\n1\n", encoding="utf-8")
    monkeypatch.setattr("creditlang.resources.sample_path", lambda name: tmp_path if name == "hengyang" else None)
    with manager_of(site).source("sample:hengyang") as source:
        assert [table.name for table in source.tables()] == ["student"]
    assert refusal(manager_of(site).source, "sample:no_such_policy").code == "CR707"


@pytest.mark.parametrize(
    ("address", "kind"), [("-", "TableOutput"), ("json:-", "JsonOutput"), ("r.json", "JsonOutput")]
)
def test_outputs_go_by_scheme_and_suffix(site: Any, address: str, kind: str) -> None:
    output: Any = manager_of(site).output(address, io.StringIO())
    assert type(output.inner).__name__ == kind


def test_an_output_without_a_suffix_is_a_folder(site: Any, tmp_path: Path) -> None:
    output: Any = manager_of(site).output(str(tmp_path / "results"), io.StringIO())
    assert type(output.inner).__name__ == "CsvOutput"


@pytest.mark.parametrize(
    ("name", "kind"), [("r.parquet", "ParquetOutput"), ("r.arrow", "ArrowOutput"), ("r.v2", "CsvOutput")]
)
def test_a_folder_that_is_there_is_written_as_it_was_the_first_time(
    site: Any, tmp_path: Path, name: str, kind: str
) -> None:
    (tmp_path / name).mkdir()
    output: Any = manager_of(site).output(str(tmp_path / name), io.StringIO())
    assert type(output.inner).__name__ == kind


def test_what_a_plugin_raises_carries_its_name_and_not_its_words(site: Any) -> None:
    site.install("creditlang-campus", "1.2", GOOD, campus="creditlang_campus")
    manager = manager_of(site)
    source = manager.source("campus:explode")
    failed = refusal(lambda: list(source.tables()))
    assert failed.code == "CR701"
    assert "campus (creditlang-campus 1.2)" in message(failed)
    assert "张三" not in message(failed)
    output = manager.output("campus:explode", io.StringIO())
    assert refusal(output.write, "students", (), iter(())).code == "CR701"
    assert refusal(manager.source, "wrong:x").code == "CR701"


def test_what_the_callers_rows_raise_is_not_blamed_on_the_plugin(site: Any) -> None:
    output = manager_of(site).output("table:-", io.StringIO())
    with pytest.raises(ZeroDivisionError):
        output.write("students", (), ([1 // 0] for _ in range(1)))
