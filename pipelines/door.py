"""The one door to Dagster and the reports: who may pass, and what every answer says about itself.

Dagster asks nobody who they are, answers any Host and changes things on a plain GET. So Dagster's web application runs
inside this process, without a port of its own, and every request and websocket passes the checks here first: the right
Host (a page elsewhere may have pointed its own name at this machine), no foreign Origin, the cookie that only the
address printed at the start gives, and GraphQL by POST of JSON only.
"""

import secrets
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from exports.store import Store
from pipelines.reports import pages, said

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_STATIC = ("/_next/", "/vendor/")  # Dagster's scripts and styles
_FOREIGN = ("cross-site", "same-site")  # another port of this machine is "same-site"
_POLICY_VIOLATION = 1008


def door(dagster: ASGIApp, store: Store, address: str, token: str) -> ASGIApp:
    """The application at `address` (as in http://127.0.0.1:3000): reports below /reports, all else is Dagster's.

    Opening <address>/open?token=<token> lets a browser in until it or this process ends.
    """
    rooms = [
        Route("/reports", lambda _: RedirectResponse("/reports/")),
        Mount("/reports", app=pages(store)),
        Mount("/", app=dagster),
    ]
    return _Door(Starlette(routes=rooms), address, token)


class _Door:
    def __init__(self, inside: ASGIApp, address: str, token: str) -> None:
        parts = urlsplit(address)
        self.inside = inside
        self.token = token
        self.key = secrets.token_urlsafe(32)  # what the cookie holds: the address in a browser's history is not it
        self.secure = parts.scheme == "https"
        self.cookie = f"returns_{parts.port or parts.scheme}"  # browsers share cookies between ports
        self.origins = {parts.netloc.lower(): address.lower()}
        if parts.hostname == "127.0.0.1":
            named = parts.netloc.replace("127.0.0.1", "localhost")
            self.origins[named] = f"{parts.scheme}://{named}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.inside(scope, receive, send)
            return
        request = HTTPConnection(scope)
        answer = self.refused(request) or self.opened(request) or self.unknown(request) or self.misused(request)
        if answer is None:
            await self.inside(scope, receive, _labelling(scope, send))
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION)(scope, receive, send)
        else:
            await answer(scope, receive, _labelling(scope, send))

    def refused(self, request: HTTPConnection) -> Response | None:
        """Whether the request comes from a page of another place."""
        headers = request.headers
        hosts = headers.getlist("host")
        here = self.origins.get(hosts[0].lower()) if len(hosts) == 1 else None
        if here is None:
            return said(403, "This is not the address", "Open the address that was printed when this was started.")
        socket = request.scope["type"] == "websocket"
        origins = headers.getlist("origin")
        foreign = any(origin.lower() != here for origin in origins) or (socket and not origins)
        if headers.get("sec-fetch-site") in _FOREIGN:
            visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
            foreign |= socket or request.scope["method"] != "GET" or not visit
        if foreign or not request.scope["path"].isprintable():  # "/graphql" and a line end is /graphql to Starlette
            return said(403, "Refused", "Another page asked for this. Nothing was done.")
        return None

    def opened(self, request: HTTPConnection) -> Response | None:
        """The answer to the address printed at the start: a cookie, and on to Dagster."""
        if request.scope["type"] != "http" or request.scope["path"] != "/open":
            return None
        if request.scope["method"] != "GET" or not _equal(request.query_params.get("token", ""), self.token):
            return _stranger()
        answer = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(self.cookie, self.key, httponly=True, samesite="strict", secure=self.secure)
        return answer

    def unknown(self, request: HTTPConnection) -> Response | None:
        """Whether the browser was not let in."""
        return None if _equal(request.cookies.get(self.cookie, ""), self.key) else _stranger()

    def misused(self, request: HTTPConnection) -> Response | None:
        """Whether GraphQL is asked in a way that a form or a link of another page could ask, too."""
        if request.scope["type"] != "http" or request.scope["path"].strip("/") != "graphql":
            return None
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if "query" in request.query_params or (request.scope["method"] == "POST" and kind != "application/json"):
            return said(403, "Refused", "GraphQL is answered to POST of JSON only. Nothing was done.")
        return None


def _stranger() -> Response:
    return said(
        401,
        "Please open the printed address first",
        "When this was started, with make serve, it printed an address that ends in a long token. Open that address "
        "once in this browser; after that, this page opens too. The address changes with every start.",
    )


def _equal(given: str, kept: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), kept.encode())


def _labelling(scope: Scope, send: Send) -> Send:
    """Adds the headers that every answer carries; Dagster's own pages may also load nothing from elsewhere."""
    host = HTTPConnection(scope).headers.get("host", "")

    async def labelled(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(ALWAYS)
            if not scope["path"].startswith(_STATIC):
                headers.setdefault("Cache-Control", "no-store")
            if not scope["path"].startswith("/reports"):
                headers.append("Content-Security-Policy", _only_from(host))  # beside Dagster's own: both hold
        await send(message)

    return labelled


def _only_from(host: str) -> str:
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
