"""A file server on the loopback interface for tests and benchmarks: slow, mean or broken as one wishes.

    with HTTPServer({"zarr.json": b"{}"}, latency=0.02) as server:
        get(server.url + "/zarr.json")
        server.requests, server.bytes_sent

Knows no Zarr. `answers` maps a key to what is to go wrong with it: a status (403, 500), "truncate" (half of the
body, then the connection is closed) or "hang" (no answer until the server stops).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

Answer = int | Literal["truncate", "hang"]


class HTTPServer:
    """Serves a mapping, or the files of a directory, from its own threads; listens as soon as it is made.

    `latency` is in seconds and waited out before each answer. `ranges=False` ignores `Range` as simple servers do;
    `listing=False` has no pages for directories; `head=False` refuses `HEAD`.
    """

    def __init__(
        self,
        values: Mapping[str, bytes] | Path,
        *,
        latency: float = 0.0,
        ranges: bool = True,
        listing: bool = True,
        head: bool = True,
        answers: Mapping[str, Answer] | None = None,
    ) -> None:
        self.values = values
        self.latency, self.ranges, self.listing, self.head = latency, ranges, listing, head
        self.answers = dict(answers or {})
        self.log: list[tuple[str, str, str]] = []
        """Method, key and `Range` of each request, in the order of arrival."""
        self.bytes_sent = 0
        self.in_flight = self.most_in_flight = 0
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> int:
        return len(self.log)

    def forget(self) -> None:
        """Count from zero again."""
        with self._guard:
            self.log, self.bytes_sent, self.most_in_flight = [], 0, 0

    def close(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> HTTPServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def value(self, key: str) -> bytes | None:
        if isinstance(self.values, Path):
            path = self.values / key
            return path.read_bytes() if path.is_file() else None
        return self.values.get(key)

    def page(self, prefix: str) -> bytes | None:
        """Links to what is under `prefix`, as web servers show a directory; None if nothing is."""
        if isinstance(self.values, Path):
            keys = [path.relative_to(self.values).as_posix() for path in self.values.rglob("*") if path.is_file()]
        else:
            keys = list(self.values)
        under = [key[len(prefix) :] for key in keys if key.startswith(prefix)]
        if not under or not self.listing:
            return None
        names = sorted({"".join(key.partition("/")[:2]) for key in under})
        links = [f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in names]
        sort = '<a href="?C=N;O=D">Name</a><a href="../">Parent</a>'
        return f"<html><body>{sort}<ul>{''.join(links)}</ul></body></html>".encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away, which tests do on purpose, are nothing to print."""


def _handler(owner: HTTPServer) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._answered(send_body=True)

        def do_HEAD(self) -> None:
            self._answered(send_body=False)

        def log_message(self, format: str, *args: object) -> None:
            return

        def _answered(self, send_body: bool) -> None:
            key = unquote(urlsplit(self.path).path).removeprefix("/")
            with owner._guard:
                owner.log.append((self.command, key, self.headers.get("Range", "")))
                owner.in_flight += 1
                owner.most_in_flight = max(owner.most_in_flight, owner.in_flight)
            try:
                if owner.latency:
                    time.sleep(owner.latency)
                self._answer(key, send_body)
            finally:
                with owner._guard:
                    owner.in_flight -= 1

        def _answer(self, key: str, send_body: bool) -> None:
            answer = owner.answers.get(key)
            value = owner.value(key)
            if answer == "hang":
                owner._stopping.wait()
                self.close_connection = True
            elif isinstance(answer, int):
                self._send(answer, b"on demand", send_body)
            elif not send_body and not owner.head:
                self._send(405, b"", send_body)
            elif value is not None:
                self._send_value(value, send_body, truncate=answer == "truncate")
            else:
                self._send_directory(key, send_body)

        def _send_directory(self, key: str, send_body: bool) -> None:
            page = owner.page(key and key.rstrip("/") + "/")
            if page is None:
                self._send(404, b"not found", send_body)
            elif key and not key.endswith("/"):
                self._send(301, b"", send_body, {"Location": f"/{quote(key)}/"})
            else:
                self._send(200, page, send_body, {"Content-Type": "text/html; charset=utf-8"})

        def _send_value(self, value: bytes, send_body: bool, truncate: bool) -> None:
            status, headers, body = 200, {}, value
            wanted = self.headers.get("Range", "").removeprefix("bytes=")
            if wanted and owner.ranges:
                first, _, last = wanted.partition("-")
                start = int(first) if first else max(0, len(value) - int(last))
                stop = min(int(last) + 1, len(value)) if first and last else len(value)
                if start >= len(value) or stop <= start:
                    self._send(416, b"", send_body, {"Content-Range": f"bytes */{len(value)}"})
                    return
                status, body = 206, value[start:stop]
                headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(value)}"
            self._send(status, body, send_body, headers, truncate)

        def _send(
            self,
            status: int,
            body: bytes,
            send_body: bool,
            headers: Mapping[str, str] | None = None,
            truncate: bool = False,
        ) -> None:
            self.send_response(status)
            for name, text in {"Content-Type": "application/octet-stream", **(headers or {})}.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if send_body:
                sent = body[: len(body) // 2] if truncate else body
                self.wfile.write(sent)
                with owner._guard:
                    owner.bytes_sent += len(sent)
            if truncate:
                self.close_connection = True

    return Handler
