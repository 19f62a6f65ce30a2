"""The door, around the real Dagster application in this process: who gets in, what is refused, what reports show."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from exports.store import Store
from pipelines.door import door
from pipelines.instance import SETTINGS

ADDRESS = "http://127.0.0.1:3000"
TOKEN = "the-token-that-was-printed"
MUTATION = 'mutation{deleteRun(runId:"x"){__typename}}'
VERSION = {"query": "{version}"}
FACTS = {"lineage": "l", "rule_book": "b", "code_version": "c", "content_key": "k", "counts": {"errors": 12}}
FILES = {
    "report.html": b"<!doctype html><title>Report</title><script>1</script>",
    "cin_356_2025-26.xml": b"<Message/>",
    "findings.csv": b"rule,row\n",
    "findings.xlsx": b"PK",
    "findings.json": b"[]",
}
CIN = "/reports/cin/356/2025-26/"


@pytest.fixture(scope="module")
def dagster(tmp_path_factory) -> Iterator[Starlette]:
    home = tmp_path_factory.mktemp("dagster")
    shutil.copy(SETTINGS, home)
    with (
        dg.DagsterInstance.from_config(str(home)) as instance,
        WorkspaceProcessContext(instance, EmptyWorkspaceTarget(), dg.__version__) as context,
    ):
        yield create_app_from_workspace_process_context(context)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def stranger(dagster, store) -> TestClient:
    """A browser that was not let in."""
    return TestClient(door(dagster, store, ADDRESS, TOKEN), base_url=ADDRESS, follow_redirects=False)


@pytest.fixture
def browser(stranger) -> TestClient:
    """A browser in which the printed address was opened."""
    assert stranger.get(f"/open?token={TOKEN}").status_code == 303
    return stranger


def published(store: Store, **facts) -> str:
    return store.publish("cin", "356", "2025-26", FILES, FACTS | {"submission": ["cin_356_2025-26.xml"]} | facts).id


# Who gets in


def test_printed_address_lets_the_browser_in_with_a_cookie_that_scripts_and_other_sites_cannot_use(stranger):
    answer = stranger.get(f"/open?token={TOKEN}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert TOKEN not in cookie
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é", "%00"])
def test_wrong_token_lets_nobody_in(stranger, token):
    answer = stranger.get("/open", params={"token": token})

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/graphql", "/server_info", "/reports/", CIN, "/favicon.png", "/open", "/runs"])
def test_no_cookie_gives_401_and_says_what_to_do(stranger, path):
    answer = stranger.get(path)

    assert answer.status_code == 401
    assert "make serve" in answer.text


@pytest.mark.parametrize("cookie", [TOKEN, "é", "x" * 43])
def test_wrong_cookie_gives_401(stranger, cookie):
    assert stranger.get("/", headers={"cookie": f"returns_3000={cookie}".encode()}).status_code == 401


def test_graphql_without_cookie_does_nothing(stranger):
    assert stranger.post("/graphql", json=VERSION).status_code == 401


def test_query_with_cookie_is_answered(browser):
    answer = browser.post("/graphql", json=VERSION, headers={"origin": ADDRESS})

    assert (answer.status_code, answer.json()) == (200, {"data": {"version": dg.__version__}})


def test_localhost_is_the_same_place(dagster, store):
    named = ADDRESS.replace("127.0.0.1", "localhost")
    browser = TestClient(door(dagster, store, ADDRESS, TOKEN), base_url=named)

    assert browser.get(f"/open?token={TOKEN}").status_code == 200
    assert browser.post("/graphql", json=VERSION, headers={"origin": named}).status_code == 200
    assert browser.post("/graphql", json=VERSION, headers={"origin": ADDRESS}).status_code == 403


def test_behind_a_proxy_only_its_address_counts_and_the_cookie_is_for_https_only(dagster, store):
    outside = "https://returns.example.org"
    browser = TestClient(door(dagster, store, outside, TOKEN), base_url=outside, follow_redirects=False)

    assert "Secure" in browser.get(f"/open?token={TOKEN}").headers["set-cookie"]
    assert browser.get("/").status_code == 200
    assert browser.get("/", headers={"host": "127.0.0.1:3000"}).status_code == 403


# What is refused even with the cookie


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3000", "127.0.0.1", "127.0.0.1:3001", "localhost", "", "127.0.0.1:3000.evil"]
)
@pytest.mark.parametrize("path", ["/", "/reports/", f"/open?token={TOKEN}"])
def test_wrong_host_is_refused(browser, host, path):
    assert browser.get(path, headers={"host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:4000", "https://127.0.0.1:3000"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_foreign_origin_is_refused(browser, origin, method):
    assert browser.request(method, "/graphql", json=VERSION, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(("mode", "to"), [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")])
def test_what_another_page_fetches_is_refused(browser, site, mode, to):
    told = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": to}

    assert browser.get("/", headers=told).status_code == 403


def test_a_link_from_another_page_may_be_followed(browser):
    told = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}

    assert browser.get("/", headers=told).status_code == 200
    assert browser.post("/", headers=told).status_code == 403


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/%67raphql", "/graphql%0A"])
@pytest.mark.parametrize("query", [MUTATION, "{version}", "query a{version} " + MUTATION])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_graphql_in_the_address_is_refused(browser, path, query, method):
    assert browser.request(method, path, params={"query": query}).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; application/json", "application/graphql", None])
def test_graphql_that_a_form_could_send_is_refused(browser, kind):
    headers = {"content-type": kind} if kind else {}

    assert browser.post("/graphql", content=json.dumps(VERSION), headers=headers).status_code == 403


# Websockets


def subscribe(client: TestClient, **headers: str):
    return client.websocket_connect("ws://127.0.0.1:3000/graphql", subprotocols=["graphql-ws"], headers=headers)


def test_subscription_with_cookie_is_answered(browser):
    query = 'subscription{pipelineRunLogs(runId:"none"){__typename}}'
    with subscribe(browser, origin=ADDRESS) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json() == {"type": "connection_ack"}
        socket.send_json({"type": "start", "id": "1", "payload": {"query": query}})
        answer = socket.receive_json()

    failed = {"pipelineRunLogs": {"__typename": "PipelineRunLogsSubscriptionFailure"}}
    assert answer == {"type": "data", "id": "1", "payload": {"data": failed}}


def test_websocket_without_cookie_is_refused(stranger):
    with pytest.raises(WebSocketDisconnect), subscribe(stranger, origin=ADDRESS):
        pass


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {},
        {"host": "evil.example", "origin": "http://evil.example"},
        {"origin": ADDRESS, "sec-fetch-site": "same-site"},
    ],
)
def test_websocket_from_elsewhere_is_refused(browser, headers):
    with pytest.raises(WebSocketDisconnect), subscribe(browser, **headers):
        pass


# Headers


@pytest.mark.parametrize("path", ["/", "/reports/", "/nothing", "/graphql?query=x"])
def test_every_answer_says_how_browsers_should_treat_it(browser, path):
    headers = browser.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cache-control"] == "no-store"
    assert "'self'" in headers["content-security-policy"] or "'none'" in headers["content-security-policy"]


def test_dagsters_page_keeps_its_own_policy_and_loads_nothing_from_elsewhere(browser):
    own, ours = browser.get("/").headers.get_list("content-security-policy")

    assert "nonce-" in own
    assert set(re.findall(r"\w+://[^ ;]+", ours)) == {"ws://127.0.0.1:3000", "wss://127.0.0.1:3000"}


# Reports


def test_index_without_anything_says_so(browser):
    assert "Nothing has been published yet" in browser.get("/reports/").text


def test_index_leads_to_a_version_and_its_report(browser, store):
    version = published(store, demo=True)

    index = browser.get("/reports/")
    assert f'href="{CIN}"' in index.text
    assert "Children in need census" in index.text
    assert "Invented data" in index.text
    page = browser.get(CIN)
    assert set(re.findall(rf'href="({CIN}[^"]+)"', page.text)) == {f"{CIN}{version}/{name}" for name in FILES}
    report = browser.get(f"{CIN}{version}/report.html")
    assert (report.content, report.headers["content-type"]) == (FILES["report.html"], "text/html; charset=utf-8")
    assert report.headers["content-disposition"].startswith("inline")


def test_a_version_says_its_counts_and_whether_there_is_a_file_for_the_department(browser, store):
    published(store, counts={"children": 1200, "errors": 12, "queries": 3})
    whole = browser.get(CIN).text
    without = {name: content for name, content in FILES.items() if not name.endswith(".xml")}
    store.publish("cin", "356", "2025-26", without, FACTS | {"submission": [], "content_key": "other"})
    stopped = browser.get(CIN).text
    one = FACTS | {"counts": {"children": 1, "errors": 1, "queries": 1}, "content_key": "one"}
    store.publish("cin", "356", "2025-26", FILES, one)

    assert "1,200 children, 12 errors, 3 queries." in whole
    assert "No file for the Department" not in whole
    assert "<p>12 errors.</p>" in stopped
    assert "<p>1 child, 1 error, 1 query.</p>" in browser.get(CIN).text
    assert "No file for the Department in this version." in stopped


def test_the_csv_files_of_the_903_are_its_file_for_the_department(browser, store):
    sent = {"header.csv": b"CHILD\n", "ad1.csv": b"CHILD\n"}
    files = {name: content for name, content in FILES.items() if not name.endswith(".xml")} | sent
    store.publish("cla", "356", "2025-26", files, FACTS | {"submission": ["header.csv", "ad1.csv"]})

    page = browser.get("/reports/cla/356/2025-26/").text
    listed = re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a></th>\s*<td>([^<]*)', page)

    assert "No file for the Department" not in page
    assert "No XML in this version.</strong> The CSV files hold the whole return." in page
    assert [name for name, _ in listed] == [
        "report.html",
        "ad1.csv",
        "header.csv",
        "findings.csv",
        "findings.json",
        "findings.xlsx",
    ]
    assert listed[1][1] == "AD1 in the Department&#39;s form: Adoption in the year "
    assert listed[3][1] == "Every finding, for any program"
    store.publish("cla", "356", "2024-25", files | {"cla.xml": b"<A/>"}, FACTS | {"submission": list(sent)})
    page = browser.get("/reports/cla/356/2024-25/").text
    assert "in this version." not in page
    assert re.findall(r">([a-z0-9.]+)</a></th>", page)[:4] == ["report.html", "ad1.csv", "header.csv", "cla.xml"]


@pytest.mark.parametrize("path", ["/reports", CIN.rstrip("/")])
def test_a_missing_stroke_is_put_right(browser, path):
    assert browser.get(path).headers["location"].endswith(f"{path}/")


@pytest.mark.parametrize("name", sorted(set(FILES) - {"report.html"}))
def test_other_files_are_downloads(browser, store, name):
    answer = browser.get(f"{CIN}{published(store)}/{name}")

    assert answer.content == FILES[name]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"


def test_report_runs_its_script_and_reaches_nothing(browser, store):
    policy = browser.get(f"{CIN}{published(store)}/report.html").headers["content-security-policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}

    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'unsafe-inline'"]
    assert "connect-src" not in rules
    assert "allow-popups" not in rules["sandbox"]


def test_an_older_version_stays_within_reach(browser, store):
    first, second = published(store), published(store, lineage="later")

    page = browser.get(CIN).text
    assert f"{CIN}{second}/report.html" in page
    assert f'href="{CIN}{first}/"' in page
    assert f"{CIN}{first}/report.html" in browser.get(f"{CIN}{first}/").text
    assert browser.get(f"{CIN}{first}/findings.csv").status_code == 200


def test_versions_are_listed_with_what_was_submitted_accepted_or_invented(browser, store):
    sent, invented, _ = published(store), published(store, lineage="b", demo=True), published(store, lineage="c")
    store.submitted("cin", "356", "2025-26", sent, "A Person", dt.date(2026, 6, 30))
    store.accepted("cin", "356", "2025-26", sent, "A Person", dt.date(2026, 7, 1))

    items = re.findall(r"<li>.*</li>", browser.get(CIN).text)
    assert [re.findall(r'class="mark">([^<]*)<', item) for item in items] == [
        ["Invented data"],
        ["Submitted on 30 June 2026", "Accepted on 1 July 2026"],
    ]
    assert invented in items[0]
    assert "Accepted on 1 July 2026" in browser.get(f"{CIN}{sent}/").text


@pytest.mark.parametrize(
    "path",
    [
        "/reports/cin/356/2024-25/",
        "/reports/cin/../2025-26/",
        "/reports/../../etc/",
        "/reports/%2e%2e/%2e%2e/%2e%2e/",
        "/reports/cin/356/2025-26/../../../audit.jsonl",
        "/reports/cin/356/2025-26/current.json",
        "/reports/cin/356/2025-26/current.json/",
        "/reports/cin/356/2025-26/{version}/manifest.json",
        "/reports/cin/356/2025-26/{version}/../current.json",
        "/reports/cin/356/2025-26/{version}/..%2fcurrent.json",
        "/reports/cin/356/2025-26/{version}/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2faudit.jsonl",
        "/reports/cin/356/2025-26/{version}/..%5c..%5caudit.jsonl",
        "/reports/cin/356/2025-26/{version}//etc/passwd",
        "/reports/cin/356/2025-26/{version}/.",
        "/reports/cin/356/2025-26/{version}/beside.txt",
        "/reports/cin/356/2025-26/../2025-26/{version}/findings.csv",
        "/reports/cin/356/2025-26/0009-00000000/findings.csv",
        "/reports/cin/356/2025-26/../findings.csv",
        "/reports/CON/356/2025-26/",
    ],
)
def test_only_what_a_manifest_lists_is_served(dagster, store, path):
    version = published(store)
    (store.root / "cin/356/2025-26" / version / "beside.txt").write_text("secret")
    inside = raw(door(dagster, store, ADDRESS, TOKEN), path.format(version=version))

    assert inside[0] in (404, 307)  # 307: the same with a stroke at its end, which is 404
    assert inside[1] == b"" or b"Nothing here" in inside[1]


def raw(application, path: str) -> tuple[int, bytes]:
    """Ask for a path as it stands: clients would tidy away the dots."""
    import asyncio
    from urllib.parse import unquote

    def scope(path: str, query: str = "", cookie: str = "") -> dict:
        headers = [(b"host", b"127.0.0.1:3000"), (b"cookie", cookie.encode())]
        plain = {"type": "http", "method": "GET", "scheme": "http", "root_path": "", "http_version": "1.1"}
        here = {"path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "headers": headers}
        return plain | here | {"server": ("127.0.0.1", 3000), "client": ("127.0.0.1", 1)}

    async def ask(scope: dict) -> tuple[int, bytes, dict]:
        sent: list[dict] = []

        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message) -> None:
            sent.append(message)

        await application(scope, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        return start["status"], b"".join(message.get("body", b"") for message in sent), dict(start["headers"])

    async def both() -> tuple[int, bytes]:
        _, _, headers = await ask(scope("/open", f"token={TOKEN}"))
        status, body, _ = await ask(scope(path, cookie=headers[b"set-cookie"].decode().split(";")[0]))
        return status, body

    return asyncio.run(both())


def test_a_file_that_was_changed_is_not_given_out(browser, store):
    version = published(store)
    (store.root / "cin/356/2025-26" / version / "findings.csv").write_bytes(b"RULE,ROW\n")

    answer = browser.get(f"{CIN}{version}/findings.csv")

    assert answer.status_code == 500
    assert "findings.csv was changed" in answer.text


def test_a_link_in_place_of_a_file_is_not_followed(browser, store, tmp_path):
    version = published(store)
    file: Path = store.root / "cin/356/2025-26" / version / "findings.csv"
    (tmp_path / "elsewhere").write_bytes(FILES["findings.csv"])
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")

    assert browser.get(f"{CIN}{version}/findings.csv").status_code == 500


def test_a_damaged_return_is_told_beside_the_whole_ones(browser, store):
    published(store)
    store.publish("cin", "357", "2025-26", FILES, FACTS)
    (store.root / "cin/357/2025-26/current.json").write_text("{}")

    index = browser.get("/reports/").text

    assert "Damaged." in index
    assert f'href="{CIN}"' in index
    assert browser.get("/reports/cin/357/2025-26/").status_code == 500


def test_what_a_manifest_says_is_shown_as_text(browser, store):
    store.publish("unheard", "356", "2025-26", {"a.bin": b""}, FACTS | {"counts": {"errors": 1}})

    assert ">unheard</a>" in browser.get("/reports/").text
    page = browser.get("/reports/unheard/356/2025-26/")
    assert "a.bin" in page.text
    assert "<script" not in page.text
