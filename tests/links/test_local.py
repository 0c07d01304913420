"""Tests of `pipeline.links.local`: files and headings of a repository that stands in a table."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from pipeline.links.headings import Sections
from pipeline.links.local import Commit, Kind, Surroundings, is_local, target_path
from pipeline.records.lists import Lacking, Link, Outline

FILES = (
    "README.md",
    "docs/here.md",
    "docs/Guide.md",
    "docs/a b.pdf",
    "docs/README.md",
    "papers/Codd.pdf",
    "papers/é.pdf",
    "notes/one/moved.md",
    "lists/list.md",
)
HEADINGS = {"docs/here.md": ("Part one",), "docs/README.md": ("Folder",), "lists/list.md": ()}


class Table:
    """A repository of the files above, with an odd thing or two."""

    def __init__(
        self, *, is_site: bool = False, is_github: bool = True, known: frozenset[str] = frozenset()
    ) -> None:
        self.is_site = is_site
        self.is_github = is_github
        self.known = known

    def folder(self, path: str) -> Mapping[str, Kind] | None:
        """Return what lies in a folder; one cannot be read."""
        if path == "secret":
            return None
        found: dict[str, Kind] = {"secret": "folder", "module": "unknown"} if not path else {}
        start = f"{path}/" if path else ""
        for file in FILES:
            if file.startswith(start):
                name, below, _ = file[len(start) :].partition("/")
                found[name] = "folder" if below else "file"
        return found

    def knows(self, path: str) -> bool:
        """Say whether git knows it."""
        return path in self.known

    def outline(self, path: str) -> Outline | None:
        """Return the headings of a file."""
        return Outline(HEADINGS[path]) if path in HEADINGS else None

    def called(self, name: str) -> Iterable[str]:
        """Return the files of a name."""
        return [one for one in FILES if one.rpartition("/")[2] == name]


def judged(target: str, table: Table | None = None, *, at: str = "lists/list.md") -> object:
    """Say what becomes of a target of a list."""
    own = Sections(Outline(("Papers", "Survey & Review")))
    link = Link(url=target, line=3, column=7)
    found = Surroundings(own, at, table or Table()).judged(link)
    if isinstance(found, Lacking):
        assert (found.line, found.column, found.url) == (3, 7, target)
        return found.code, found.replacement, found.certain
    return found


@pytest.mark.parametrize(
    "target",
    [
        "../docs/here.md",
        "./../docs/here.md?raw=true",
        "/docs/here.md",
        "/./docs/here.md",
        "../docs/a%20b.pdf",
        "../docs/a b.pdf",
        "../docs",
        "../docs/",
        "../papers/",
        "..",
        "list.md",
        "list.md#papers",
        "../papers/e%CC%81.pdf",
        "#papers",
        "#L3",
        "../docs/here.md#part-one",
        "../docs/#folder",
        "../docs/a%20b.pdf#page=3",
        "../papers/Codd.pdf#anything",
    ],
)
def test_what_is_there_is_found(target: str) -> None:
    """However it is written: escapes, queries, slashes, from the root, folders with README."""
    assert judged(target) == "found"


@pytest.mark.parametrize(
    ("target", "meant", "certain"),
    [
        ("../docs/gone.md", None, False),
        ("gone/deep/er.md", None, False),
        ("../papers/codd.pdf", "../papers/Codd.pdf", True),
        ("../Papers/CODD.PDF?raw=1#page=2", "../papers/Codd.pdf?raw=1#page=2", True),
        ("/DOCS/a%20B.pdf", "/docs/a%20b.pdf", True),
        ("../docs/heer.md", "../docs/here.md", False),
        ("../notes/moved.md", "../notes/one/moved.md", False),
        ("./README.md/x", None, False),
        ("list.md/x.md", None, False),
        ("notes.md", None, False),
    ],
)
def test_missing_file(target: str, meant: str | None, certain: bool) -> None:
    """The one that differs in case only is certain; a likeness and a file that moved are not."""
    assert judged(target) == ("file-missing", meant, certain)


def test_suggestion_is_written_as_the_target_was() -> None:
    """A dotted path stays dotted."""
    assert judged("./docs/HERE.md", at="README.md") == ("file-missing", "./docs/here.md", True)


@pytest.mark.parametrize(
    ("target", "meant", "certain"),
    [
        ("#nowhere", None, False),
        ("#survey-review", "#survey--review", True),
        ("../docs/here.md#part-two", "../docs/here.md#part-one", False),
        ("../docs/here.md#part.one", "../docs/here.md#part-one", True),
        ("../docs#nowhere", None, False),
        ("#https://arxiv.org/abs/1706.03762", "https://arxiv.org/abs/1706.03762", False),
    ],
)
def test_missing_heading(target: str, meant: str | None, certain: bool) -> None:
    """Of the list itself, of another file, of a folder's README."""
    assert judged(target) == ("heading-missing", meant, certain)


@pytest.mark.parametrize(
    "target",
    [
        "../../issues",
        "../../../other/README.md",
        "../..",
        "{{ site.url }}/x",
        "<path>",
        "a\\b.md",
        "%zz.md",
        "%FF.md",
        "?x=1",
        "../secret/x.md",
        "../module/x.md",
        "../module",
        "../papers/#section",
        "../docs/Guide.md#unread",
        "a](b",
    ],
)
def test_what_is_not_certain_is_not_said(target: str) -> None:
    """Out of the repository, templates, what cannot be read, submodules, no README."""
    assert judged(target) == "unsure"


