"""The files and headings that a list links in its own repository: whom to ask for them."""

from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import unforeseen
from pipeline.run.on_disk import on_disk
from pipeline.run.state import Run
from pipeline.sources.github.trees import commit_of
from pipeline.sources.lists import File, GitHubFile, Location
from pipeline.stages.local import at_github, links_files


async def in_repository(
    run: Run, parsed: ParsedList, data: bytes, location: Location
) -> ParsedList:
    """Return a list after the look-up; one from GitHub costs two requests if it links files."""
    try:
        if isinstance(location, File):
            return on_disk(parsed, data, location.path)
        if isinstance(location, GitHubFile):
            client, api = run.wiring.client, run.wiring.settings.github_url
            commit = await commit_of(client, api, location) if links_files(parsed) else None
            return at_github(parsed, data, commit)
    except Exception:  # noqa: BLE001  the last line of defence: the list itself has been read
        run.warnings.append(f"list {parsed.name}: {unforeseen('its own files').reason}")
    return parsed
