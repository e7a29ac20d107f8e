"""Builds the documents as a site, `python docs/site/build.py OUT`: OUT/en and OUT/zh, each searchable, with no network.

The pages are those of this repository, as they stand; links between them become links of the site, and links to files
that are no pages become plain text. Pages of the codes, of the commands, of the library and of the bundled policies are
made here, each policy with its rulebook. Any warning of Sphinx ends the build.
"""

import os
import re
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, Literal

from click.testing import CliRunner
from sphinx.cmd.build import build_main

import creditlang
from creditlang.cli import _COMMANDS, main
from creditlang.diagnostics import codes, explain
from creditlang.diagnostics.catalogue import page

Language = Literal["en", "zh"]
ROOT: Final = Path(__file__).resolve().parents[2]
PARTS: Final = {
    "README": "overview", "stdlib_policies/README": "policies", "plugins/README": "plugins",
    "grammar/README": "grammar", "repl/README": "repl", "src/creditlang/README": "source", "bench/README": "bench",
}  # fmt: skip
"""Pages beside those of `docs`, by their place here without `.md` or `.zh.md`, and what they are called in the site."""
GROUPS: Final = {
    ("Begin", "开始"): ("overview", "tutorial"),
    ("How to", "怎样做"): (
        "office",
        "disputed",
        "comparing",
        "rulebook",
        "spreadsheet",
        "program",
        "plugin",
        "data",
        "outputs",
    ),
    ("Reference", "参考"): ("reference", "commands", "codes", "library"),
    ("Policies", "办法"): ("policies",),
    ("Inside", "内部构造"): ("architecture", "source", "plugins", "grammar", "repl", "bench"),
}
"""The pages of each part; other pages of `docs` come with the second part, policies with the fourth."""
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\(([^)\s/:]+)\)")
_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]*)(#[^)\s]*)?\)")


def kept_pages() -> dict[str, str]:
    """All pages that are kept here: those of `PARTS`, and whatever stands in `docs`."""
    own = {f"docs/{path.stem}": path.stem for path in sorted((ROOT / "docs").glob("*.md")) if "." not in path.stem}
    return PARTS | own


def policy_names() -> list[str]:
    """The bundled policies: a folder with a policy of its own name is one."""
    return [x.stem for x in sorted((ROOT / "stdlib_policies").glob("*/*.credit")) if x.stem == x.parent.name]


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
        folder, _, name = part.rpartition("/")
        if name == "README" and folder.removeprefix("stdlib_policies/") in policy_names():
            return f"[{told}](policy-{folder.removeprefix('stdlib_policies/')}.md{anchor})"
        if part in kept_pages():
            same = language == named(place.name)[1] or own_page(part, "zh") == own_page(part, "en")
            other = f'<a href="../{language}/{kept_pages()[part]}.html{anchor}">{told}</a>'
            return f"[{told}]({kept_pages()[part]}.md{anchor})" if same else other
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


def policy_page(name: str, language: Language, rulebooks: Path, wanted: Collection[str]) -> str:
    """A bundled policy: what it is called, its rulebook, what its own page says, and its text."""
    path = ROOT / "stdlib_policies" / name / f"{name}.credit"
    english = language == "en"
    found = re.search(r'^\s+(?:title|标题) "(.+)"$', text := path.read_text(encoding="utf-8"), re.MULTILINE)
    parts = [f"# {found[1] if found else name} `{name}`"]
    if name in wanted:
        target = rulebooks / f"{name}.html"
        done = CliRunner().invoke(main, ["rulebook", name, "--lang", language, "--out", str(target)])
        assert done.exit_code == 0, done.output
        told = "The rulebook: each clause beside its rules and worked examples" if english else "条文与规则对照"
        parts.append(f'<a href="rulebooks/{name}.html">{told}</a>')
    if (own := own_page(f"stdlib_policies/{name}/README", language)).is_file():
        parts.append(linked(re.sub(r"^# .+\n", "", own.read_text(encoding="utf-8"), count=1), own))
    parts += ["## The text of the policy" if english else "## 办法全文", f"`````credit\n{text}\n`````"]
    return "\n\n".join(parts)


def library_page(language: Language) -> str:
    """What programs call, from its docstrings."""
    heading = "The library, name by name" if language == "en" else "程序库逐项说明（英文）"
    members = [name for name in creditlang.__all__ if not name.startswith("_")]
    entries = [
        f"## `{name}`\n\n```{{eval-rst}}\n.. auto{kind(getattr(creditlang, name))}:: creditlang.{name}\n```"
        for name in members
    ]
    return "\n\n".join([f"# {heading}", *entries])


def kind(thing: object) -> str:
    """How Sphinx calls what a name stands for."""
    if not isinstance(thing, type):
        return "function"
    return "exception" if issubclass(thing, Exception) else "class"


def index_page(language: Language) -> str:
    """The contents."""
    told = ("zh", "中文") if language == "en" else ("en", "English")
    parts = ["# creditlang", f'<a href="../{told[0]}/index.html">{told[1]}</a>']
    listed = {name for names in GROUPS.values() for name in names}
    others = {
        "How to": [name for name in kept_pages().values() if name not in listed],
        "Policies": [f"policy-{name}" for name in policy_names()],
    }
    for (english, chinese), names in GROUPS.items():
        caption = english if language == "en" else chinese
        parts.append(
            "\n".join((f"```{{toctree}}\n:caption: {caption}\n:maxdepth: 1\n", *names, *others.get(english, ()), "```"))
        )
    return "\n\n".join(parts)


def pages(language: Language, folder: Path, rulebooks: Collection[str], pictures: Path) -> Iterator[tuple[str, str]]:
    """Every page of a language, by name; the pictures that stand beside them are put where the pages will be."""
    for part, name in kept_pages().items():
        path = own_page(part, language)
        text = path.read_text(encoding="utf-8")
        for picture in _PICTURE.findall(text):
            shutil.copy(path.parent / picture, pictures)
        yield name, linked(text, path)
    yield "index", index_page(language)
    yield "codes", codes_page(language)
    yield "commands", commands_page(language)
    yield "library", library_page(language)
    for name in policy_names():
        yield f"policy-{name}", policy_page(name, language, folder, rulebooks)


def build(out: Path, rulebooks: Collection[str] | None = None) -> int:
    """Both trees, with the rulebooks of these policies, or of all; how many went wrong."""
    failed = 0
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        source, extra = out / "source" / language, out / "extra" / language
        for folder in (source, extra / "rulebooks"):
            shutil.rmtree(folder, ignore_errors=True)  # what was made before and is gone would be a page
            folder.mkdir(parents=True, exist_ok=True)
        books = policy_names() if rulebooks is None else rulebooks
        for name, text in pages(language, extra / "rulebooks", books, source):
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        settings = {"language": {"zh": "zh_CN"}.get(language, language), "html_extra_path": str(extra)}
        words = [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
        failed += build_main(
            ["-q", "-W", "--keep-going", "-c", str(Path(__file__).parent), *words, str(source), str(out / language)]
        )
    return failed


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve()))
