"""Memory while very many records are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RARELY: Final = (20_000, 50, 10)
"""
When the collector walks (`gc.set_threshold`): 36,000 papers are read into memory in 0.6 s instead
of 1.7 s, and the cycles that lie about meanwhile are worth a few megabytes.
"""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cycle collector from walking: 20,000 papers are read in 0.5 s instead of 2.4 s."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def collector_rare() -> Iterator[None]:
    """Let the cycle collector walk rarely: neither modules nor records hold cycles that end."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
