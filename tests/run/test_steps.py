"""The steps of a run: what two runs at once, and a list that is none, do to what is known."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.enrich import Result, enrich
from pipeline.formats.files import CATALOG, HISTORY
from pipeline.progress import Silent
from pipeline.sandbox import transport
from pipeline.sandbox.transport import SandboxTransport
from pipeline.settings.loading import load

LIST = """# Papers

- [Large Language Models as Zero-Shot Rankers](https://arxiv.org/abs/2305.08845)
- [Recommendation as Language Processing](https://arxiv.org/abs/2203.13366) [page](https://gone.example/page)
"""


@pytest.fixture
def run(tmp_path: Path) -> "Run":
    """A run in the sandbox over a list of one's own."""
    return Run(tmp_path)


class Run:
    """Runs over one list with one output folder."""

    def __init__(self, folder: Path) -> None:
        self.list, self.out, self.cache = folder / "mine.md", folder / "out", folder / "cache"
        self.list.write_text(LIST, encoding="utf-8")

    def __call__(self, lists: Sequence[str] = ()) -> Result:
        """Do one."""
        flags = {"sandbox": True, "out": self.out, "cache_dir": self.cache}
        return enrich(load(flags), lists or [str(self.list)], progress=Silent())

    @property
    def history(self) -> str:
        """What is remembered of links."""
        return (self.out / HISTORY).read_text(encoding="utf-8")


def of_link(url: str) -> str:
    """Return a line of the history that this run has nothing to say of."""
    time = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    fields = {"url": url, "last_verdict": "failing", "reason_code": "timeout", "mood": "late"}
    numbers = {"consecutive_failures": 1, "lost_runs": 1}
    times = {"first_failed_at": time, "last_failed_at": time, "lost_since": time}
    return json.dumps({**fields, **numbers, **times}) + "\n"


def test_nothing_of_the_history_is_lost(run: Run) -> None:
    """Unknown fields, damaged lines, and bytes that are no text are in the file after a run."""
    damaged = b"<<<<<<< HEAD\n" + of_link("https://cut.example/").encode()[:40] + b"\xff\n"
    (run.out / HISTORY).parent.mkdir(parents=True)
    (run.out / HISTORY).write_bytes(of_link("https://other.example/").encode() + damaged)

    result = run()

    after = (run.out / HISTORY).read_bytes()
    assert after.endswith(damaged)
    assert b'"mood": "late"' in after
    assert sum("is damaged" in warning for warning in result.report.warnings) == 2


def test_news_that_another_run_writes_meanwhile_stay(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later of two runs to end overwrites no fact of the earlier one."""
    run()
    first = run.history
    news = of_link("https://meanwhile.example/")
    advance = Silent.advance

    def other(progress: Silent, stage: str, number: int = 1) -> None:
        if stage == "check":
            (run.out / HISTORY).write_text(first + news, encoding="utf-8")
        advance(progress, stage, number)

    monkeypatch.setattr(Silent, "advance", other)
    run()

    assert "https://meanwhile.example/" in run.history
    assert '"mood": "late"' in run.history


ERROR_PAGE = "<!doctype html><title>We will be back</title><p>This service is being repaired."


@pytest.mark.parametrize("page", [ERROR_PAGE, "", "# Papers\n\nMoved.\n"])
def test_answer_without_entries_does_not_wipe_a_remote_list(
    run: Run, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    """An error page comes with status 200: the last entries stay, marked stale, and it is said."""
    url = "https://lists.example/theirs.md"
    pages = [LIST]

    class Serving(SandboxTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if str(request.url) == url:
                return httpx.Response(200, text=pages[-1])
            return await super().handle_async_request(request)

    monkeypatch.setattr(transport, "SandboxTransport", Serving)
    first = run([url, str(run.list)])
    pages.append(page)
    second = run([url, str(run.list)])
    kept = (run.out / CATALOG).read_text("utf-8")
    pages.append(LIST.partition("- [Rec")[0])
    third = run([url, str(run.list)])

    assert [(one.stale, one.entries) for one in first.report.lists] == [(False, 2)] * 2
    assert [(one.stale, one.entries) for one in second.report.lists] == [(True, 2), (False, 2)]
    assert any("no entry" in warning for warning in second.report.warnings)
    assert kept.count('"mentions":[{"list":"theirs"') == 2
    assert [(one.stale, one.entries) for one in third.report.lists] == [(False, 1), (False, 2)]
