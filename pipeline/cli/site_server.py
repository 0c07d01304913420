"""
The site of the last run, for the browsers of this machine alone.

Only loopback is listened to, and only a `Host` that names it is answered: a page of somebody else,
whose name was made to lead here (DNS rebinding), reads nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pipeline.formats.exports.forms import FORMS, Exported
from pipeline.formats.files import CATALOG_FILE
from pipeline.previous import paths_of, stored
from pipeline.run.fixing import repaired_since
from pipeline.settings.model import Settings
from pipeline.storage.writer import write_files
from pipeline.works.summary import summed_up

ADDRESS: Final = "127.0.0.1"
NAMES: Final = frozenset({"127.0.0.1", "localhost"})


class Site:
    """The files of the site below the results, made anew when a run has written a new catalog."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.out / "reports" / "site"
        self._settings = settings
        self._made_of: dict[Path, int] = {}
        self._lock = Lock()

    def refresh(self) -> None:
        """Write the site if the catalog is another one than that it was made of."""
        with self._lock:
            there = paths_of(self._settings.out, CATALOG_FILE)
            written = {path: path.stat().st_mtime_ns for path in there}
            if not written or written == self._made_of:
                return  # between two runs the last site is better than none
            write_site(self._settings, self.folder)
            self._made_of = written


def write_site(settings: Settings, folder: Path) -> None:
    """Write the site of the catalog that the last run has left."""
    last = stored(settings.out)
    page = FORMS["page"]
    files = page.files(
        Exported(
            papers=lambda: map(summed_up, last.papers()),
            links=last.links,
            checked_at=last.finished_at,
            repaired=repaired_since(last, settings, datetime.now(UTC).date()),
        )
    )
    named = ((name.partition("/")[2], content) for name, content in files)
    write_files(folder, named, synced=False, manifest=page.manifest.partition("/")[2])


def server_of(site: Site, port: int) -> ThreadingHTTPServer:
    """Return a server that listens on loopback and does not answer yet; close it at the end."""
    return ThreadingHTTPServer((ADDRESS, port), partial(Handler, site.folder, site.refresh))


class Handler(SimpleHTTPRequestHandler):
    """Answers for files of the site, and for nothing else."""

    server_version = "pipeline"
    sys_version = ""

    def __init__(self, folder: Path, refresh: Callable[[], None], *arguments: Any) -> None:
        self._folder = folder.resolve()
        self._refresh = refresh
        super().__init__(*arguments, directory=str(folder))

    def send_head(self) -> Any:
        """Refuse another host's name and any file that is not of the site; see the base."""
        host = self.headers.get("Host", "")
        if host.rpartition(":")[0] not in NAMES and host not in NAMES:
            self.send_error(421, "This server answers to its own name alone")
            return None
        self._refresh()
        path = self._file()
        if path is None:
            self.send_error(404)
            return None
        self.path = "/" + path.relative_to(self._folder).as_posix()
        return super().send_head()

    def _file(self) -> Path | None:
        """Return the file of the site that is asked for; folders, links and ways out are none."""
        name = unquote(urlsplit(self.path).path).lstrip("/") or "index.html"
        if "\\" in name or "\0" in name or ":" in name:
            return None
        path = (self._folder / name).resolve()
        return path if path.is_relative_to(self._folder) and path.is_file() else None

    def end_headers(self) -> None:
        """Keep browsers from guessing, storing and framing."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base's
        """Say nothing: who looks sees what comes."""
