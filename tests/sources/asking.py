"""How the tests of sources ask them: no socket, a simulated clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import httpx

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.service import Credential
from pipeline.records.base import Record
from pipeline.records.outcomes import Outcome
from pipeline.records.source import Source

R = TypeVar("R", bound=Record)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
USER_AGENT = "lists/1 (+mailto:me@example.org)"


async def ask_all(
    source_over: Callable[[HttpClient], Source[R]],
    handler: Callable[[httpx.Request], httpx.Response],
    keys: Sequence[str],
    credentials: Mapping[str, str | Credential] | None = None,
) -> tuple[dict[str, Outcome[R]], HttpClient, SimulatedClock]:
    """Ask a source for all keys, where `handler` is the network."""
    clock = SimulatedClock(NOW)
    client = HttpClient(
        transport=httpx.MockTransport(handler),
        clock=clock,
        user_agent=USER_AGENT,
        credentials=credentials,
    )
    async with client:
        outcomes = {key: outcome async for key, outcome in source_over(client).fetch_many(keys)}
    return outcomes, client, clock
