"""The bundled policies: sound, with examples for every line, and balanced on their sample data."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from creditlang.cli import main
from creditlang.cohort import Cohort, Settings, run_cohort
from creditlang.diagnostics import render
from creditlang.driver import Compiled, compile_source, example_files, read_source
from creditlang.examples import measure, run_examples
from creditlang.explain import Explanation
from creditlang.ledger import DISPOSITIONS, StudentResult
from creditlang.plugin import PluginManager
from creditlang.resources import policy_names, policy_path, sample_path
from creditlang.source import SourceFile

HERE = Path(__file__).parent
POLICIES = policy_names()
REGULATIONS = ("hengyang", "shangrao", "volunteer_hours")
"""The whole ones; the others are the gallery, whose small samples are held to their values in tests/gallery."""
AS_OF = {
    "driver_demerits": date(2025, 6, 30),
    "house_points": date(2025, 4, 21),
    "jifen_luohu": date(2025, 6, 30),
    "professional_education": date(2025, 7, 31),
    "shangrao": date(2027, 10, 31),
    "sushe_kaohe": date(2025, 2, 1),
    "volunteer_hours": date(2023, 6, 25),
    "zonghe_ceping": date(2025, 8, 1),
}
"""The day to which a sample is told, where it is not the calendar's last."""
SAMPLES = [name for name in POLICIES if sample_path(name)]


@cache
def compiled(name: str) -> Compiled:
    path = policy_path(name)
    assert path is not None
    sources = [read_source(each, each.name) for each in (path, *example_files(path))]
    assert all(isinstance(source, SourceFile) for source in sources)
    return compile_source(sources[0], True, sources[1:])  # type: ignore[arg-type]


@cache
def sampled(name: str) -> tuple[Cohort, dict[str, StudentResult]]:
    kept: dict[str, StudentResult] = {}
    source = PluginManager(no_plugins=True).source(f"sample:{name}")
    cohort = run_cohort(
        compiled(name).policy,
        source.tables(),
        Settings(AS_OF.get(name)),
        lambda: source.problems,
        {},
        keep=lambda result: kept.update({result.student: result}),
    )
    return cohort, kept


@pytest.mark.parametrize("name", POLICIES)
def test_the_policy_is_sound(name: str) -> None:
    found = [render(diagnostic) for diagnostic in compiled(name).diagnostics]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", POLICIES)
def test_the_examples_hold_and_cover_everything(name: str) -> None:
    outcomes = list(run_examples(compiled(name).policy, compiled(name).compilation.program))
    assert not [render(failure) for outcome in outcomes for failure in outcome.failures]
    coverage = measure(compiled(name).policy, outcomes)
    assert not coverage.uncovered
    assert not coverage.uncovered_rows
    assert not coverage.uncovered_readings
    assert not coverage.unexplained


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_balances(name: str) -> None:
    cohort, _ = sampled(name)
    assert cohort.balanced
    assert not [row for row in cohort.results.tables["issues"] if row[1] in ("CR664", "CR666")]


@pytest.mark.parametrize("name", REGULATIONS)
def test_the_sample_is_large_enough_to_show_every_trouble(name: str) -> None:
    cohort, kept = sampled(name)
    assert set(cohort.results.equation) == set(DISPOSITIONS)
    assert len(kept) >= 30
    assert cohort.read >= 500


@pytest.mark.parametrize("name", SAMPLES)
def test_two_runs_are_byte_identical(name: str, tmp_path: Path) -> None:
    for target in ("one", "two"):
        arguments = ["run", name, "--data", f"sample:{name}", "--out", str(tmp_path / target), "--lang", "zh"]
        arguments += ["--as-of", AS_OF[name].isoformat()] if name in AS_OF else []
        outcome = CliRunner().invoke(main, arguments)
        assert outcome.exception is None or outcome.exit_code == 3, outcome.output
    one, two = (sorted((tmp_path / target).iterdir()) for target in ("one", "two"))
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


ANSWERS = sorted((HERE / "why").glob("*/*.txt"))


@pytest.mark.parametrize("path", ANSWERS, ids=[f"{path.parent.name}-{path.stem}" for path in ANSWERS])
def test_why(path: Path, request: pytest.FixtureRequest) -> None:
    """Whole answers, read against the Chinese text when they were written down; `--update` after reading them again."""
    name = path.parent.name
    _, kept = sampled(name)
    answer = Explanation(compiled(name).policy, kept[path.stem], "zh").answer() + "\n"
    if request.config.getoption("--update"):
        path.write_text(answer, encoding="utf-8")
    assert answer == path.read_text(encoding="utf-8")
