"""The findings page in a real browser: links, filters, keyboard; the right row marked; legible, quiet and fast."""

import itertools
import time

import pytest
from report_data import FACTS, PERIOD, complete, drawn, invented, reported, tables_of

from exports.report import report
from exports.report_files import write_page
from validation.rule import run
from validation.rules import book
from validation.submission import submit

pytestmark = pytest.mark.browser

# Text whose contrast with its background is too low (WCAG AA: 4.5, large text 3).
LOW_CONTRAST = """() => {
  const numbers = (colour) => (colour.match(/[0-9.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const over = (top, below) => top.slice(0, 3).map((one, at) => one * (top[3] ?? 1) + below[at] * (1 - (top[3] ?? 1)));
  const behind = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) layers.unshift(numbers(getComputedStyle(one).backgroundColor));
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
    return layers.reduce((below, top) => over(top, below), canvas);
  };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !node.getClientRects().length || node.closest("script, .away, option")) continue;
    const style = getComputedStyle(node), back = behind(node);
    const [a, b] = [light(over(numbers(style.color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) low.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)}`);
  }
  return low;
}"""

# Milliseconds from an input to the frame that shows its result; the middle of several.
TIMED = """async ([selector, values]) => {
  const times = [];
  for (const value of values) {
    const node = document.querySelector(selector), began = performance.now();
    node.value = value;
    node.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    write_page(reported(drawn()), made / "small.html")
    write_page(reported(invented(300)), made / "many.html")
    submission = submit("cin", {}, PERIOD)
    write_page(report(submission, run(book("cin"), submission, ["4180"]), facts=FACTS), made / "clean.html")
    submission = submit("cla", wide(), PERIOD)
    write_page(report(submission, run(book("cla"), submission, ["143", "169"]), facts=FACTS), made / "wide.html")
    return made


def wide():
    """Two children whose episodes are wider than the page shows; the last columns of the later ones are wrong."""
    given = ("RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "HOME_POST", "URN")
    filled = {item: f"{item} of a child" for item in given}
    there = {"DECOM": "01/05/2025", **filled, "PL_POST": "M3 3ER", "PL_LOCATION": "IN", "PL_DISTANCE": "4.5"}
    return tables_of(
        Episodes=[{"CHILD": child, **there, "PL_LA": place} for child in "AB" for place in ("E08000003", None)]
    )


@pytest.fixture
def opened(chromium, folder):
    """Opens a page at a hash; at the end nothing may have been asked of the network or said in the console."""
    contexts, trouble = [], []

    def at(name, address="", **options):
        context = chromium.new_context(viewport={"width": 1400, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: trouble.append(request.url) if not request.url.startswith("file:") else None)
        page.goto(f"{(folder / name).as_uri()}{address}")
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-loaded]", state="attached")
        return page

    yield at
    for context in contexts:
        context.close()
    assert trouble == []


def rows(page, table="CINdetails"):
    """Label -> (is marked for the rule in hand, text of the cells flagged by it)."""
    return page.eval_on_selector_all(
        f'[data-table="{table}"] tbody tr',
        """rows => rows.map((row) => [row.dataset.row, row.classList.contains("focus"),
            [...row.querySelectorAll("td.now")].map((cell) => cell.firstChild.data)])""",
    )


def test_of_five_episodes_the_third_is_marked(opened):
    page = opened("small.html", "#rule=8640")

    assert rows(page) == [
        ["50", False, []],
        ["40", False, []],
        ["30", True, ["R?9"]],
        ["20", False, []],
        ["10", False, []],
    ]
    cell = page.locator('tr[data-row="30"] td.now')
    assert cell.inner_text().startswith("R?9")
    assert "flagged by 8640" in cell.text_content()


def test_the_flagged_cell_is_in_sight_without_a_jump_of_the_page(opened):
    page = opened("wide.html", "#rule=169")
    pane = page.locator('[data-table="Episodes"]')
    seen = """pane => [pane.scrollWidth > pane.clientWidth, window.scrollY,
        ...["tr.focus td.now", "tr.focus th", "caption div"]
          .map((one) => [pane.getBoundingClientRect(), pane.querySelector(one).getBoundingClientRect()])
          .map(([around, one]) => one.left >= around.left && one.right <= around.right)]"""

    assert pane.evaluate(seen) == [True, 0, True, True, True]
    page.focus("#rule .list")
    page.keyboard.press("ArrowDown")
    assert page.locator("#child-heading").inner_text() == "Child B"
    assert pane.evaluate(seen) == [True, 0, True, True, True]
    page.goto(page.url.partition("#")[0] + "#rule=143")
    assert pane.evaluate("pane => pane.scrollLeft") == 0


def test_a_served_report_leads_back_to_all_reports(opened, chromium, folder):
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(path=folder / "small.html", content_type="text/html"))
    for address, link in (("/reports/cin/356/2025-26/1/report.html", "/reports/"), ("/elsewhere/report.html", None)):
        page.goto("http://served.invalid" + address)
        page.wait_for_selector("html[data-loaded]", state="attached")
        assert page.locator("#all-reports").get_attribute("href") == link
        assert page.locator("#all-reports").is_visible() is (link is not None)
    page.close()
    assert not opened("small.html").locator("#all-reports").is_visible()


def test_from_the_list_of_rules_to_the_failing_record_in_one_click(opened):
    page = opened("small.html")
    page.click("text=8650")

    assert page.evaluate("location.hash") == "#rule=8650"
    assert [row[0] for row in rows(page) if row[1]] == ["30"]
    assert page.locator("#rule h2").inner_text() == "8650 Primary need is not a listed code"
    assert "What to do: " in page.locator(".advice").inner_text()


def test_a_link_to_a_child_shows_all_its_findings_and_records(opened):
    page = opened("small.html", "#child=B2")

    assert page.locator("#child-heading").inner_text() == "Child B2"
    assert page.locator(".faults li .what a").all_inner_texts() == ["4220", "unreadable", "8525Q"]
    assert page.eval_on_selector_all("[data-table]", "all => all.map(one => one.dataset.table)") == [
        "ChildIdentifiers",
        "ChildCharacteristics",
        "Disabilities",
        "CINdetails",
        "Assessments",
        "AssessmentFactorsList",
    ]
    birth = page.locator('[data-table="ChildIdentifiers"] td.raw')
    assert birth.text_content().startswith("31/02/2012")
    assert page.locator('[data-table="ChildIdentifiers"] td.flagged .absent').inner_text() == "empty"
    assert (
        page.locator('[data-table="ChildCharacteristics"] td.flagged')
        .first.text_content()
        .startswith("<script>alert(1)</script>")
    )


def test_a_finding_of_a_child_leads_to_its_rows(opened):
    page = opened("small.html", "#child=F5")
    page.click(".faults a:text-is('8825Q')")

    assert page.evaluate("location.hash") == "#child=F5&rule=8825Q"
    assert [row[0] for row in rows(page) if row[1]] == ["50", "40", "20", "10"]


def test_the_return_as_a_whole_has_its_findings(opened):
    page = opened("small.html", "#rule=2887Q")

    assert page.locator("#child-heading").inner_text() == "The return as a whole"
    assert "0 children" in page.locator(".said").first.inner_text()


def test_without_a_finding_the_list_of_children_says_so(opened):
    page = opened("clean.html", "#children")

    assert page.get_by_text("Nothing was found.").is_visible()


@pytest.mark.parametrize("address", ["#rule=0000", "#child=NOBODY", "#rule=", "#child=A&n=x", "#nonsense", "#%"])
def test_a_wrong_address_says_so(opened, address):
    page = opened("small.html", address)

    assert page.locator("section.view:visible").count() == 1
    assert page.locator("section.view:visible h2").inner_text()


def test_rules_are_searched_filtered_and_sorted(opened):
    page = opened("many.html")
    shown = "#rule-table tbody tr:visible"
    every = page.locator(shown).count()
    page.fill("#rule-filters [name=q]", "closure code")
    words = page.locator(shown).all_inner_texts()
    assert words
    assert all("closure" in text.lower() and "code" in text.lower() for text in words)
    assert page.evaluate("location.hash") == "#q=closure+code"
    page.fill("#rule-filters [name=q]", "")
    page.select_option("#rule-filters [name=severity]", "query")
    assert set(page.locator(f"{shown} .tag").all_inner_texts()) == {"Query"}
    page.select_option("#rule-filters [name=show]", "all")
    page.select_option("#rule-filters [name=severity]", "")
    assert page.locator(shown).count() > every
    page.select_option("#rule-filters [name=show]", "none")
    assert set(page.locator(f"{shown} td:nth-child(4)").all_inner_texts()) == {"0"}
    page.select_option("#rule-filters [name=show]", "")
    page.click("th button:text-is('Children')")
    counts = [int(text.replace(",", "")) for text in page.locator(f"{shown} td:nth-child(5)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    assert page.get_attribute("th[data-sort=children]", "aria-sort") == "descending"
    page.click("th button:text-is('Rule')")
    codes = page.locator(f"{shown} th").all_inner_texts()
    assert [code for code in codes if code.isdigit()] == sorted((code for code in codes if code.isdigit()), key=int)


def test_filters_come_back_with_the_address(opened):
    page = opened("many.html", "#q=plan&severity=error&sort=findings&way=up")

    counts = [
        int(text.replace(",", ""))
        for text in page.locator("#rule-table tbody tr:visible td:nth-child(4)").all_inner_texts()
    ]
    assert counts == sorted(counts)
    assert page.input_value("#rule-filters [name=q]") == "plan"


def test_children_are_searched_filtered_and_sorted(opened):
    page = opened("many.html", "#children")
    lines = "#children .line"
    page.fill("#children [name=q]", "c10012")
    assert {text[:6] for text in page.locator(f"{lines} .who").all_inner_texts()} == {"C10012"}
    page.fill("#children [name=q]", "")
    page.select_option("#children [name=severity]", "query")
    assert "error" not in " ".join(page.locator(f"{lines} .much").all_inner_texts())
    page.select_option("#children [name=severity]", "")
    page.select_option("#children [name=sort]", "errors")
    counts = [int(text.split()[0]) for text in page.locator(f"{lines} .much .error").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    page.select_option("#children [name=having]", "8820")
    count = page.locator("#rule-table tr[data-code='8820'] td").last.text_content()
    assert page.locator("#children output").inner_text() == f"{count} shown"
    assert "having=8820" in page.evaluate("location.hash")


def test_long_lists_keep_few_lines_and_reach_the_last(opened):
    page = opened("many.html", "#children")
    assert page.locator("#children .line").count() < 60
    page.focus("#children .list")
    page.keyboard.press("End")
    last = page.locator("#children .line[aria-selected=true]")
    assert last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize")
    assert page.locator("#children .line").count() < 60
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#children .line[aria-selected=true]")
    assert chosen.get_attribute("aria-posinset") == "2"
    assert page.get_attribute("#children .list", "aria-activedescendant") == chosen.get_attribute("id")
    assert page.locator("#child-heading").inner_text() == f"Child {chosen.locator('.who').inner_text()}"


def test_everything_is_reached_by_keyboard(opened):
    page = opened("small.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", seen[-1]
        if seen[-1] == "8640":
            break
    assert seen[-1] == "8640"
    page.keyboard.press("Enter")
    page.wait_for_selector("#rule:visible")
    assert page.evaluate("document.activeElement.id") == "rule-heading"


def test_values_can_be_hidden_and_stay_hidden(opened):
    page = opened("small.html", "#rule=8640&child=F5")
    assert "R?9" in page.inner_text("main")
    assert page.inner_text("#values") == "Hide values"
    page.click("#values")
    assert page.inner_text("#values") == "Show values"
    assert "R?9" not in page.inner_text("main")
    assert "•••" in page.inner_text("main")
    assert "values=hidden" in page.evaluate("location.hash")
    page.click("text=All findings of this child")
    page.wait_for_selector("#children:visible")
    assert "2025-" not in page.inner_text("main")
    page.reload()
    page.wait_for_selector("html[data-loaded]", state="attached")
    assert "2025-" not in page.inner_text("main")
    assert page.inner_text("#values") == "Show values"
    page.click("#values")
    assert "2025-" in page.inner_text("main")


def test_the_back_button_goes_back(opened):
    page = opened("small.html", "#rules")
    page.click("text=8640")
    page.click("text=All findings of this child")
    page.go_back()
    assert page.locator("#rule").is_visible()
    page.go_back()
    assert page.locator("#rules").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", "#rule=8640", "#child=B2", "#child=F5&rule=8640", "#run"])
def test_all_text_has_contrast(opened, scheme, address):
    page = opened("small.html", address, color_scheme=scheme)

    assert page.evaluate(LOW_CONTRAST) == []


def test_the_contrast_test_sees_low_contrast(opened):
    page = opened("small.html")
    page.evaluate("document.querySelector('h2').style.color = '#e8e8e8'")

    assert len(page.evaluate(LOW_CONTRAST)) == 1


@pytest.mark.parametrize("address", ["", "#rule=8640", "#child=B2", "#run"])
def test_structure_is_there_for_screen_readers(opened, address):
    page = opened("small.html", address)
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "all => all.filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"
    )

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.locator("header, nav, main, footer").count() == 4
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("table th:not([scope])").count() == 0
    assert page.eval_on_selector_all("input, select", "all => all.filter(one => !one.labels.length).length") == 0
    ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_without_script_the_summary_is_whole(opened):
    page = opened("small.html", java_script_enabled=False)

    text = page.inner_text("body")
    for told in (
        "Scripts are off",
        "Reason for closure is not a listed code",
        "closed before the year",
        "switched off by the local rules file",
    ):
        assert told in text
    assert page.locator(".scripted:visible").count() == 0


@pytest.mark.parametrize("address", ["", "#rule=8640", "#child=B2", "#run"])
def test_a_narrow_screen_does_not_scroll_sideways(opened, address):
    page = opened("small.html", address)
    page.set_viewport_size({"width": 420, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_print_shows_the_whole_list(opened):
    page = opened("many.html", "#children")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#children .line").count() == page.evaluate(
        "Number(document.querySelector('#children output').textContent.split(' ')[0])"
    )
    assert page.locator("nav:visible, button:visible, form:visible").count() == 0
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#children .line").count() < 60


def test_a_damaged_file_says_so_and_keeps_its_summary(chromium, folder):
    html = (folder / "small.html").read_text(encoding="utf-8")
    at = html.index('id="packed">') + 60
    (folder / "damaged.html").write_text(html[:at] + "AAAA" + html[at + 4 :], encoding="utf-8")
    page = chromium.new_page()
    page.goto((folder / "damaged.html").as_uri())
    page.wait_for_selector("#trouble:visible")

    assert "could not be opened" in page.inner_text("#trouble")
    assert page.locator("#rule-table tbody tr").count() > 5
    page.close()


def speeds(page):
    """Middle times of filtering, by what is filtered."""
    made = {"rules": page.evaluate(TIMED, ["#rule-filters [name=q]", ["plan", "upn", "", "date", "code", ""]])}
    page.evaluate("location.hash = '#children'")
    page.wait_for_selector("#children:visible")
    made["severity"] = page.evaluate(TIMED, ["#children [name=severity]", ["error", "query", "", "error", "query", ""]])
    made["child"] = page.evaluate(TIMED, ["#children [name=q]", ["1", "12", "123", "12", "1", ""]])
    made["order"] = page.evaluate(TIMED, ["#children [name=sort]", ["id", "errors", "", "id", "errors", ""]])
    return made


def open_and_filter(chromium, path):
    page = chromium.new_page()
    began = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-loaded]", state="attached")
    seconds = time.perf_counter() - began
    made = speeds(page)
    page.close()
    return seconds, made


@pytest.mark.soak
def test_fifty_thousand_children_open_and_filter_fast(chromium, tmp_path):
    tables = {name: complete(name, frame) for name, frame in invented(50_000).items()}
    submission = submit("cin", tables, PERIOD)
    write_page(report(submission, run(book("cin"), submission), facts=FACTS), tmp_path / "large.html")

    seconds, made = open_and_filter(chromium, tmp_path / "large.html")

    assert seconds < 3
    assert {name: time for name, time in made.items() if time > 200} == {}


def test_two_thousand_children_open_and_filter_fast(chromium, tmp_path):
    write_page(reported(invented(2_000)), tmp_path / "moderate.html")

    seconds, made = open_and_filter(chromium, tmp_path / "moderate.html")

    assert seconds < 3
    assert {name: time for name, time in made.items() if time > 200} == {}
