"""What one link, one key or one list raises is that one's failure; the run goes on, and writes."""

import json
import logging
from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest

from pipeline.enrich import Result, enrich
from pipeline.errors import PipelineError
from pipeline.progress import Silent
from pipeline.records.outcomes import UNFORESEEN, Failed, Found, Outcome
from pipeline.records.source import HALVINGS, answers_of
from pipeline.records.sources import FirstVersion
from pipeline.settings.loading import load

SECRET = "Bearer ghp-not-for-any-output"
LIST = """# Papers

- [Large Language Models as Zero-Shot Rankers](https://arxiv.org/abs/2305.08845)
- TALLRec: An Effective and Efficient Tuning Framework, [paper](https://arxiv.org/abs/2305.00447),
  [code](https://github.com/SAI990323/TALLRec), [site](https://tallrec.example/a#here)
- A Published Paper of Five Words, [paper](https://doi.org/10.1145/3580305.3599478)
- A Paper Whose Title Is All, [site](https://site.example/b)
- [A page](https://openreview.net/forum?id=hFx3fY7-m9b) and [another](https://other.example/x)
"""
PLACES = (
    "run.texts:read_here",
    "stages.parse:decode_bytes",
    "run.parsing:parse_bytes",
    "stages.resolve.by_link:claim_of",
    "stages.resolve.by_title:_decided",
    "stages.fetch:apply",
    "stages.supplement.stage:apply",
    "stages.compare:with_own_findings",
    "stages.compare:in_view_of_others",
    "stages.check.evidence:Evidences.of_apis",
    "stages.check.evidence:Evidences.of_web",
    "links.verdicts:judge",
    "stages.check.health:Lines._line",
    "sources.arxiv.api:ArxivSource.fetch_many",
    "sources.arxiv.search:ArxivSearch.fetch_many",
    "sources.arxiv.versions:ArxivVersions.fetch_many",
    "sources.github.repositories:GitHubSource.fetch_many",
    "sources.web.prober:WebSource.fetch_many",
    "sources.web.prober:Asking.answer_to",
    "sources.web.prober:evidence",
    "sources.web.prober:trouble",
    "sources.web.host_memory:HostMemory.learn",
    "sources.web.cached:judge_probe",
    "network.http_client:HttpClient._attempt",
    "network.http_client:headers_of",
    "network.pace:Pace.answered",
    "sandbox.transport:SandboxTransport.handle_async_request",
    "cache:Cache.get",
    "cache:Cache.put",
)


def run(folder: Path, *lists: str) -> Result:
    """Do one whole run in the sandbox."""
    names = []
    for number, text in enumerate(lists or (LIST,)):
        path = folder / f"list-{number}.md"
        path.write_text(text, encoding="utf-8")
        names.append(str(path))
    flags = {"sandbox": True, "out": folder / "out", "cache_dir": folder / "cache"}
    return enrich(load(flags), names, progress=Silent())


def break_at(monkeypatch: pytest.MonkeyPatch, place: str, *, always: bool) -> list[str]:
    """Let a function raise, at its second call or at every one; return the log of its calls."""
    module_name, _, path = place.partition(":")
    owner: Any = import_module(f"pipeline.{module_name}")
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    whole = getattr(owner, name)
    calls: list[str] = []

    def broken(*arguments: Any, **named: Any) -> Any:
        calls.append(place)
        if always or len(calls) == 2:
            raise ZeroDivisionError(SECRET)
        return whole(*arguments, **named)

    async def broken_later(*arguments: Any, **named: Any) -> Any:
        return await broken(*arguments, **named)

    monkeypatch.setattr(owner, name, broken_later if iscoroutinefunction(whole) else broken)
    return calls


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_part_that_raises_ends_no_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
    always: bool,
) -> None:
    """Every file is written, every link has its line, and no exception's text is in any of them."""
    other = LIST.replace("Papers", "Others")
    calls = break_at(monkeypatch, place, always=always)
    caplog.set_level(logging.DEBUG, "pipeline")

    if always and place in PLACES[:3]:
        with pytest.raises(PipelineError, match="no list could be read") as caught:
            run(tmp_path, LIST, other)
        assert SECRET not in str(caught.value)
        return
    result = run(tmp_path, LIST, other)

    assert calls
    assert result.report.exit_code == 0
    rows = (tmp_path / "out/reports/links.jsonl").read_text("utf-8").splitlines()
    urls = {json.loads(row)["url"] for row in rows}
    assert urls >= {"https://tallrec.example/a#here", "https://other.example/x"}
    assert (tmp_path / "out/catalog/catalog.jsonl").read_text("utf-8").count("\n") >= 4
    for path in tmp_path.rglob("out/**/*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path
    if len(calls) > 1 or always:
        assert SECRET in caplog.text  # with its traceback, for `--verbose`


# --- sources ----------------------------------------------------------------------------------


class Poisoned:
    """A source that fails on some keys, alone or in a batch."""

    name = "poisoned"

    def __init__(self, *bad: str, silent: bool = False) -> None:
        self.bad = bad
        self.silent = silent
        self.calls = 0

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[FirstVersion]]]:
        """See `Source.fetch_many`."""
        self.calls += 1
        if not self.silent and set(self.bad) & set(keys):
            raise ZeroDivisionError(SECRET)
        for key in keys:
            if key not in self.bad:
                yield key, Found(value=FirstVersion(id=key, title="T"))


@pytest.mark.anyio
@pytest.mark.parametrize("bad", [(), ("7",), ("0", "99"), tuple(map(str, range(100)))])
async def test_key_that_a_source_fails_on_costs_no_other_its_answer(bad: tuple[str, ...]) -> None:
    """What is left is asked for in halves, not without end."""
    source = Poisoned(*bad)
    counted: list[None] = []

    outcomes = await answers_of(source, map(str, range(100)), lambda: counted.append(None))

    assert list(outcomes) == [str(number) for number in range(100)]
    assert len(counted) == 100
    assert {key for key, outcome in outcomes.items() if isinstance(outcome, Failed)} == set(bad)
    assert {one.reason for one in outcomes.values() if isinstance(one, Failed)} <= {UNFORESEEN}
    assert source.calls <= 1 + 2 * HALVINGS


@pytest.mark.anyio
async def test_key_without_an_answer_has_a_failure() -> None:
    """A source that forgets a key has not said that there is no such thing."""
    outcomes = await answers_of(Poisoned("b", silent=True), ["a", "b", "a"])

    assert [outcome.status for outcome in outcomes.values()] == ["found", "failed"]


@pytest.mark.anyio
async def test_source_without_keys_is_not_asked() -> None:
    """Nor does it raise."""
    assert await answers_of(source := Poisoned(), []) == {}
    assert source.calls == 0
