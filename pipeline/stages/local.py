"""
The files and headings that a list links in its own repository: which are there. Pure.

Not a stage of its own: whoever reads a list, a run or `pipeline lint`, looks for them at once. What
is not certain stays counted as not checked (`ParsedList.unchecked`).
"""

from collections import Counter
from dataclasses import replace
from typing import Final

from pipeline.links.headings import Sections
from pipeline.links.local import Commit, Local, Repository, Surroundings, is_local
from pipeline.markdown.decode import decode_bytes
from pipeline.markdown.headings import outline_of
from pipeline.records.lists import Entry, Lacking, Link, ParsedList

COPIED: Final = 5
LONELY: Final = 3
"""
So many files does a list link, and none of them is there, in a repository or in a folder of which
nobody knows where it belongs: then the list is a copy from another place.
"""


def looked_up(
    parsed: ParsedList, data: bytes, at: str, repository: Repository | None, *, rooted: bool = True
) -> ParsedList:
    """
    Return a list with what its local links have led to.

    `data`: its bytes; `at`: its path in the repository. Without a repository only the list's own
    headings are looked for.
    """
    links = [link for link in parsed.all_links() if is_local(link)]
    if not links:
        return parsed
    text, _ = decode_bytes(data, name=parsed.name)
    place = Surroundings(Sections(outline_of(text)), at, repository, rooted)
    judged = [(link, place.judged(link)) for link in links]
    if _is_copy(judged, COPIED if rooted else LONELY):
        judged = [(link, "unsure" if _is_missing_file(one) else one) for link, one in judged]
    lacking = [one for _, one in judged if isinstance(one, Lacking)]
    sure = Counter(_kind(link) for link, one in judged if one != "unsure")
    gone = Counter(_kind(link) for link, one in judged if isinstance(one, Lacking))
    left = Counter(parsed.unchecked) - sure
    return parsed.model_copy(
        update={
            "lacking": tuple(sorted(lacking, key=lambda one: (one.line, one.column))),
            "found": dict(sorted((sure - gone).items())),
            "missing": dict(sorted(gone.items())),
            "unchecked": dict(sorted(left.items())),
        }
    )


def links_files(parsed: ParsedList) -> bool:
    """Say whether a list links files of its own repository."""
    return any(is_local(link) and _kind(link) != "heading" for link in parsed.all_links())


def at_github(parsed: ParsedList, data: bytes, commit: Commit | None) -> ParsedList:
    """Return a list of GitHub's after the look-up; files that its entries link get an address."""
    if commit is None:
        return looked_up(parsed, data, "", None)
    found = looked_up(parsed, data, commit.at, commit.tree)
    entries = tuple(_with_addresses(entry, commit) for entry in found.entries)
    return found.model_copy(update={"entries": entries})


def _with_addresses(entry: Entry, commit: Commit) -> Entry:
    if not any(map(is_local, entry.links)):
        return entry
    return replace(entry, links=tuple(_with_address(link, commit) for link in entry.links))


def _with_address(link: Link, commit: Commit) -> Link:
    address = commit.address(link.url) if is_local(link) else None
    return replace(link, url=address, written=link.url) if address is not None else link


def _kind(link: Link) -> str:
    """Return the kind under which a link is counted (`markdown.links.unchecked_kind`)."""
    return "heading" if (link.written or link.url).startswith("#") else "relative file"


def _is_missing_file(one: Local | Lacking) -> bool:
    return isinstance(one, Lacking) and one.code == "file-missing"


def _is_copy(judged: list[tuple[Link, Local | Lacking]], most: int) -> bool:
    """Say whether a list lies elsewhere than the files that it links."""
    files = [one for link, one in judged if _kind(link) == "relative file"]
    missing = sum(map(_is_missing_file, files))
    there = any(one == "found" or (isinstance(one, Lacking) and one.certain) for one in files)
    return missing >= most and not there
