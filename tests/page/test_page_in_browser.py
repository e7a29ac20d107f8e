"""The page in a real browser, Chromium with its driver, against a server of its own.

One browser and one server are enough for all of it: each test opens the page anew.
"""

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
import uvicorn
from openpyxl import Workbook
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from tests.browser import browser, needs_browser

from creditlang.resources import policy_path
from creditlang.server.application import ServerSettings, application
from creditlang.server.worker import WorkerSettings

pytestmark = needs_browser

CLUB = """\
办法 "club"
    标题 "读书会积分"
引用 "common/calendar"
计量单位 分
设 most "每学年至多" = 3 分 【第一条】

记录 活动
    项目：项目
    日期：日期

类别 积分 单位 分
    项目 晚读 【第一条】
        每次 1分
        每学年最高 most

要求 证书 【第二条】
    积分 >= 4 分
"""
STUDENTS = "学号\nS1\nS2\n"
ACTIVITIES = [
    ("学号", "项目", "日期"),
    *(("S1", "晚读", f"2024-10-0{day}") for day in range(1, 6)),
    ("S2", "晚读", "2024-10-01"),
]
WIDE = "\U0001f4da"
"""A character of two UTF-16 units."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with two policies, that of the club and one that asks for a day."""
    policy = tmp_path_factory.mktemp("page") / "club.credit"
    policy.write_text(CLUB, encoding="utf-8")
    other = policy_path("volunteer_hours")
    assert other is not None
    worker = WorkerSettings({"club": policy, "volunteer_hours": other}, ["club"])
    settings = ServerSettings(
        workers=1, seconds=60, megabytes=16, token=None, hosts={"127.0.0.1"}, worker=worker
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(settings), log_level="error"))
        thread = Thread(target=server.run, args=([free],), daemon=True)
        thread.start()
        _until(lambda: server.started)
        yield f"http://127.0.0.1:{free.getsockname()[1]}/"
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    """A browser without a window."""
    with browser() as driver:
        driver.set_window_size(1300, 1000)
        yield driver


