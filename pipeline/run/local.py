"""The files and headings that a list links in its own repository: whom to ask for them."""

from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import unforeseen
from pipeline.run.on_disk import on_disk
from pipeline.run.state import Run
from pipeline.sources.github.many_lists import ManyLists
from pipeline.sources.lists import File, GitHubFile, Location
from pipeline.stages.local import at_github, links_files


async def in_repository(
    run: Run, parsed: ParsedList, data: bytes, location: Location, lists: ManyLists
) -> ParsedList:
    """Return a list after the look-up; `lists` know the files of those that are from GitHub."""
    try:
        if isinstance(location, File):
            return on_disk(parsed, data, location.path)
        if isinstance(location, GitHubFile):
            commit = await lists.commit(location) if links_files(parsed) else None
            return at_github(parsed, data, commit)
    except Exception:  # noqa: BLE001  the last line of defence: the list itself has been read
        run.warnings.append(f"list {parsed.name}: {unforeseen('its own files').reason}")
    return parsed
