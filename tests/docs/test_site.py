"""The documents as a site: built without a warning, every link between its pages right, Chinese found in a browser."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from selenium.webdriver.support.ui import WebDriverWait
from tests.browser import browser, needs_browser, served

SITE = Path(__file__).parents[2] / "docs" / "site"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"site_{name}", SITE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The whole site, with the rulebook of one policy."""
    out, build = tmp_path_factory.mktemp("site"), module("build")
    assert build.build(out, rulebooks=("house_points",)) == 0
    yield out


@pytest.mark.packaging
def test_the_site_is_built_without_a_warning(site: Path) -> None:
    build = module("build")
    for language in ("en", "zh"):
        names = {path.name for path in (site / language).glob("*.html")}
        assert {"index.html", "tutorial.html", "codes.html", "library.html", "search.html"} <= names
        assert {f"policy-{name}.html" for name in build.policy_names()} <= names
        for path in (site / language).glob("*.html"):
            targets = re.findall(r'href="((?:\.\./)?[\w/-]+\.html)(?:#[^"]*)?"', path.read_text(encoding="utf-8"))
            assert {target for target in targets if not (site / language / target).is_file()} == set(), path.name


def test_every_page_is_in_both_languages() -> None:
    """Of those for users; the rooms of the program are described in English."""
    build = module("build")
    alone = [part for part in build.kept_pages() if build.own_page(part, "zh") == build.own_page(part, "en")]
    assert [part for part in alone if part.startswith("docs/")] == []


@pytest.mark.packaging
@needs_browser
def test_a_reader_finds_chinese(site: Path) -> None:
    """In a browser; Sphinx's own search for Chinese says for ever that it is searching."""
    with served(site) as address, browser() as chromium:
        for query, page in (
            ("每学期最高", "reference.html"),
            ("办法全文", "policy-hengyang.html"),
            ("cap", "reference.html"),
        ):
            chromium.get(f"{address}/zh/search.html?q={query}")
            WebDriverWait(chromium, 20).until(
                lambda driver: "搜索完成" in driver.find_element("id", "search-results").text
            )
            links = chromium.find_elements("css selector", "#search-results li a")
            assert page in [
                str(link.get_attribute("href")).split("/")[-1].split("?")[0].split("#")[0] for link in links
            ]
        chromium.get(f"{address}/zh/search.html?q=纹身机")
        WebDriverWait(chromium, 20).until(lambda driver: "没有" in driver.find_element("id", "search-results").text)
        chromium.get(f"{address}/en/search.html?q=rulebook")
        WebDriverWait(chromium, 20).until(lambda driver: driver.find_elements("css selector", "#search-results li a"))


@pytest.mark.packaging
@needs_browser
def test_a_rulebook_is_read_on_a_phone_and_a_link_leads_to_its_clause(site: Path) -> None:
    """The page needs no network; nothing is wider than the screen, and the clause that is linked is on it."""
    with served(site) as address, browser() as chromium:
        chromium.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        )
        chromium.get(f"{address}/en/rulebooks/house_points.html#clause-Rule7")
        assert chromium.execute_script("return document.documentElement.scrollWidth") <= 390
        top = chromium.execute_script("return document.querySelector(':target').getBoundingClientRect().top")
        assert -1 <= top < 844
        severe = [entry["message"] for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]
        assert [message for message in severe if "favicon" not in message] == []


def test_chinese_is_found_by_two_characters() -> None:
    search = module("conf").TwoCharacters({})
    assert search.split("每学期最高 cap") == ["每学", "学期", "期最", "最高", "cap"]
