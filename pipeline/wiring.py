"""
What a run is made of: the clock, the door to the network, the cache, and the sources behind it.

The sandbox changes two things here, the transport and the clock; everything above them is the same.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from pipeline.cache import Cache
from pipeline.clock import Clock, SimulatedClock, SystemClock
from pipeline.errors import ConfigurationError
from pipeline.executors.choice import executor_of
from pipeline.executors.interface import Executor
from pipeline.links.accepts import NOTHING_ACCEPTED, Accepts
from pipeline.network.gates import FileGate
from pipeline.network.http_client import HttpClient
from pipeline.network.pace import Pace
from pipeline.network.proxies import proxies
from pipeline.network.service import Credential
from pipeline.network.transport import AddressPolicy, build_transport
from pipeline.previous import last_files
from pipeline.records.base import Record
from pipeline.records.outcomes import Found
from pipeline.records.source import Source
from pipeline.records.sources import (
    AnchorRecord,
    ArxivRecord,
    CaptureRecord,
    CitationRecord,
    CitedWork,
    DoiRecord,
    FirstVersion,
    HandleRecord,
    HuggingFaceRecord,
    OpenAlexRecord,
    OpenReviewRecord,
    ReferencesRecord,
    RepositoryRecord,
)
from pipeline.sandbox import SANDBOX_TOKEN, sandbox_lists
from pipeline.sandbox.inside import Inside
from pipeline.settings.model import Settings
from pipeline.sources.arxiv.api import ArxivSource
from pipeline.sources.arxiv.oai import OaiSource
from pipeline.sources.arxiv.rules import INTERVAL, LANE
from pipeline.sources.arxiv.search import ArxivSearch
from pipeline.sources.arxiv.versions import ArxivVersions
from pipeline.sources.cached import Ages, CachedSource
from pipeline.sources.capped import Capped
from pipeline.sources.forges.services import forge_sources
from pipeline.sources.github.many_lists import ManyLists
from pipeline.sources.github.repositories import GitHubSource
from pipeline.sources.lists import ListSource, find_lists, locate
from pipeline.sources.scholarly.crossref import CrossrefSource, CrossrefTitles
from pipeline.sources.scholarly.datacite import DataCiteSource, DataCiteTitles
from pipeline.sources.scholarly.dblp import DblpTitles
from pipeline.sources.scholarly.doi_handles import DoiHandleSource
from pipeline.sources.scholarly.huggingface import HuggingFaceSource
from pipeline.sources.scholarly.openalex import (
    OpenAlexReferences,
    OpenAlexSource,
    OpenAlexWorks,
)
from pipeline.sources.scholarly.openreview import API_1, OpenReviewSource
from pipeline.sources.scholarly.semantic_scholar import SemanticScholarSource
from pipeline.sources.titles.index import TitleIndex, open_index
from pipeline.sources.titles.records import AgesWithSnapshot, SnapshotRecords, snapshot_records
from pipeline.sources.web.cached import CachedWeb, ProbeAges
from pipeline.sources.web.fragments import FragmentSource
from pipeline.sources.web.prober import Asking, Manners, WebSource
from pipeline.sources.web.save import SAVE_URL, SaveSource
from pipeline.sources.web.second import SecondOpinion
from pipeline.sources.web.wayback import WaybackSource
from pipeline.stages.check import CheckRules
from pipeline.urls import place_of
from pipeline.works.arxiv_links import arxiv_link
from pipeline.works.candidates import TitleHits
from pipeline.works.forges import page_of, project
from pipeline.works.known import LastCatalog
from pipeline.works.repositories import repository

R = TypeVar("R", bound=Record)

OFFLINE = "offline run: only the cache is used"
SAVED = timedelta(days=3650)
"""A copy that was taken is not taken again."""


@dataclass(frozen=True)
class Wiring:
    """The parts of one run."""

    settings: Settings
    clock: Clock
    started: datetime
    client: HttpClient
    cache: Cache
    github_source: GitHubSource
    executor: Executor
    """Who parses, matches and renders."""
    snapshot: SnapshotRecords | None = None
    """What is known of arXiv's papers without asking."""

    @property
    def off(self) -> str | None:
        """Why nothing may be asked; None where the network may be used."""
        return OFFLINE if self.settings.offline else None

    def _since(self, source: str) -> datetime | None:
        """Return the time before which no answer of `source` is trusted (`--refresh`)."""
        return self.started if self.settings.refresh in ("all", source) else None

    def arxiv(self, last: LastCatalog) -> CachedSource[ArxivRecord]:
        """Return arXiv, judged by OAI-PMH, backed by DataCite, behind cache and snapshot."""
        settings, client = self.settings, self.client
        source = ArxivSource(
            client,
            api_url=settings.arxiv_url,
            judge=OaiSource(client, api_url=settings.oai_url),
            fallbacks=(DataCiteSource(client, api_url=settings.datacite_url),),
        )
        inside = Inside(source, "{}") if settings.sandbox else source
        found, missing = settings.arxiv_age, settings.arxiv_missing_age
        ages = AgesWithSnapshot(found, missing, snapshot=settings.snapshot_age)
        cached = self._cached(inside, ArxivRecord, ages, "arxiv", last.arxiv())
        return replace(cached, local=self.snapshot)

    def many_lists(self) -> ManyLists:
        """Return the lists that are on GitHub, those of the last run behind the cache."""
        return ManyLists(self.github_source.door, self.cache, self.clock)

    def github(self, last: LastCatalog) -> CachedSource[RepositoryRecord]:
        """Return GitHub behind the cache."""
        settings, source = self.settings, self.github_source
        inside = Inside(source, "github.com/{}") if settings.sandbox else source
        ages = Ages(settings.repository_age, settings.repository_missing_age)
        return self._cached(inside, RepositoryRecord, ages, "github", last.repositories())

    def forges(self, last: LastCatalog) -> dict[str, CachedSource[RepositoryRecord]]:
        """Return the services that are asked about repositories beside GitHub, behind the cache."""
        settings = self.settings
        ages = Ages(settings.repository_age, settings.repository_missing_age)
        found: dict[str, CachedSource[RepositoryRecord]] = {}
        for name, source in forge_sources(self.client).items():
            if name in settings.code_hosts:
                inside = Inside(source, page_of(name, "{}")) if settings.sandbox else source
                known = last.repositories(name)
                found[name] = self._cached(inside, RepositoryRecord, ages, "links", known)
        return found

    def title_search(
        self, last: LastCatalog, *, phrases_only: bool = False
    ) -> CachedSource[TitleHits] | None:
        """Return arXiv's title search behind the cache; None where it is switched off."""
        settings = self.settings
        if not settings.search:
            return None
        source = ArxivSearch(self.client, api_url=settings.arxiv_url, phrases_only=phrases_only)
        ages = Ages(settings.search_age, settings.search_missing_age)
        return self._cached(source, TitleHits, ages, "arxiv", last.titles())

    def registries(self) -> tuple[CachedSource[TitleHits], ...]:
        """Return who is asked about titles that arXiv does not know; nobody where it is off."""
        settings, client = self.settings, self.client
        if not (settings.verify and settings.search and "crossref" in settings.sources):
            return ()
        ages = Ages(settings.verify_age, settings.verify_age)
        sources: tuple[Source[TitleHits], ...] = (
            DataCiteTitles(client, api_url=settings.datacite_url),
            CrossrefTitles(client, api_url=settings.crossref_url),
            DblpTitles(client, api_url=settings.dblp_url),
        )
        return tuple(
            self._cached(Capped(source, settings.verify), TitleHits, ages) for source in sources
        )

    def first_versions(self) -> CachedSource[FirstVersion]:
        """Return the titles of version 1, which never change."""
        source = ArxivVersions(self.client, api_url=self.settings.arxiv_url)
        ages = Ages(timedelta(days=365), self.settings.arxiv_missing_age)
        return self._cached(source, FirstVersion, ages)

    def title_index(self) -> AbstractContextManager[TitleIndex | None]:
        """Open the offline index of arXiv's titles, where one has been built."""
        index = open_index(self.settings.cache_dir)
        return closing(index) if index is not None else nullcontext()

    def supplements(self) -> dict[str, Source[Any]]:
        """Return the sources that are switched on beside arXiv and GitHub, behind the cache."""
        settings, client = self.settings, self.client
        crossref = CrossrefSource(client, api_url=settings.crossref_url)
        has_key = settings.secret_for("semantic_scholar_key") is not None
        url = settings.semantic_scholar_url
        semantic_scholar = SemanticScholarSource(client, authenticated=has_key, api_url=url)
        has_key = settings.secret_for("openalex_key") is not None
        openalex = OpenAlexSource(client, authenticated=has_key, api_url=settings.openalex_url)
        hugging_face = HuggingFaceSource(client, api_url=settings.hugging_face_url)
        records: dict[Source[Any], type[Any]] = {
            crossref: DoiRecord,
            semantic_scholar: CitationRecord,
            openalex: OpenAlexRecord,
            hugging_face: HuggingFaceRecord,
            OpenReviewSource(client, api_url=settings.openreview_url): OpenReviewRecord,
        }
        ages = Ages(settings.supplement_age, settings.supplement_missing_age)
        return {
            source.name: self._cached(source, record, ages, source.name)
            for source, record in records.items()
            if source.name in settings.sources
        }

    def citations(self) -> tuple[Source[ReferencesRecord], Source[CitedWork]]:
        """Return OpenAlex, behind the cache: what papers cite, and what those works are."""
        settings, client = self.settings, self.client
        has_key, url = settings.secret_for("openalex_key") is not None, settings.openalex_url
        references = OpenAlexReferences(client, authenticated=has_key, api_url=url)
        works = OpenAlexWorks(client, authenticated=has_key, api_url=url)
        ages = Ages(settings.search_age, settings.supplement_age)
        return (
            self._cached(references, ReferencesRecord, ages, "openalex"),
            self._cached(works, CitedWork, ages, "openalex"),
        )

    def web(self, accepts: Accepts = NOTHING_ACCEPTED) -> CachedWeb:
        """Return the linked web behind the cache."""
        settings, manners = self.settings, self._manners(accepts)
        ages = ProbeAges(
            alive=settings.link_age,
            longest=settings.link_age_longest,
            moved=settings.moved_age,
            blocked=settings.blocked_age,
        )
        return CachedWeb(
            source=WebSource(self.client, manners, self._asking(manners)),
            cache=self.cache,
            clock=self.clock,
            ages=ages,
            off=self.off,
            since=self._since("links"),
        )

    def _asking(self, manners: Manners) -> Callable[..., Asking] | None:
        """Return who asks the linked web; None for this process alone, as where requests count."""
        settings, executor = self.settings, self.executor
        if settings.executor == "local" or settings.sandbox or settings.max_requests:
            return None
        from pipeline.executors.dask import Dask  # noqa: PLC0415  few runs have a cluster
        from pipeline.sources.web.shards import Terms  # noqa: PLC0415

        assert isinstance(executor, Dask)  # noqa: S101  see `executor_of`
        addresses, witnesses = AddressPolicy(settings.allow_private), tuple(self.client.witnesses)
        terms = Terms(manners, addresses, settings.user_agent, witnesses)
        return terms.asking(executor.team, kept=settings.host_headers)

    def _manners(self, accepts: Accepts = NOTHING_ACCEPTED) -> Manners:
        """Return how web hosts are asked."""
        settings, own = self.settings, self.settings.host_intervals
        return Manners(
            interval=settings.web_interval.total_seconds(),
            shortest_interval=settings.web_interval_shortest.total_seconds(),
            longest_interval=settings.web_interval_longest.total_seconds(),
            intervals={host: interval.total_seconds() for host, interval in own.items()},
            accepted=accepts.statuses,
            in_flight=settings.web_in_flight,
            requests_at_once=settings.web_concurrency,
            read_timeout=settings.web_timeout.total_seconds(),
            total_timeout=2 * settings.web_timeout.total_seconds(),
            longest_wait=settings.longest_wait.total_seconds(),
        )

    @property
    def pace_of(self) -> Callable[[str], Pace]:
        """How fast a web host is asked at first, and between which bounds that moves."""
        return self._manners().pace_of

    def second_opinion(self) -> SecondOpinion | None:
        """Return the linked web by another way; None where the user has none."""
        settings, client = self.settings, self.client
        if self.off or settings.second_way is None:
            return None
        proxy, guarded = settings.second_way

        def open_way() -> HttpClient:
            addresses = AddressPolicy(settings.allow_private)
            return HttpClient(
                transport=build_transport(addresses, {"all": proxy}, guarded=guarded),
                clock=self.clock,
                user_agent=settings.user_agent,
                addresses=addresses,
                deadline=client.deadline,
                max_requests=client.requests_left,
            )

        return SecondOpinion(client, open_way, self._manners(), settings.doi_url)

    def registry(self) -> CachedSource[HandleRecord] | None:
        """Return the DOI system behind the cache; None where it is switched off."""
        settings = self.settings
        source = DoiHandleSource(self.client, api_url=settings.doi_url)
        ages = Ages(settings.doi_age, settings.doi_missing_age)
        cached = self._cached(source, HandleRecord, ages, "links")
        return cached if settings.doi_handles else None

    def archive(self) -> CachedSource[CaptureRecord] | None:
        """Return the Wayback Machine behind the cache; None where it is not wanted."""
        settings = self.settings
        ages = Ages(settings.wayback_age, settings.wayback_missing_age)
        cached = self._cached(WaybackSource(self.client), CaptureRecord, ages, "links")
        return cached if settings.wayback else None

    def copies(self) -> CachedSource[CaptureRecord] | None:
        """Return who takes copies of pages, behind the cache; None where it is not wanted."""
        settings = self.settings
        if not settings.archive or settings.wayback_key is None:
            return None
        source = SaveSource(self.client, most=settings.archive_most)
        return self._cached(source, CaptureRecord, Ages(SAVED, settings.wayback_missing_age))

    def is_spared(self, url: str) -> bool:
        """Say whether a page is not to be named to others: it opens with our headers alone."""
        return place_of("https", urlsplit(url).netloc) in self.settings.host_headers

    def anchors(self) -> CachedSource[AnchorRecord] | None:
        """Return what sections pages have, behind the cache; None where it is not wanted."""
        settings = self.settings
        source = FragmentSource(self.client, api_url=settings.github_url)
        ages = Ages(settings.fragment_age, settings.fragment_age)
        cached = self._cached(source, AnchorRecord, ages, "links")
        return cached if settings.fragments else None

    def _cached(
        self,
        source: Source[R],
        record: type[R],
        ages: Ages,
        refreshed_by: str | None = None,
        known: Mapping[str, Found[R]] | None = None,
    ) -> CachedSource[R]:
        """Put a source behind the cache; `refreshed_by` is its word for `--refresh`."""
        return CachedSource(
            source=source,
            record=record,
            cache=self.cache,
            ages=ages,
            clock=self.clock,
            off=self.off,
            since=self._since(refreshed_by) if refreshed_by else None,
            known={} if known is None else known,
        )

    def rules(self, accepts: Accepts) -> CheckRules:
        """Return what the check stage is told."""
        settings = self.settings
        missing = (settings.arxiv_missing_age, settings.repository_missing_age)
        age = max(*missing, settings.doi_missing_age)
        outside = _is_outside if settings.sandbox else None
        return CheckRules(
            settings.exclude, accepts, api_age=age, quick=settings.quick, outside=outside
        )

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong with the settings, as far as the run has shown."""
        yield from self.settings.withheld
        yield from self.settings.opened
        settings, network = self.settings, self.client.network
        asks = not (settings.sandbox or settings.offline or network.is_down)
        if self.github_source.door.token_refused:
            yield self.github_source.door.token_refused
        elif asks and not self.settings.github_token:
            yield (
                "no GITHUB_TOKEN: without one GitHub allows 60 requests an hour; the next run"
                " does the rest"
            )
        if asks and settings.archive and settings.wayback_key is None:
            yield (
                "archive is on, and there is no WAYBACK_KEY (ACCESS:SECRET of"
                " archive.org/account/s3.php): nothing is saved"
            )
        if asks and not self.settings.contact:
            yield (
                "no contact is set, so hosts cannot reach you (pipeline.toml: contact ="
                ' "https://…" or PIPELINE_CONTACT)'
            )


@contextmanager
def wire(settings: Settings, last_run: datetime | None = None) -> Iterator[Wiring]:
    """
    Build the parts of a run; the cache is closed at the end.

    The sandbox's waits move its clock ahead of the world's, so it starts where `last_run` ended.

    Raises `ConfigurationError` where a setting, a scenario or the cache folder cannot be used.
    """
    clock: Clock = SystemClock()
    if settings.sandbox:
        clock = SimulatedClock(max(filter(None, (clock.now(), last_run))))
    started, budget = clock.now(), settings.time_budget
    with (
        Cache(settings.cache_dir, started) as cache,
        executor_of(settings.executor) as executor,
        snapshot_records(settings.cache_dir, started) as snapshot,
    ):
        deadline = None if budget is None else clock.monotonic() + budget.total_seconds()
        client = client_of(settings, clock, deadline, settings.max_requests)
        github = GitHubSource(
            client,
            authenticated=_github_token(settings) is not None,
            api_url=settings.github_url,
            longest_wait=settings.longest_wait.total_seconds(),
        )
        yield Wiring(settings, clock, started, client, cache, github, executor, snapshot)


def client_of(
    settings: Settings, clock: Clock, deadline: float | None = None, max_requests: int | None = None
) -> HttpClient:
    """Return the door to the network, or to the sandbox's replica; see `HttpClient`."""
    addresses = AddressPolicy(settings.allow_private)
    transport: httpx.AsyncBaseTransport
    if settings.sandbox:
        # Its facts are worth some megabytes that a real run has no use for.
        from pipeline.sandbox.transport import SandboxTransport  # noqa: PLC0415

        transport = SandboxTransport(settings.scenario, now=clock.now)
    else:
        transport = build_transport(addresses, proxies())
    return HttpClient(
        transport=transport,
        clock=clock,
        user_agent=settings.user_agent,
        addresses=addresses,
        credentials=_credentials(settings),
        host_headers={
            host: [Credential(name, value.get_secret_value()) for name, value in headers.items()]
            for host, headers in settings.host_headers.items()
        },
        deadline=deadline,
        max_requests=max_requests,
        witnesses=(settings.github_url, settings.doi_url),
        gates={LANE: FileGate(settings.cache_dir, "arxiv", INTERVAL, clock)},
    )