class Page:
    """The page as somebody uses it: what it says is waited for."""

    def __init__(self, driver: WebDriver, address: str, language: str = "zh") -> None:
        self.driver = driver
        driver.get(f"{address}?lang={language}")
        self.wait(lambda: "读书会积分" in self.one("h1").text and self.one("#student .answer").text)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        return [found.text for found in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def told(self) -> str:
        """What is told of the student, blanks counting once."""
        return " ".join(self.one("#student .answer").text.split())

    def press(self, text: str) -> None:
        self.wait(lambda: self.driver.find_element(By.XPATH, f"//button[normalize-space()='{text}']").click() is None)

    def run(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(script, *given)

    def wait(self, there: Callable[[], object]) -> Any:
        return _until(there)

    @property
    def area(self) -> WebElement:
        return self.one("#text")

    @property
    def text(self) -> str:
        return str(self.area.get_attribute("value"))

    def end_of_text(self) -> WebElement:
        self.run(
            "arguments[0].focus(); arguments[0].setSelectionRange(1e9, 1e9); arguments[0].scrollTop = 1e9", self.area
        )
        return self.area

    def colour_of(self, text: str) -> str:
        """The class of the piece of the painted text that is this."""
        pieces = "[...document.querySelectorAll('.paint span')]"
        return str(self.run(f"return {pieces}.find((one) => one.textContent === arguments[0])?.className", text))

    def add(self, day: str) -> None:
        """Add an evening by the form."""
        self.press("新增：活动")
        self.one("dialog [name=项目]").send_keys("晚读")
        self.run("arguments[0].value = arguments[1]", self.one("dialog [name=日期]"), day)
        self.press("确定")


def _until(there: Callable[[], Any], seconds: float = 30) -> Any:
    """What there is in the end; it may take a while, and elements may go meanwhile."""
    last: Any = None
    end = monotonic() + seconds
    while monotonic() < end:
        try:
            if last := there():
                return last
        except Exception as error:  # an element that is not there yet, or no longer
            last = error
        sleep(0.05)
    raise AssertionError(f"it did not come about within {seconds} seconds: {last}")


def test_what_is_typed_is_coloured_and_checked(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    assert page.one("#sound").text == "没有发现问题。" and page.colour_of("要求") == "keyword"
    page.end_of_text()
    page.run("document.execCommand('insertText', false, arguments[0])", f"# {WIDE}\n要求 再来\n    没有的 >= 1 分")
    page.wait(lambda: "没有的" in page.one("#findings").text)
    assert "error" in page.colour_of("没有的")
    page.one("#findings button").click()
    start, end = page.run("const e = arguments[0]; return [e.selectionStart, e.selectionEnd]", page.area)
    assert page.run("return arguments[0].value.slice(arguments[1], arguments[2])", page.area, start, end) == "没有的"


def test_completion_by_keys_and_undone(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    page.end_of_text().send_keys("    jif")
    page.wait(lambda: "积分" in page.one("#completions").text)
    page.area.send_keys(Keys.ARROW_DOWN)
    assert page.area.get_attribute("aria-activedescendant") == "completion-0"
    page.area.send_keys(Keys.ESCAPE)
    assert not page.one("#completions").is_displayed()
    page.area.send_keys(Keys.CONTROL, " ", Keys.NULL)
    page.wait(lambda: page.one("#completions").is_displayed())
    before = page.text
    page.area.send_keys(Keys.TAB)
    assert page.text.endswith("    积分")
    page.area.send_keys(Keys.CONTROL, "z")
    assert page.text == before


def test_a_changed_text_is_not_lost_and_opens_with_what_stands_beside_it(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    files = {
        "多用.credit": CLUB.replace('引用 "common/calendar"', '引用 "common/calendar"\n引用 "./单位"').replace(
            "计量单位 分\n", ""
        ),
        "单位.credit": "计量单位 分\n",
        "多用.clauses.txt": "[第一条]\n晚读每次计1分。\n",
    }
    page.end_of_text().send_keys("#")
    opened = "for (const [name, text] of Object.entries(arguments[0])) data.items.add(new File([text], name));"
    page.run(f"const data = new DataTransfer(); {opened} creditlang.openFiles([...data.files])", files)
    asked = page.wait(lambda: chromium.switch_to.alert)
    assert "没有保存" in asked.text
    asked.dismiss()
    assert page.text.endswith("#")
    page.press("恢复已存文本")
    page.run(f"const data = new DataTransfer(); {opened} creditlang.openFiles([...data.files])", files)
    page.wait(lambda: "./单位" in page.text and page.one("#sound").text == "没有发现问题。")
    page.one("#tab-book").click()
    page.wait(
        lambda: (
            "晚读每次计1分"
            in page.run("return document.querySelector('#book iframe').contentDocument.body.textContent")
        )
    )


def test_chinese_is_composed(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    page.end_of_text().send_keys("# ")
    chromium.execute_cdp_cmd("Input.imeSetComposition", {"text": "du'shu", "selectionStart": 6, "selectionEnd": 6})
    assert "composing" in str(page.one(".editor").get_attribute("class"))
    assert page.one(".paint").value_of_css_property("visibility") == "hidden"
    chromium.execute_cdp_cmd("Input.insertText", {"text": "读书"})
    page.wait(lambda: page.colour_of("# 读书") == "comment")
    assert page.text.endswith("# 读书") and not page.one("#completions").is_displayed()


def test_what_if_for_one_student(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    for day in ("2024-10-08", "2024-10-09", "2024-10-10", "2024-10-11"):
        page.add(day)
    page.wait(lambda: page.texts("#student tbody td.reduced") == ["核减"] and "积分 0 → 3 分" in page.told())
    page.one("#values summary").click()
    page.one("#values input").send_keys("9", Keys.TAB)
    page.wait(lambda: "证书 不符合 → 符合" in page.told())
    assert "晚读" in page.one(".changes").text
    page.one("#student .fold summary").click()
    page.wait(lambda: "已有 4" in page.one("#student .why").text)
    page.press("恢复原样")
    page.wait(lambda: "证书 不符合" in page.told() and not page.texts("#student tbody tr"))


def test_what_is_still_needed_can_be_tried(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    page.run(
        "const day = document.getElementById('as-of'); day.value = '2024-10-01'; day.dispatchEvent(new Event('change'))"
    )
    opened = "const made = document.querySelector('#student .needed'); made.parentElement.open = made.open = true;"
    page.wait(lambda: page.run(f"{opened} return made.innerText.includes('还差 4')"))
    page.wait(lambda: page.run(f"{opened} const way = made.querySelector('button'); way?.click(); return way !== null"))
    page.wait(lambda: len(page.texts("#student tbody tr")) == 4)


def test_dropped_files_a_changed_policy_and_who_gains(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    page.run(
        "const data = new DataTransfer();"
        "const bytes = Uint8Array.from(atob(arguments[1]), (one) => one.charCodeAt(0));"
        "data.items.add(new File([arguments[0]], '学生.csv')); data.items.add(new File([bytes], '登记表.xlsx'));"
        "document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }))",
        STUDENTS,
        _workbook("活动", ACTIVITIES),
    )
    page.wait(lambda: page.texts("#people tbody th") == ["S1", "S2"])
    assert page.texts("#people .standings li") == ["证书：符合0人，不符合2人，未定0人"]
    page.run("creditlang.editor.replace(arguments[0], arguments[0] + 3, '9 分')", page.text.index("3 分"))
    page.wait(lambda: page.texts("#people .standings li") == ["证书：符合1人，不符合1人，未定0人"])
    page.press("与已存办法比较")
    chromium.switch_to.frame(page.wait(lambda: page.one("#people iframe")))
    page.wait(lambda: "增加1人" in page.one("body").text and "club.credit（改动后）" in page.one("body").text)
    assert page.one("svg").is_displayed()
    chromium.switch_to.default_content()
    page.press("S1")
    page.wait(lambda: len(page.texts("#student tbody tr")) == 5 and "3 → 5" in page.told())


def _workbook(sheet: str, rows: list[tuple[str, ...]]) -> str:
    """A workbook in base 64."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    stream = BytesIO()
    book.save(stream)
    return b64encode(stream.getvalue()).decode()


def test_the_regulation_follows_the_line_and_leads_back(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    page.one("#tab-student").send_keys(Keys.ARROW_LEFT)
    frame = page.wait(lambda: page.one("#book iframe"))
    page.wait(lambda: page.run("return arguments[0].contentDocument.querySelectorAll('[role=link]').length", frame))
    page.end_of_text().send_keys(Keys.ARROW_UP, Keys.ARROW_UP)
    clauses = "[...arguments[0].contentDocument.querySelectorAll('.clause')]"
    page.wait(
        lambda: "第二条" in page.run(f"return {clauses}.find((one) => one.style.outline)?.textContent ?? ''", frame)
    )
    page.run("arguments[0].contentDocument.querySelector('[role=link]').click()", frame)
    page.wait(lambda: page.run("return document.activeElement.id") == "text")


def test_another_policy_while_the_first_is_still_asked_about(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    assert not page.one("#as-of").get_attribute("value")
    page.run("creditlang.again(); setTimeout(() => creditlang.openNamed('volunteer_hours'), 390)")
    page.wait(lambda: "志愿服务" in page.one("h1").text and "个人信息可供转化 不符合" in page.told())
    assert page.one("#as-of").get_attribute("value")


def test_both_languages(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    page.press("English")
    page.wait(lambda: "Nothing to find fault with." in page.one("#sound").text and "not met" in page.told())
    assert page.run("return document.documentElement.lang") == "en"
    page.press("中文")
    page.wait(lambda: "不符合" in page.told() and "没有发现问题" in page.one("#sound").text)


def test_a_telephone_a_dark_room_paper_and_nothing_from_elsewhere(address: str, chromium: WebDriver) -> None:
    chromium.get_log("performance")
    page = Page(chromium, address)
    telephone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    try:
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", telephone)
        assert page.run("return document.documentElement.scrollWidth") <= 390
        assert float(page.area.value_of_css_property("font-size").removesuffix("px")) >= 16
        light = page.one("body").value_of_css_property("background-color")
        dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
        assert page.one("body").value_of_css_property("background-color") != light
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert not page.one("#written").is_displayed() and page.one("#student").is_displayed()
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    asked = [json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")]
    urls = {x["params"]["request"]["url"] for x in asked if x["method"] == "Network.requestWillBeSent"}
    assert urls and all(url.startswith((address, "data:", "about:")) for url in urls)
    assert not [entry for entry in chromium.get_log("browser") if "Content Security Policy" in entry["message"]]


def test_a_long_text_is_coloured_where_it_is_seen(address: str, chromium: WebDriver) -> None:
    page = Page(chromium, address)
    lines = "\n".join(f"# {number}\n设 值{number} = {number}" for number in range(600))
    page.run("creditlang.editor.text = arguments[0]", f"{CLUB}{lines}\n")
    page.wait(lambda: page.colour_of("类别") == "keyword")
    assert page.run("return document.querySelectorAll('.paint > div').length") < 100
    page.end_of_text()
    page.wait(lambda: page.colour_of("值599") == "setting")
    page.run("creditlang.editor.replace(0, 2, '细则')")
    assert page.text.startswith("细则") and page.text.endswith("= 599\n")
    page.press("恢复已存文本")
    assert page.text == CLUB
    page.area.send_keys(Keys.CONTROL, "z")
    assert page.text.startswith("细则")
