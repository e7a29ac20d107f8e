"""``creditlang verify``: a run worked out again from its manifest, and compared byte by byte."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import click
from attrs import evolve, frozen

from creditlang.cli import bilingual_help, common
from creditlang.cli.bilingual_help import argument, option, said

if TYPE_CHECKING:
    from creditlang.core.operators import Policy
    from creditlang.diagnostics import Diagnostic, Language
    from creditlang.driver import Compiled
    from creditlang.kept_runs import KeptRun
    from creditlang.one_student import Engine
    from creditlang.plugin import PluginManager


@bilingual_help.command("verify")
@argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@option("--data", multiple=True, metavar="SRC")
@option("--policy", metavar="POLICY")
@option("--key", type=click.Path(path_type=Path), metavar="FILE")
@option("--mapping", "mappings", multiple=True, metavar="FILE")
@option("--plugin", "plugins", multiple=True, metavar="NAME")
@option("--no-plugins", is_flag=True)
@common.language_option
def command(
    run: Path, data: tuple[str, ...], policy: str | None, key: Path | None, mappings: tuple[str, ...],
    plugins: tuple[str, ...], no_plugins: bool,
) -> None:  # fmt: skip
    """Work out a run again from its manifest, and compare every byte."""
    from creditlang.toolkit.staged_folder import SIGNATURE

    unsigned = _signature(run, key)
    kept = replayable(run, common.DataRequest(data, None, (), no_plugins, plugins, mappings), policy)
    refuse([*unsigned, *(kept if isinstance(kept, list) else kept.differences())])
    files = len({path.name for path in run.iterdir()} - {SIGNATURE})
    common.echo(said(
        f"{run.name}: {common.counted(files, 'file')}, every byte as it is worked out now.",
        f"{run.name}：{files}个文件，与重新计算的结果逐字节相同。",
    ))  # fmt: skip
    if key is not None:
        common.echo(said("The signature holds.", "签名有效。"))
    elif (run / SIGNATURE).exists():
        common.echo(said("There is a signature; --key checks it.", "结果有签名，用 --key 可以验证。"))


def _signature(run: Path, key: Path | None) -> list["Diagnostic"]:
    """What is wrong with the signature, if it is asked for."""
    if key is None:
        return []
    from creditlang.run_signatures import public_key, signature_problem

    problem = signature_problem(run, public_key(key))
    return [] if problem is None else [problem]


def refuse(found: Sequence["Diagnostic"]) -> None:
    """End the program if something is wrong."""
    if found:
        common.show(found)
        sys.exit(common.FINDINGS)


@frozen(eq=False)
class Replayable:
    """A run that can be worked out again: by this policy, with these plugins, as this was asked for."""

    kept: "KeptRun"
    compiled: "Compiled"
    manager: "PluginManager"
    request: common.DataRequest

    def differences(self) -> list["Diagnostic"]:
        """Where the run differs from what comes out now; only the data, if these are others."""
        from creditlang.cli.run import AskedRun, Way, close_manifest, opened_output, work_out, write
        from creditlang.diagnostics import Place, listed, report
        from creditlang.diagnostics.person_words import spoken
        from creditlang.given_arguments import asked_tables
        from creditlang.kept_runs import MANIFEST, file_differences

        kept, core = self.kept, self.compiled.policy
        request = evolve(self.request, language=spoken(cast("Language", kept.one("language")), core.person))
        asked = AskedRun(
            kept.one("policy_file"), kept.all("data"), kept.all("mapping_file"), kept.all("student"),
            kept.one("engine_asked"), asked_tables(kept.all("table")),
        )  # fmt: skip
        engine, _, alone = asked.engine.partition(" ")
        keep = (lambda result: None) if alone else None
        at_once = int(kept.one("at_once")) if "at_once" in kept.entries else 0
        way = Way(cast("Engine", engine), at_once, tables=asked.tables)
        cohort = work_out(core, self.manager, request, asked.students, way, keep)
        close_manifest(cohort, self.manager, asked)
        rows = cohort.results.rows["manifest"]
        was, now = kept.all("data_hash"), tuple(str(value) for entry, value in rows if entry == "data_hash")
        if was != now:
            return [report("CR844", Place(MANIFEST), was=listed(was), now=listed(map(str, now)))]
        with TemporaryDirectory() as folder:
            if not write(opened_output(self.manager, f"csv:{folder}"), cohort, None, asked.tables):
                sys.exit(common.BROKEN)
            return list(file_differences(kept.folder, Path(folder)))


def replayable(run: Path, given: common.DataRequest, policy: str | None) -> "Replayable | list[Diagnostic]":
    """A run as its manifest has it, but for the places that are given; or why it cannot be worked out again."""
    from creditlang.cohort import own_version
    from creditlang.diagnostics import Diagnostic, Place, report
    from creditlang.kept_runs import MANIFEST, KeptRun

    kept = KeptRun.read(run)
    if isinstance(kept, Diagnostic):
        return [kept]
    if kept.version != own_version():
        return [report("CR842", Place(MANIFEST), made=kept.version, here=own_version())]
    request = evolve(
        given, data=given.data or kept.all("data"), as_of=kept.one("as_of") or None, settings=kept.all("settings"),
        mappings=given.mappings or kept.all("mapping_file"),
    )  # fmt: skip
    manager = common.plugin_manager(request)
    compiled = common.sound_policy(policy or kept.one("policy_file"), manager=manager)
    others = [*_other_plugins(kept, manager), *_other_policy(kept, compiled.policy)]
    others += _other_mappings(kept, compiled.policy, request.mappings)
    return others or Replayable(kept, compiled, manager, request)


def _other_plugins(kept: "KeptRun", manager: "PluginManager") -> Iterator["Diagnostic"]:
    """Plugins that the run had not, had otherwise, or that are not here."""
    from creditlang.cli.run import plugin_rows
    from creditlang.diagnostics import Phrase, Place, report
    from creditlang.kept_runs import MANIFEST

    was, now = ({*kept.all("plugin_hash")}, {value for entry, value in plugin_rows(manager) if entry == "plugin_hash"})
    for plugins, what in (
        (was - now, Phrase("not as the run had it, or not loaded", "与运行时不同，或没有载入")),
        (now - was, Phrase("not one of the run", "不是那次运行所用的插件")),
    ):
        for plugin in sorted(plugins):
            yield report("CR846", Place(MANIFEST), plugin=plugin, what=what)


def _other_policy(kept: "KeptRun", core: "Policy") -> Iterator["Diagnostic"]:
    """The policy, if its text is another."""
    from creditlang.diagnostics import Place, report
    from creditlang.kept_runs import MANIFEST

    if (was := kept.one("policy_hash")) != core.fingerprint:
        yield report("CR843", Place(MANIFEST), policy=core.identifier, was=was, now=core.fingerprint)


def _other_mappings(kept: "KeptRun", core: "Policy", names: Sequence[str]) -> Iterator["Diagnostic"]:
    """The mappings, if they are others."""
    from creditlang.diagnostics import Place, listed, report
    from creditlang.kept_runs import MANIFEST

    was = [value.rpartition(" ")[2] for value in kept.all("mapping")]
    now = [mapping.digest for mapping in common.opened_mappings(core, names)]
    if was != now:
        yield report("CR845", Place(MANIFEST), was=listed(was), now=listed(now))
