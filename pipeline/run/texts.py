"""
The bytes of the lists of a run: several from afar at a time, and none held longer than needed.

Lists from afar are read first, onto disk, each by the pace of its host; those of this machine when
it is their turn to be parsed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.errors import ConfigurationError, PipelineError
from pipeline.records.outcomes import Failed, unforeseen
from pipeline.run.state import Run
from pipeline.sources.list_bytes import read
from pipeline.sources.lists import File, GitHubFile, ListSource, read_here, size_of
from pipeline.storage.spool import Texts

AT_ONCE: Final = 16
"""Lists from afar that are asked for at once; how many at one host, its lane decides."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a list has no bytes."""

    failure: Failed
    usage: bool = False
    """Whether the call is at fault, and not a service."""


class ListTexts:
    """The bytes of each list, by its number; to be taken once."""

    def __init__(self, run: Run, sources: Sequence[ListSource]) -> None:
        self._run = run
        self._sources = sources
        self._fetched = Texts()
        self.github = run.wiring.many_lists()
        self._unread: dict[int, Unread] = {}
        self.sizes = [size_of(one.location) for one in sources]
        """Bytes; 0 where there are none."""

    @property
    def remote(self) -> list[int]:
        """The numbers of the lists that are not files of this machine."""
        return [n for n, one in enumerate(self._sources) if not isinstance(one.location, File)]

    async def fetch(self) -> None:
        """Read what is no file of this machine; what cannot be read is told when it is taken."""
        done = set() if self._run.wiring.off else await self._fetch_many()
        waiting = iter([number for number in self.remote if number not in done])

        async def fetch_some() -> None:
            for number in waiting:
                await self._fetch(number)
                self._run.progress.advance("parse")

        tasks = [asyncio.create_task(fetch_some()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _fetch_many(self) -> set[int]:
        """Read the lists that GitHub gives several of at once; return their numbers."""
        numbers: defaultdict[GitHubFile, list[int]] = defaultdict(list)
        for number in self.remote:
            if isinstance(location := self._sources[number].location, GitHubFile):
                numbers[location].append(number)
        done: set[int] = set()
        try:
            async for file, data in self.github.read(numbers):
                for number in numbers[file]:
                    self._put(number, data)
                    done.add(number)
                    self._run.progress.advance("parse")
        except PipelineError:
            raise
        except Exception:  # noqa: BLE001  the last line of defence: each can be read by itself
            unforeseen("lists of GitHub")
        return done

    async def _fetch(self, number: int) -> None:
        source, wiring = self._sources[number], self._run.wiring
        client = None if wiring.off else wiring.client
        api, pace = wiring.settings.github_url, wiring.pace_of
        try:
            data = await read(source.location, client, api, pace)
        except ConfigurationError as error:
            self._unread[number] = _at_fault(error)
        except PipelineError:
            raise
        except Exception:  # noqa: BLE001  the last line of defence
            self._unread[number] = Unread(unforeseen(source.name))
        else:
            if isinstance(source.location, GitHubFile) and isinstance(data, bytes):
                self.github.keep(source.location, data)
            self._put(number, data)

    def _put(self, number: int, data: bytes | Failed) -> None:
        if isinstance(data, Failed):
            self._unread[number] = Unread(data)
        else:
            self.sizes[number] = len(data)
            self._fetched.put(number, data)

    def take(self, number: int) -> bytes | Unread:
        """Return the bytes of a list, or why there are none."""
        if number in self._unread:
            return self._unread.pop(number)
        location = self._sources[number].location
        if not isinstance(location, File):
            return self._fetched.take(number)
        try:
            return read_here(location)
        except ConfigurationError as error:
            return _at_fault(error)
        except Exception:  # noqa: BLE001  the last line of defence
            return Unread(unforeseen(self._sources[number].name))


def _at_fault(error: ConfigurationError) -> Unread:
    return Unread(Failed(kind="bad-answer", reason=str(error)), usage=True)
