"""Shows a page on loopback and makes it anew when a file changes. Nothing but this machine can reach it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"


class Pages:
    """A page and its version.

    Args:
        make: makes the page; what it raises is shown in its place.
        file: the file whose changes count.
    """

    def __init__(self, make: Callable[[], str], file: Path) -> None:
        self.make, self.file = make, file
        self.stamp: tuple[int, int] | None = None
        self.number, self.text = 0, ""
        self.lock = threading.Lock()

    def current(self) -> tuple[int, str]:
        """The number of the version, and the page."""
        with self.lock:
            stamp = self._stamp()
            if stamp != self.stamp:
                self.stamp = stamp
                self.number += 1
                self.text = self._made()
            return self.number, self.text

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self.file.stat()
            return found.st_mtime_ns, found.st_size
        except OSError:
            return 0, 0

    def _made(self) -> str:
        try:
            return (
                self.make()
                .replace('data-live="no"', 'data-live="yes"', 1)
                .replace("connect-src &#x27;none&#x27;", "connect-src &#x27;self&#x27;", 1)
            )
        except (Exception, SystemExit) as error:
            return (
                '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">'
                '<meta http-equiv="refresh" content="1">'
                f"<title>error</title><pre>{escape(f'{type(error).__name__}: {error}')}</pre>"
            )


def server(pages: Pages, port: int = 0) -> ThreadingHTTPServer:
    """A server on loopback, not yet running.

    Args:
        pages: what it shows.
        port: its port; 0 for any that is free.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if (self.headers.get("Host") or "").rpartition(":")[0] not in (HOST, "localhost"):
                self.send_error(403)  # a name that someone else has pointed here
            elif self.path == "/version":
                self._send(str(pages.current()[0]), "text/plain")
            elif self.path.partition("?")[0] == "/":
                self._send(pages.current()[1], "text/html")
            else:
                self.send_error(404)

        def _send(self, text: str, kind: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return ThreadingHTTPServer((HOST, port), Handler)


def serve(make: Callable[[], str], file: Path, port: int = 0) -> None:
    """Show a page until the process is interrupted.

    Args:
        make: makes the page.
        file: the file whose changes count.
        port: the port; 0 for any that is free.
    """
    with server(Pages(make, file), port) as running:
        print(f"http://{HOST}:{running.server_address[1]}/  (Ctrl-C to stop)", flush=True)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print()