def _github_token(settings: Settings) -> str | None:
    return SANDBOX_TOKEN if settings.sandbox else settings.secret_for("github_token")


def _credentials(settings: Settings) -> dict[str, str | Credential]:
    """Return what is sent to the host of each API, and to no other."""
    key = settings.secret_for("semantic_scholar_key")
    archive = settings.secret_for("wayback_key")
    secrets: tuple[tuple[str, str | Credential | None], ...] = (
        (settings.github_url, _github_token(settings)),
        (settings.semantic_scholar_url, Credential("x-api-key", key) if key else None),
        (settings.openalex_url, settings.secret_for("openalex_key")),
        (settings.openreview_url, settings.secret_for("openreview_token")),
        (API_1, settings.secret_for("openreview_token")),
        (SAVE_URL, Credential("Authorization", f"LOW {archive}") if archive else None),
    )
    return {urlsplit(url).hostname or "": secret for url, secret in secrets if secret}


def lists_of(settings: Settings, given: list[str]) -> list[ListSource]:
    """Return the lists of a run; in the sandbox its own, where none is given."""
    if settings.sandbox and not given and settings.origins.get("lists_file") != "--lists-file":
        given = [str(path) for path in sandbox_lists()]
    known: dict[str, str] = {}
    with suppress(ConfigurationError):  # an output that cannot be read is told when it is needed
        known = last_files(settings.out)
    return find_lists(given, settings.lists, known, settings.list_places)


def lists_after_a_run(settings: Settings) -> list[ListSource]:
    """Return the lists to act on: those of the last run, which may be some of the config file's."""
    files = last_files(settings.out).items()
    last = [ListSource(name, at) for name, path in files for at in locate(path)]
    configured = lists_of(settings, []) if settings.lists and not settings.sandbox else []
    if configured and {one.name for one in last} <= {one.name for one in configured}:
        return configured  # remote ones with them
    return last or lists_of(settings, [])


def _is_outside(url: str) -> bool:
    """Say whether the replica has nothing of a link."""
    from pipeline.sandbox.world import holds  # noqa: PLC0415  some megabytes

    paper, code, other = arxiv_link(url), repository(url), project(url)
    if paper is not None and paper.id is not None:
        return not holds(paper.id)
    if other is not None:
        return not holds(page_of(other.forge, other.path))
    return not holds(f"github.com/{code.full_name}" if code is not None else url)
