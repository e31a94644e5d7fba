"""The preview: pages with a line that reloads them, the site's own 404, a clear word when the port is taken."""

import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from generator.model import KezhuError
from generator.serve import RELOAD, start


@pytest.fixture
def preview(tmp_path):
    (tmp_path / "index.html").write_text("<h1>示例</h1>", "utf-8")
    (tmp_path / "404.html").write_text("<h1>没有</h1>", "utf-8")
    (tmp_path / "search.js").write_bytes(b"let a")
    changed = threading.Condition()
    server = start(tmp_path, 0, changed)
    yield f"http://127.0.0.1:{server.server_port}", changed
    server.shutdown()
    server.server_close()


def test_pages_get_the_reload_script_and_files_stay_as_they_are(preview):
    address, _ = preview
    assert urlopen(f"{address}/index.html").read() == "<h1>示例</h1>".encode() + RELOAD
    assert urlopen(f"{address}/").read().endswith(RELOAD)
    assert urlopen(f"{address}/search.js").read() == b"let a"


def test_a_missing_page_is_the_sites_own(preview):
    address, _ = preview
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{address}/nowhere.html")
    assert caught.value.code == 404 and "没有" in caught.value.read().decode()


def test_the_browser_hears_of_a_change(preview):
    address, changed = preview
    response = urlopen(f"{address}/__reload", timeout=20)

    def tell() -> None:
        with changed:
            changed.notify_all()

    ringing = threading.Event()

    def ring() -> None:  # the server may not be waiting yet: ring until it has heard
        while not ringing.wait(0.05):
            tell()

    thread = threading.Thread(target=ring)
    thread.start()
    try:
        assert response.readline() == b"data: again\n"
    finally:
        ringing.set()
        thread.join()


def test_a_taken_port_is_said(preview, tmp_path):
    port = int(preview[0].rsplit(":", 1)[1])
    with pytest.raises(KezhuError, match="--port"):
        start(tmp_path, port, threading.Condition())
