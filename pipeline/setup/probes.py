"""
Look at this machine for `pipeline doctor`: folders, files, network, services.

Every question has an end: names are resolved in threads that nobody waits for at the exit, because
a resolver without a network may take longer than a person does.
"""

import asyncio
import platform
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pipeline import __version__
from pipeline.cache import Cache
from pipeline.clock import SystemClock
from pipeline.errors import ConfigurationError
from pipeline.formats.files import FILES
from pipeline.network.http_client import HttpClient
from pipeline.network.proxies import proxies
from pipeline.network.retry import RetryPolicy
from pipeline.network.service import Answer, Service
from pipeline.network.transport import AddressPolicy, family_fault
from pipeline.settings.model import Settings
from pipeline.setup.checks import (
    Check,
    of_clock,
    of_families,
    of_repository,
    of_service,
    of_settings,
    of_token,
)
from pipeline.setup.folder import github_repository
from pipeline.sources.github.rest import HEADERS, repository_url
from pipeline.sources.ignore_file import read_ignores
from pipeline.sources.lists import file_of
from pipeline.storage.writer import ensure_writable
from pipeline.wiring import client_of, lists_after_a_run

SECONDS: Final = 3.0
"""For a name and a connection, of at most two hosts; for an answer the double."""
LITTLE: Final = 200_000_000
"""Bytes; the cache of a few large lists is some ten MB."""
_LIBRARIES: Final = ("httpx", "pydantic", "typer", "arxiv", "diskcache", "pyromark")

ASK: Final = Service(
    name="doctor",
    interval=0.0,
    policy=RetryPolicy(attempts=1),
    connect_timeout=SECONDS,
    read_timeout=SECONDS,
    total_timeout=2 * SECONDS,
    body_cap=256 * 1024,
)
ASK_GITHUB: Final = replace(ASK, concurrency=2, sends_token=True)


def examined(settings: Settings, folder: Path) -> list[Check]:
    """Return every check that the settings allow; offline and in the sandbox fewer."""
    checks = [of_versions(), *of_settings(settings), *of_lists(settings), *of_folders(settings)]
    if settings.offline:
        return [*checks, Check("note", "network", "not asked (--offline)")]
    if not settings.sandbox:
        reach = list(of_network(settings))
        checks += reach
        if any(check.status == "error" for check in reach):
            return checks
    return [*checks, *asyncio.run(of_services(settings, github_repository(folder)))]


def of_versions() -> Check:
    """Name what a report of a fault needs."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    text = (
        f"paper-list-pipeline {__version__}, Python {platform.python_version()},"
        f" {platform.system()} {platform.machine()}, SQLite {sqlite3.sqlite_version}, {libraries}"
    )
    return Check("ok", "versions", text)


# --- files ------------------------------------------------------------------------------------


def of_lists(settings: Settings) -> Iterator[Check]:
    """Say which lists a run without arguments takes, and whether the ignore file can be read."""
    try:
        lists = lists_after_a_run(settings)
        shown = [str(file_of(one) or one.name) for one in lists[:5]]
        names = ", ".join(shown) + (" …" if len(lists) > 5 else "")
        yield Check("ok", "lists", f"{len(lists)}: {names}")
    except ConfigurationError as error:
        to_do = f"Correct the path in {settings.lists_file or 'pipeline.toml'}."
        if not settings.lists:
            to_do = "Name one (`pipeline check README.md`), or let `pipeline init` look for them."
        yield Check("error" if settings.lists else "note", "lists", str(error), to_do)
    try:
        rules = read_ignores(settings.ignore_file, required="ignore_file" in settings.origins)
    except ConfigurationError as error:
        yield Check("error", "lists", str(error), "Correct this line of the ignore file.")
        return
    expired = sum(not rule.holds(_today()) for rule in rules)
    if rules:
        text = f"{settings.ignore_file}: {len(rules)} rules, {expired} of them expired"
        yield Check("warning" if expired else "ok", "lists", text)


def _today() -> date:
    return datetime.now(UTC).date()


def of_folders(settings: Settings) -> Iterator[Check]:
    """Say whether results and answers can be written, and what the cache holds."""
    for topic, folder, names in (
        ("results", settings.out, FILES),
        ("cache", settings.cache_dir, ("answers/cache.db",)),
    ):
        try:
            ensure_writable(folder, names)
        except ConfigurationError as error:
            text = str(error).removeprefix("--out ")
            to_do = (
                "Give yourself the right to write there, or name another folder in the settings."
            )
            yield Check("error", topic, text, to_do)
            continue
        free = shutil.disk_usage(_nearest(folder)).free
        text = f"{folder}: can be written, {free / 1e9:,.1f} GB free"
        low = free < LITTLE
        yield Check(
            "warning" if low else "ok", topic, text, "Make room on the disk." if low else ""
        )
    yield from _of_answers(settings.cache_dir)


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above that exists."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return place


def _of_answers(folder: Path) -> Iterator[Check]:
    if not (folder / "answers").is_dir():
        yield Check("ok", "cache", f"{folder}: no stored answers yet")
        return
    try:
        with Cache(folder, datetime.now(UTC)) as cache:
            info = cache.info()
    except ConfigurationError as error:
        yield Check("error", "cache", str(error), "Delete this folder: it holds answers only.")
        return
    text = f"{folder}: {info.entries:,} answers, {info.size_bytes / 1e6:,.1f} MB"
    yield Check("ok", "cache", text)


# --- network ----------------------------------------------------------------------------------


def of_network(settings: Settings) -> Iterator[Check]:
    """Say by which proxy and which kinds of addresses this machine reaches others."""
    known = proxies()
    url = known.get("https") or known.get("all")
    if url is None:
        yield Check("ok", "network", "no proxy is set")
        yield from _of_direct_way(settings)
        return
    host, port = _place(url if "://" in url else f"http://{url}")
    bypass = f", but for {known['no']}" if known.get("no") else ""
    yield Check("ok", "network", f"https goes through the proxy {host}:{port}{bypass}")
    if None not in (faults := _faults(host, port, None)).values():
        text = f"the proxy cannot be reached: {'; '.join(filter(None, faults.values()))}"
        yield Check("error", "network", text, "Look at HTTPS_PROXY, or ask who runs the proxy.")


def _of_direct_way(settings: Settings) -> Iterator[Check]:
    """Try the DOI system, which has addresses of both kinds; where it is closed to us, GitHub."""
    policy = AddressPolicy(settings.allow_private)
    for url in (settings.doi_url, settings.github_url):
        host, port = _place(url)
        faults = _faults(host, port, policy)
        if None in faults.values():
            break
    yield from of_families(faults, host)


def _place(url: str) -> tuple[str, int]:
    """Return host and port of a URL, without the user name and password in it."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.hostname or "", port or (443 if parts.scheme == "https" else 80)


