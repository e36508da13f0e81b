"""A real Chromium without a window, for tests of pages; the system's own, with its driver."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BROWSERS, DRIVER = ("chromium", "chromium-browser", "google-chrome"), "chromedriver"
PAGE_LOAD_SEC = 60


def found() -> tuple[str, str] | None:
    """The browser and its driver; None where one is not installed."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which(DRIVER)
    return (browser, driver) if browser and driver else None


@contextmanager
def chromium() -> Iterator[Chrome]:
    """With a profile of its own, which has nothing in it, and logs of the page and the network."""
    installed = found()
    assert installed, "no Chromium with a driver is installed"
    browser, driver = installed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = browser
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        page = Chrome(options=options, service=Service(driver))
        try:
            page.set_page_load_timeout(PAGE_LOAD_SEC)
            yield page
        finally:
            page.quit()
