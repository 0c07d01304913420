"""The command `pipeline serve`: what it answers, to whom, and when it makes the site anew."""

import http.client
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.cli.site_server import Site, server_of
from pipeline.errors import PipelineError
from pipeline.formats import jsonl
from pipeline.formats.files import CATALOG, CATALOG_FILE, LINKS
from pipeline.settings.model import Settings
from tests.formats.exports import works_by_hand


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The results of a run, and a secret beside the site."""
    out = tmp_path / "data"
    for name, records in ((CATALOG, works_by_hand.PAPERS), (LINKS, works_by_hand.LINKS)):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(jsonl.render(records), encoding="utf-8")
    (out / "reports" / "secret.html").write_text("secret", encoding="utf-8")
    return out


@contextmanager
def serving(out: Path) -> Iterator[int]:
    """Serve the site below `out`; give the port."""
    site = Site(Settings(out=out))
    site.refresh()
    with server_of(site, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def asked(port: int, path: str, host: str = "", method: str = "GET") -> tuple[int, str]:
    """Return status and text of an answer; the path is sent as it stands."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{port}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")


def test_pages_of_the_site(out: Path) -> None:
    """The first one under `/`, the others by their names."""
    with serving(out) as port:
        status, text = asked(port, "/")
        assert status == 200
        assert "<title>seeds, other</title>" in text or "<title>other, seeds</title>" in text
        assert asked(port, "/papers/arxiv-1706.03762.html")[0] == 200
        assert asked(port, "/index.html?x=1", f"localhost:{port}")[0] == 200
        assert asked(port, "/papers/none.html")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/papers/../../secret.html",
        "/papers/%2e%2e%2f%2e%2e%2fsecret.html",
        "/..%5csecret.html",
        "//secret.html",
        "/link.html",
        "/papers/",
        "/papers",
        "/%00",
        "/c:/secret",
    ],
)
def test_nothing_beside_the_site(out: Path, path: str) -> None:
    """No way up, no link that leads out, no listing of a folder."""
    Site(Settings(out=out)).refresh()
    (out / "reports/site/link.html").symlink_to(out / "reports/secret.html")
    with serving(out) as port:
        status, text = asked(port, path)

    assert status == 404
    assert "secret" not in text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
def test_another_name_is_not_answered(out: Path, host: str) -> None:
    """Whatever it leads to."""
    with serving(out) as port:
        status, text = asked(port, "/", host)
        assert asked(port, "/", host, "HEAD")[0] == 421

    assert status == 421
    assert "Attention" not in text


def test_nobody_writes(out: Path) -> None:
    """GET and HEAD are all."""
    with serving(out) as port:
        assert asked(port, "/", method="POST")[0] == 501
        assert asked(port, "/index.html", method="DELETE")[0] == 501


def test_only_this_machine_is_listened_to(out: Path) -> None:
    """On loopback, whatever addresses the machine has."""
    site = Site(Settings(out=out))
    with server_of(site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_site_is_made_anew_after_a_run(out: Path) -> None:
    """The next request sees it; without a new catalog nothing is written."""
    with serving(out) as port:
        index = out / "reports/site/index.html"
        before = index.stat().st_mtime_ns
        asked(port, "/")
        assert index.stat().st_mtime_ns == before

        catalog = out / CATALOG
        catalog.write_text(jsonl.render(works_by_hand.PAPERS[:1]), encoding="utf-8")
        os.utime(catalog, ns=(1, 1))
        assert "1 paper." in asked(port, "/")[1]

        part = out / CATALOG_FILE.part(1)
        part.write_text(jsonl.render(works_by_hand.PAPERS[:2]), encoding="utf-8")
        catalog.unlink()
        assert "2 papers." in asked(port, "/")[1]

        part.unlink()
        assert asked(port, "/")[0] == 200


def test_no_run_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what to do."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["serve"])

    assert isinstance(result.exception, PipelineError)
    assert result.exception.exit_code == 2
    assert "no catalog exists there; `pipeline check` writes one" in str(result.exception)


def test_port_that_is_taken(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, exit code 2."""
    monkeypatch.chdir(out.parent)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(app, ["serve", "--port", str(taken.getsockname()[1])])

    assert isinstance(result.exception, PipelineError)
    assert result.exception.exit_code == 2
    assert "cannot be listened at" in str(result.exception)