def test_what_git_knows_is_not_missing() -> None:
    """A sparse checkout lacks it; its siblings stay missing."""
    table = Table(known=frozenset({"docs/sparse.md"}))
    assert judged("../docs/sparse.md", table) == "unsure"
    assert judged("../docs/gone.md", table) == ("file-missing", None, False)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/guide/", "unsure"),
        ("/img/a.png", "unsure"),
        ("guide/", "unsure"),
        ("guide", "unsure"),
        ("guide.html", "unsure"),
        ("#survey-review", "found"),
        ("guide.md", ("file-missing", None, False)),
    ],
)
def test_sites_have_addresses_of_their_own(target: str, expected: object) -> None:
    """A maker of sites makes pages of files; a file with an ending is a file there too."""
    assert judged(target, Table(is_site=True)) == expected


def test_other_hosts_name_headings_otherwise() -> None:
    """Punctuation does not count where the repository is not GitHub's."""
    assert judged("#survey-review", Table(is_github=False)) == "found"
    assert judged("#nowhere", Table(is_github=False)) == ("heading-missing", None, False)


def test_address_without_its_scheme_is_told_so() -> None:
    """It is a file to Markdown; the message names what was meant."""
    link = Link(url="example.org/paper", line=1, column=1)
    found = Surroundings(Sections(Outline(())), "list.md", Table()).judged(link)
    assert isinstance(found, Lacking)
    assert "https://" in found.message
    gone = Surroundings(Sections(Outline(())), "list.md", Table()).judged(
        Link(url="gone.md", line=1, column=1)
    )
    assert isinstance(gone, Lacking)
    assert "https://" not in gone.message


def test_root_that_nobody_knows() -> None:
    """Without git nobody knows what `/docs/here.md` begins with."""
    place = Surroundings(Sections(Outline(())), "list.md", Table(), rooted=False)
    assert place.judged(Link(url="/docs/gone.md", line=1, column=1)) == "unsure"


@pytest.mark.parametrize(
    ("target", "at", "path"),
    [
        ("a.md", "README.md", "a.md"),
        ("../a.md", "x/y.md", "a.md"),
        ("/a.md", "x/y.md", "a.md"),
        ("./x/../a.md#b", "y.md", "a.md"),
        ("a%2Fb", "y.md", "a/b"),
        ("%2e%2e/%2e%2e/etc/passwd", "x/y.md", None),
        ("../../etc/passwd", "x/y.md", None),
        ("#a", "y.md", None),
    ],
)
def test_path_of_a_target(target: str, at: str, path: str | None) -> None:
    """From the list's folder or the root, never out of the repository."""
    assert target_path(target, at) == path


def test_address_at_a_commit() -> None:
    """Files and folders have pages of their own; query and fragment stay."""
    commit = Commit("o/r", "a" * 40, "lists/list.md", Table())
    base = f"https://github.com/o/r/blob/{'a' * 40}"
    assert commit.address("../docs/a b.pdf#page=2") == f"{base}/docs/a%20b.pdf#page=2"
    assert commit.address("/docs/") == f"{base}/docs".replace("/blob/", "/tree/")
    assert commit.address("../../issues") is None


@pytest.mark.parametrize(
    ("url", "written", "expected"),
    [
        ("papers/a.pdf", None, True),
        ("#a", None, True),
        ("HTTPS://a.org", None, False),
        ("https://github.com/o/r/blob/main/a.md", None, False),
        ("https://github.com/o/r/blob/main/a.md", "a.md", True),
        ("https://github.com/o/r", "github.com/o/r", False),
        ("https://github.com/o/r", "((https://github.com/o/r", False),
        ("https://arxiv.org/abs/1706.03762", "arXiv:1706.03762", False),
    ],
)
def test_local_links(url: str, written: str | None, expected: bool) -> None:
    """Also those that got an address at GitHub; no address that was repaired."""
    assert is_local(Link(url=url, written=written, line=1, column=1)) is expected


@pytest.mark.parametrize("target", ["../docs/gone-{}.md", "#nowhere-{}", "../docs/here.md#no-{}"])
def test_many_missing_targets_take_linear_time(target: str, growth: Callable[..., float]) -> None:
    """Also those that look like what is there; suggestions have an end."""

    def look_up(number: int) -> None:
        headings = tuple(f"Nowhere {one}!" for one in range(number))
        place = Surroundings(Sections(Outline(headings)), "lists/list.md", Table())
        for one in range(number):
            place.judged(Link(url=target.format(f"x{one}"), line=1, column=1))

    assert growth(lambda number: number, look_up, small=600) < 24


def test_folder_of_git_is_no_part_of_the_repository() -> None:
    """It lies on this machine, and nobody who reads the list has it."""

    class Cloned(Table):
        def folder(self, path: str) -> Mapping[str, Kind] | None:
            found = {"": {".git": "folder"}, ".git": {"config": "file"}}
            return found.get(path)  # type: ignore[return-value]

    assert judged("/.git/config", Cloned()) == ("file-missing", None, False)


@pytest.mark.parametrize("target", ["../papers/%00.pdf", "../papers/a%0A.pdf", "%7F.md"])
def test_name_with_control_characters_is_none(target: str) -> None:
    """No file has it, so that none can be like it."""
    assert judged(target) == "unsure"
