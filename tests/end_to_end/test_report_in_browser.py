"""A report in a real browser: it sorts, filters, slides, and asks for nothing outside of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from ganbench.registry.registry import discover
from ganbench.reporting.report.page import report_of
from tests.browser import chromium, found
from tests.result_folders import changed, committed_rows, write_folder

pytestmark = pytest.mark.skipif(
    found() is None, reason="no Chromium: apt-get install chromium chromium-driver"
)
MODELS = ("standard", "recon", "discogan", "oracle", "untrained")
ODD = '<script>alert(1)</script> & "it\'s"'
NETWORK = "Network.requestWillBeSent"
WITHIN = (
    "data:",
    "chrome:",
    "chrome-untrusted:",
    "about:",
)  # the file, and the browser's own first page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cars, and the same rows as another task with a model of an odd name, one of them diverged."""
    rows = committed_rows(MODELS, seeds=3)
    others = [
        changed(row, i, task="car2face", model=ODD if row.model == "recon" else row.model)
        for i, row in enumerate(rows)
    ]
    others[0] = changed(others[0], 0, status="diverged", reason="loss D_A is nan", metrics={})
    made = tmp_path_factory.mktemp("report")
    folder = write_folder(made / "cars", [*rows, *others], pictures=True)
    file = made / "report.html"
    file.write_text(report_of([folder], discover()).html, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as page:
        yield page


@pytest.fixture
def page(browser: Chrome, report: Path) -> Chrome:
    browser.get(report.as_uri())
    return browser


def column(table: WebElement, number: int) -> list[str]:
    """The texts of a column, from above."""
    rows = table.find_elements(By.CSS_SELECTOR, "tbody tr")
    return [row.find_elements(By.CSS_SELECTOR, "th, td")[number].text for row in rows]


def shown(page: Chrome, selector: str) -> list[str]:
    return [one.text for one in page.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]


def test_nothing_is_asked_for_and_nothing_fails(browser: Chrome, report: Path) -> None:
    """Of the network's events only the file itself and data within it; no error on the console."""
    browser.get_log("performance")
    browser.get(report.as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == NETWORK]
    assert report.as_uri() in asked
    of_the_page = [url for url in asked if not url.startswith(WITHIN)]
    assert of_the_page == [report.as_uri()]
    assert browser.get_log("browser") == []


def test_a_column_sorts_both_ways_and_texts_come_last(page: Chrome) -> None:
    table = page.find_element(By.CSS_SELECTOR, ".setting table")
    heads = table.find_elements(By.CSS_SELECTOR, "thead th")
    names = [str(head.get_attribute("textContent")).strip() for head in heads]
    number = names.index("reconstruction_mse ↓")
    heads[number].find_element(By.TAG_NAME, "button").click()
    assert heads[number].get_attribute("aria-sort") == "ascending"
    assert column(table, 0)[:2] == ["discogan", "recon"]
    assert set(column(table, number)[2:]) == {"skipped"}
    heads[number].find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert heads[number].get_attribute("aria-sort") == "descending"
    assert column(table, 0)[:2] == ["recon", "discogan"]
    assert set(column(table, number)[2:]) == {"skipped"}


def test_filters_hide_models_in_tables_and_charts_and_tasks_as_a_whole(page: Chrome) -> None:
    def box(name: str, value: str) -> WebElement:
        boxes = page.find_elements(By.CSS_SELECTOR, f"input[name={name}]")
        return next(one for one in boxes if one.get_attribute("value") == value)

    rows = "#setting-1 table tbody th, #setting-1 .strip .name, #setting-1 .legend li"
    assert "standard" in shown(page, rows)
    box("model", "standard").click()
    assert "standard" not in shown(page, rows) and "recon" in shown(page, rows)
    series = page.find_elements(By.CSS_SELECTOR, "#setting-1 svg [data-model=standard]")
    assert series and not any(one.is_displayed() for one in series)
    box("task", "car2car").click()
    assert not page.find_element(By.ID, "setting-1").is_displayed()
    assert page.find_element(By.ID, "shown").text == "1 of 2 settings shown"
    assert ODD in shown(page, "#setting-2 tbody th")
    box("model", ODD).click()
    assert ODD not in shown(page, "#setting-2 tbody th")
    page.find_element(By.CSS_SELECTOR, "#filters button").click()
    assert page.find_element(By.ID, "shown").text == "2 of 2 settings shown"
    assert "standard" in shown(page, rows) and ODD in shown(page, "#setting-2 tbody th")


def test_paired_tests_sort_and_go_with_either_of_their_models(page: Chrome) -> None:
    details = page.find_element(
        By.XPATH, "//section[@id='setting-1']//details[.//*[@data-other-model]]"
    )
    details.find_element(By.TAG_NAME, "summary").click()
    rows = details.find_elements(By.CSS_SELECTOR, "tbody tr")
    head = details.find_elements(By.CSS_SELECTOR, "thead th")
    number = [one.text for one in head].index("difference")
    head[number].find_element(By.TAG_NAME, "button").click()
    keys = [
        float(one.get_attribute("data-key") or "nan")
        for one in details.find_elements(By.CSS_SELECTOR, f"tbody td:nth-child({number + 1})")
    ]
    assert len(keys) == len(rows) > 2 and keys == sorted(keys)

    def models() -> list[str]:
        return shown(page, "#setting-1 tr[data-other-model] td:nth-child(2)")

    assert len({*models()}) == 3
    box = next(
        one
        for one in page.find_elements(By.CSS_SELECTOR, "input[name=model]")
        if one.get_attribute("value") == "standard"
    )
    box.click()
    assert {*models()} == {"discogan − recon"}
    box.click()


def test_a_slider_shows_each_step(page: Chrome) -> None:
    slider = page.find_element(By.CSS_SELECTOR, "input[type=range]")
    figure = slider.find_element(By.XPATH, "ancestor::figure")

    def steps() -> set[str | None]:
        frames = figure.find_elements(By.CSS_SELECTOR, "[data-step]")
        return {one.get_attribute("data-step") for one in frames if one.is_displayed()}

    assert steps() == {"600"}
    slider.send_keys(Keys.ARROW_LEFT)
    assert steps() == {"300"}
    assert figure.find_element(By.TAG_NAME, "output").text == "300"
    sizes = [one.size for one in figure.find_elements(By.CSS_SELECTOR, ".picture:not([hidden])")]
    assert all(size["width"] > 0 and size["height"] > 0 for size in sizes)


def test_a_command_can_be_copied(page: Chrome) -> None:
    page.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true })")
    button = page.find_element(By.CSS_SELECTOR, ".setting .copy")
    button.click()
    done = page.execute_async_script(
        "const [button, done] = arguments;"
        "const look = () => button.textContent === 'Copy' ? setTimeout(look, 10)"
        " : done(button.textContent);"
        "look();",
        button,
    )
    assert done in ("Copied", "Selected")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_no_wider_than_its_window(page: Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def luminance(colour: str) -> float:
    """Relative luminance of "rgb(r, g, b)" (WCAG 2.2)."""
    shares = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_the_page(page: Chrome, scheme: str) -> None:
    """By at least 4.5, as WCAG asks for; series of charts by 3."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    behind = luminance(
        page.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    )
    assert (behind < 0.1) == (scheme == "dark")
    for selector, least in (
        ("body", 4.5),
        ("small", 4.5),
        ("summary", 4.5),
        (".c0", 3),
        (".c2", 3),
    ):
        one = page.find_element(By.CSS_SELECTOR, selector)
        front = luminance(one.value_of_css_property("color").replace("rgba", "rgb"))
        assert (max(front, behind) + 0.05) / (min(front, behind) + 0.05) >= least, selector


def test_the_tables_are_there_without_javascript(browser: Chrome, report: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(report.as_uri())
        names = [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".setting tbody th")]
        assert {*MODELS, ODD} <= set(names)
        assert browser.find_element(By.CSS_SELECTOR, "#ended tbody td").text == "diverged"
        useless = "#filters, .slider, .copy"
        assert not any(o.is_displayed() for o in browser.find_elements(By.CSS_SELECTOR, useless))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
