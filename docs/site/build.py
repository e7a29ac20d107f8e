"""Builds the documents as a site, `python docs/site/build.py OUT`: OUT/en and OUT/zh, each searchable, with no network.

The pages are those of this repository, as they stand; links between them become links of the site, and links to files
that are no pages become plain text. Pages of the codes, of the commands and of the bundled policies are made here, each
policy with its rulebook. Any warning of Sphinx ends the build.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from click.testing import CliRunner
from sphinx.cmd.build import build_main

from creditlang.cli import _COMMANDS, main
from creditlang.diagnostics import codes, explain
from creditlang.diagnostics.catalogue import page

Language = Literal["en", "zh"]
ROOT: Final = Path(__file__).resolve().parents[2]
PARTS: Final = {
    "README": "overview", "docs/tutorial": "tutorial", "docs/data": "data", "docs/session": "session",
    "docs/comparing": "comparing", "docs/outputs": "outputs", "docs/reference": "reference",
    "stdlib_policies/README": "policies", "plugins/README": "plugins", "grammar/README": "grammar",
    "repl/README": "repl", "src/creditlang/README": "architecture",
}  # fmt: skip
"""Pages by their place here, without `.md` or `.zh.md`, and what they are called in the site."""
GROUPS: Final = {
    ("Begin", "开始"): ("overview", "tutorial"),
    ("How to", "怎样做"): ("data", "session", "comparing", "outputs", "plugins"),
    ("Reference", "参考"): ("reference", "commands", "codes"),
    ("Policies", "办法"): ("policies", "rulebooks"),
    ("Inside", "内部构造"): ("architecture", "grammar", "repl"),
}
_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]*)(#[^)\s]*)?\)")


def named(path: str) -> tuple[str, Language]:
    """A page's place without its ending, and its language."""
    return (path.removesuffix(".zh.md"), "zh") if path.endswith(".zh.md") else (path.removesuffix(".md"), "en")


def own_page(part: str, language: Language) -> Path:
    """The page of a part in a language, or the one there is."""
    path = ROOT / (f"{part}.zh.md" if language == "zh" else f"{part}.md")
    return path if path.is_file() else ROOT / f"{part}.md"


def linked(text: str, place: Path) -> str:
    """A page's text with its links as the site has them."""

    def link(match: re.Match[str]) -> str:
        told, target, anchor = match[1], match[2], match[3] or ""
        if not target or "://" in target:
            return match[0]
        aim = os.path.relpath((place.parent / target).resolve(), ROOT)
        part, language = named(aim)
        if part in PARTS and language == named(place.name)[1]:
            return f"[{told}]({PARTS[part]}.md{anchor})"
        return told

    return _LINK.sub(link, text)


def codes_page(language: Language) -> str:
    """All codes of findings."""
    parts = ["# Codes of findings" if language == "en" else "# 检查与运行信息的代码"]
    for code in codes():
        body = explain(code, language) or ""
        sentence = page(code).sentences[language]
        parts += [f"## {code}", f"```text\n{sentence}\n```", re.sub(r"^#+ (.*)$", r"**\1**", body, flags=re.MULTILINE)]
    return "\n\n".join(parts)


def commands_page(language: Language) -> str:
    """The help of all commands."""
    parts = ["# Commands" if language == "en" else "# 命令"]
    for name in _COMMANDS:
        told = CliRunner().invoke(main, [name, "--lang", language, "--help"]).output
        parts += [f"## creditlang {name}", f"```text\n{told.strip()}\n```"]
    return "\n\n".join(parts)


def rulebooks_page(language: Language, folder: Path) -> str:
    """The bundled policies, each with its rulebook beside the pages."""
    parts = ["# Rulebooks of the bundled policies" if language == "en" else "# 内置办法的条文与规则对照", ""]
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "stdlib_policies").glob("*/*.credit")):
        name = path.stem
        if name == path.parent.name:
            target = folder / f"{name}.html"
            done = CliRunner().invoke(main, ["rulebook", name, "--lang", language, "--out", str(target)])
            assert done.exit_code == 0, done.output
            found = re.search(r"<h1>(.*?)</h1>", target.read_text(encoding="utf-8"))
            parts.append(f'* <a href="rulebooks/{name}.html">{found[1] if found else name}</a>')
    return "\n".join(parts)


def index_page(language: Language) -> str:
    """The contents."""
    parts = ["# creditlang"]
    for (english, chinese), pages in GROUPS.items():
        caption = english if language == "en" else chinese
        parts.append("\n".join((f"```{{toctree}}\n:caption: {caption}\n:maxdepth: 1\n", *pages, "```")))
    return "\n\n".join(parts)


def pages(language: Language, extra: Path, rulebooks: bool) -> Iterator[tuple[str, str]]:
    """Every page of a language, by name."""
    for part, name in PARTS.items():
        path = own_page(part, language)
        yield name, linked(path.read_text(encoding="utf-8"), path)
    yield "index", index_page(language)
    yield "codes", codes_page(language)
    yield "commands", commands_page(language)
    yield "rulebooks", rulebooks_page(language, extra / "rulebooks") if rulebooks else "# Rulebooks"


def build(out: Path, rulebooks: bool = True) -> int:
    """Both trees, with the rulebooks or without; how many went wrong."""
    failed = 0
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        source, extra = out / "source" / language, out / "extra" / language
        for folder in (source, extra):
            folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(language, extra, rulebooks):
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        settings = {"language": {"zh": "zh_CN"}.get(language, language), "html_extra_path": str(extra)}
        words = [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
        failed += build_main(
            ["-q", "-W", "--keep-going", "-c", str(Path(__file__).parent), *words, str(source), str(out / language)]
        )
    return failed


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve()))
