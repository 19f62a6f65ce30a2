"""Returns run from Dagster's pages in a real browser, down to the failing child; a dropped file runs by itself."""

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from assets.sources.demo_folder import make_demo
from returns import described

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
LONG = 120_000  # milliseconds that something may take on a busy machine
UNIT, PERIOD = "356", "2025-26"
CLA = described("cla")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("served") / "home"


@pytest.fixture(scope="module")
def opening(home) -> Iterator[str]:
    """The address that a running `returns serve` printed."""
    environment = os.environ | {"RETURNS_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0", "--unit", UNIT]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+/open\?token=\S+", line)))
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def context(chromium, opening) -> Iterator[BrowserContext]:
    """A browser that was let in; at the end nothing may have been asked of another place."""
    origin, elsewhere = opening.partition("/open")[0], []
    here = (origin, "ws" + origin.removeprefix("http"), "data:", "blob:")
    inside = chromium.new_context(base_url=origin, viewport={"width": 1400, "height": 900})
    inside.set_default_timeout(LONG)
    inside.on("request", lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(here) else None)
    inside.new_page().goto(opening)
    yield inside
    inside.close()
    assert elsewhere == []


@pytest.fixture
def page(context) -> Iterator[Page]:
    opened = context.new_page()
    yield opened
    opened.close()


def runs_end(page: Page, launched_by: str, count: int) -> None:
    """Wait until `count` runs have succeeded, one of them launched so."""
    page.goto("/runs")
    expect(page.get_by_text("Success", exact=True).filter(visible=True)).to_have_count(count, timeout=LONG)
    expect(page.get_by_text(launched_by).first).to_be_visible()


def materialise(page: Page, name: str) -> None:
    """Launch everything of a return from its graph."""
    page.goto(f"/locations/returns/asset-groups/{name}")
    page.get_by_role("button", name="Materialize all").click()
    for choice in (PERIOD, UNIT):
        page.get_by_text("Select a partition or create one").first.click()
        page.locator("span", has_text=re.compile(f"^{choice}$")).first.click()
        page.keyboard.press("Escape")
    with page.expect_response(lambda answer: "mutation Launch" in (answer.request.post_data or "")):
        page.get_by_role("button", name="Launch 1 run").click()


def check(page: Page, of: str, name: str = "cin") -> str:
    """What the page of a check of the findings says of it."""
    page.goto(f"/assets/{name}/findings?view=checks&checkDetail={of}")
    page.get_by_text("Latest execution").wait_for()
    page.get_by_text(f"{PERIOD}|{UNIT}").first.wait_for()
    return page.locator("body").inner_text()


def version(page: Page, name: str = "cin") -> Page:
    """The page of the current version, reached from the metadata that the page in hand shows."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name=f"reports/{name}/{UNIT}/{PERIOD}").first.click()
    return opened.value


def report(opened: Page) -> Page:
    """The report, opened in place of the page of its version."""
    opened.get_by_role("link", name="Open the report").click()
    opened.wait_for_selector("html[data-loaded]", state="attached")
    return opened


def test_the_graph_shows_the_stages(page):
    page.goto("/locations/returns/asset-groups/cin")

    for stage in ("extract", "tables", "last_year", "findings", "xml", "report", "published"):
        expect(page.get_by_text(stage, exact=True).filter(visible=True).first).to_be_visible(timeout=LONG)


def test_a_partition_is_materialised_and_its_report_opens(page):
    materialise(page, "cin")
    runs_end(page, "Manually launched", 1)

    assert re.search(r"Evaluation result\s.*Passed", check(page, "CINdetails_errors"), re.DOTALL)
    opened = report(version(page))
    assert "of 500 in the return" in opened.locator("body").inner_text()
    opened.close()


def test_a_dropped_file_runs_by_itself_and_leads_to_the_failing_child(page, home, tmp_path):
    make_demo("cin", UNIT, PERIOD, 40, 1, tmp_path / "demo", "8610=0.1", dt.datetime(2026, 4, 20))
    inbox = home / "inbox/cin" / UNIT / PERIOD
    inbox.mkdir(parents=True)
    next((tmp_path / "demo").glob("*.xml")).rename(inbox / "census.xml")
    runs_end(page, "cin_inbox", 2)

    assert re.search(r"Evaluation result\s.*Failed", check(page, "CINdetails_errors"), re.DOTALL)
    opened = report(version(page))
    opened.get_by_role("link", name="8610").first.click()
    expect(opened.locator("tr.focus td.now").first).to_be_visible()
    assert "flagged by 8610" in opened.locator("tr.focus td.now").first.text_content()
    assert opened.locator("#child-heading").inner_text().startswith("Child DEMO")
    opened.close()


def test_the_903_is_materialised_and_its_version_lists_the_csv_files_of_the_department(page):
    materialise(page, "cla")
    runs_end(page, "Manually launched", 3)

    said = check(page, "Episodes_errors", "cla")
    assert re.search(r"Evaluation result\s.*Passed", said, re.DOTALL)
    assert f"Checks ({2 * len(CLA.tables) + 3})" in said
    opened = version(page, "cla")
    listed = opened.locator("tbody th").all_inner_texts()
    assert {f"{table.file}_DEMO_NOT_FOR_SUBMISSION.csv" for table in CLA.at(PERIOD)} < set(listed)
    assert opened.get_by_text("in the Department's form: ").count() == len(CLA.at(PERIOD).tables)
    assert opened.get_by_text("No file for the Department").count() == 0
    shown = report(opened).locator("body").inner_text()
    assert "Children looked after return" in shown
    assert "of 500 in the return" in shown
    opened.get_by_role("link", name="All reports").click()
    expect(opened.get_by_role("heading", name="Published returns")).to_be_visible()
    opened.close()
