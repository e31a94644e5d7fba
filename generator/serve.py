"""A preview on this machine: serves the built site on the loopback address and builds again when a file changes.

For looking, not for the public: any web host serves ``site/`` better.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from watchfiles import watch

from generator.model import KezhuError

RELOAD = b"<script>new EventSource('/__reload').onmessage=function(){location.reload()}</script>"
WATCHED = ("catalogue", "templates", "site_overrides", "mkdocs.yml")


class Handler(SimpleHTTPRequestHandler):
    """Plain files, the site's own 404 page, and a line to the browser that says when to load the page again."""

    protocol_version = "HTTP/1.1"

    def __init__(self, changed: threading.Condition, *args: Any, **kwargs: Any) -> None:
        self.changed = changed
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Serve a page with the reload script added, a file as it is."""
        path = self.path.split("?")[0]
        if path == "/__reload":
            self._wait()
            return
        file = Path(self.translate_path(path))
        if file.is_dir():
            file = file / "index.html"
        missing = not file.is_file()
        if missing:
            file = Path(self.translate_path("/404.html"))
        if file.suffix != ".html" or not file.is_file():
            super().do_GET()
            return
        content = file.read_bytes() + RELOAD
        self.send_response(404 if missing else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _wait(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with self.changed:
            self.changed.wait()
        try:
            self.wfile.write(b"data: again\n\n")
        except OSError:
            return  # the page was closed meanwhile
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal is for problems."""


def start(out: Path, port: int, changed: threading.Condition) -> ThreadingHTTPServer:
    """Serve ``out`` in a thread; raises `KezhuError` when the port is taken."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, changed, directory=str(out)))
    except OSError as error:
        raise KezhuError(f"port {port} cannot be used ({error.strerror}); name another with --port N") from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def serve(root: Path, out: Path, port: int, build: Callable[[], bool], ready: Callable[[str], None]) -> None:
    """Build, serve, and build again at every change until interrupted."""
    build()
    out.mkdir(parents=True, exist_ok=True)
    changed = threading.Condition()
    server = start(out, port, changed)
    ready(f"http://127.0.0.1:{server.server_port}/index.html")
    try:
        for _ in watch(*(path for name in WATCHED if (path := root / name).exists()), raise_interrupt=False):
            if build():
                with changed:
                    changed.notify_all()
    finally:
        server.shutdown()
