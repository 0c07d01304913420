"""The replicas of GitLab, Codeberg and Bitbucket, asked by the sources of the package."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import SimulatedClock
from pipeline.formats.jsonl import parse_lines
from pipeline.network.http_client import HttpClient
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.records.outcomes import Found, Missing, Outcome
from pipeline.records.source import Source, answers_of
from pipeline.records.sources import RepositoryRecord
from pipeline.sandbox.transport import SandboxTransport
from pipeline.sources.forges.gitlab import GitLabSource
from pipeline.sources.forges.one_by_one import bitbucket, codeberg
from tests.github_server import GitHub
from tests.internet import Internet
from tests.test_hostile import Done, call, settle


async def ask(
    make: Callable[[HttpClient], Source[RepositoryRecord]], *paths: str
) -> tuple[dict[str, Outcome[RepositoryRecord]], int]:
    """Return what a source learns of the sandbox, and how many requests that took."""
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    transport = SandboxTransport(now=clock.now)
    async with HttpClient(transport=transport, clock=clock, user_agent="test/1") as client:
        return await answers_of(make(client), paths), client.requests.total()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("make", "known", "former", "now"),
    [
        (GitLabSource, "marvl/map-fusion", "sandbox/old-name", "sandbox/library/new-name"),
        (codeberg, "forgejo/forgejo", "sandbox/old-name", "sandbox/new-name"),
        (bitbucket, "jmangelson/gkcm", None, None),
    ],
)
async def test_the_sources_read_the_replica(
    make: Callable[[HttpClient], Source[RepositoryRecord]],
    known: str,
    former: str | None,
    now: str | None,
) -> None:
    """What the facts hold is found, under its name of today; what they do not is missing."""
    outcomes, _ = await ask(make, known.upper(), "nobody/nothing", *filter(None, [former]))

    found = outcomes[known.upper()]
    assert isinstance(found, Found)
    assert (found.value.full_name, found.value.description) == (
        known,
        f"Sandbox description of {known}",
    )
    assert isinstance(outcomes["nobody/nothing"], Missing)
    if former is not None:
        renamed = outcomes[former]
        assert isinstance(renamed, Found)
        assert renamed.value.full_name == now


@pytest.mark.anyio
async def test_gitlab_is_one_request_for_all_that_it_knows() -> None:
    """As in the world."""
    outcomes, requests = await ask(GitLabSource, "marvl/map-fusion", "jboutell/tbpos")

    assert {one.status for one in outcomes.values()} == {"found"}
    assert requests == 1


def test_a_list_in_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command line: what the replica holds is answered for, all else is left alone."""
    settle(tmp_path, monkeypatch)
    paths = ("gitlab.com/marvl/map-fusion", "codeberg.org/sandbox/old-name", "gitlab.com/my/own")
    lines = [f"- A paper of mine [[code]](https://{path})\n" for path in paths]
    Path("list.md").write_text("# Papers\n\n" + "".join(lines), encoding="utf-8")
    done = Done(Internet(), GitHub())

    call(done, "run", "run", "enrich", "list.md", "--sandbox")

    assert done.codes["run"] == 0
    folder = Path("data/sandbox")
    links = {
        link.url.partition("//")[2]: (link.verdict, link.reason_code)
        for link in parse_lines(LinkHealth, (folder / "reports/links.jsonl").read_text("utf-8"))[0]
    }
    assert links == {
        paths[0]: ("alive", "repository-found"),
        paths[1]: ("moved", "repository-renamed"),
        paths[2]: ("skipped", "not-in-sandbox"),
    }
    papers, _ = parse_lines(Paper, (folder / "catalog/catalog.jsonl").read_text("utf-8"))
    assert sum(part.stars is not None for paper in papers for part in paper.repositories) == 2