def _faults(host: str, port: int, policy: AddressPolicy | None) -> dict[int, str | None]:
    """Try both families at once; one that has not come to an end in time counts as silent."""
    faults: dict[int, str | None] = {}

    def try_one(family: Literal[4, 6]) -> None:
        faults[family] = family_fault(host, port, family, policy, SECONDS)

    families: tuple[Literal[4, 6], ...] = (4, 6)
    threads = [threading.Thread(target=try_one, args=(family,), daemon=True) for family in families]
    for thread in threads:
        thread.start()
    end = time.monotonic() + SECONDS + 0.5
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return {family: faults.get(family, "no answer in time") for family in families}


async def of_services(settings: Settings, repository: str | None) -> list[Check]:
    """Ask every service that a run asks, each once, and all at the same time."""
    github = f"{settings.github_url}/rate_limit"
    asked = {
        "GitHub": github,
        "arXiv": f"{settings.arxiv_url}?id_list=2305.00447&max_results=1",
        "arXiv (OAI-PMH)": f"{settings.oai_url}?verb=Identify",
    }
    if settings.doi_handles and not settings.sandbox:
        asked["doi.org"] = f"{settings.doi_url}/10.1000/1"
    for name in settings.sources:
        asked[name] = getattr(settings, _ADDRESSES[name])
    if repository is not None:
        asked[repository] = repository_url(settings.github_url, repository)
    clock = SystemClock()
    async with client_of(settings, clock) as client:
        found = await asyncio.gather(*(_ask(client, settings, url) for url in asked.values()))
    answers = dict(zip(asked, found, strict=True))
    checks = [of_service(name, answer) for name, answer in answers.items() if name != repository]
    checks += of_clock(found, clock.now())
    is_set = settings.sandbox or settings.secret_for("github_token") is not None
    checks += of_token(answers["GitHub"], is_set=is_set, now=clock.now())
    if repository is not None and is_set:
        checks += of_repository(repository, answers[repository])
    return checks


_ADDRESSES: Final[Mapping[str, str]] = {
    "crossref": "crossref_url",
    "semanticscholar": "semantic_scholar_url",
    "openalex": "openalex_url",
    "huggingface": "hugging_face_url",
    "openreview": "openreview_url",
}


async def _ask(client: HttpClient, settings: Settings, url: str) -> Answer | None:
    """Ask once; None where no answer comes in time."""
    is_github = url.startswith(f"{settings.github_url}/")
    try:
        async with asyncio.timeout(2 * SECONDS):
            service, headers = (ASK_GITHUB, HEADERS) if is_github else (ASK, {})
            return await client.send(service, "GET", url, headers=headers)
    except TimeoutError:
        return None
