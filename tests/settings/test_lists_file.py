"""A file of many lists: what it may hold, and faults that name file and line."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.settings.lists_file import read_lists_file
from pipeline.settings.loading import load


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, and no file of lists from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PIPELINE_LISTS_FILE", raising=False)


def written(data: str | bytes) -> Path:
    """Write a file of lists."""
    path = Path("lists.tsv")
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        "a\tone.md\nb b\thttps://example.org/two.md\n",
        "# name\tsource\n\na\tone.md\n  \nb b\thttps://example.org/two.md",
        "\ufeffa\tone.md\r\nb b\thttps://example.org/two.md\r\n",
        " a \t one.md \n#b\tthree.md\nb b\t\thttps://example.org/two.md\n",
    ],
    ids=["plain", "comments", "of Windows", "blanks"],
)
def test_each_line_is_a_list(data: str) -> None:
    """In the order of the file; comments, empty lines and blanks at the ends do not count."""
    found = read_lists_file(written(data))

    assert list(found.lists.items()) == [
        ("a", ("one.md",)),
        ("b b", ("https://example.org/two.md",)),
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("a\tone.md\nb two.md\n", "lists.tsv:2: should be a name"),
        ("# lists\n\na\t\n", "lists.tsv:3: should be a name"),
        ("\tone.md\n", "lists.tsv:1: should be a name"),
        ("a\tone.md\tmore\n", "lists.tsv:1: a name and a source are one tab apart"),
        ("a\x1b[31m\tone.md\n", "lists.tsv:1: a name and a source are one tab apart"),
        ("a\tone.md\nb\ttwo.md\na\tthree.md\n", "lists.tsv:3: lists.tsv:1 has a list of this name"),
        (b"a\tone.md\nb\t\xff.md\n", "lists.tsv:2: is not written in UTF-8"),
        ("# nothing\n", "lists.tsv: names no list"),
        ("", "lists.tsv: names no list"),
    ],
)
def test_fault_names_file_and_line(data: str | bytes, place: str) -> None:
    """And quotes nothing of the line: it may be a secret's file."""
    with pytest.raises(ConfigurationError) as caught:
        read_lists_file(written(data))

    assert str(caught.value).startswith(place)
    assert "three" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("path", ["absent.tsv", "."])
def test_what_is_no_file_is_said(path: str) -> None:
    """A folder, or nothing."""
    with pytest.raises(ConfigurationError, match=f"^{path}: "):
        read_lists_file(Path(path))


def test_ten_thousand_lists_keep_their_order() -> None:
    """And each knows its line."""
    found = read_lists_file(written("".join(f"list {n}\tl/{n}.md\n" for n in range(10_000))))

    assert list(found.lists)[9_999] == "list 9999"
    assert found.places["list 9999"] == "lists.tsv:10000"
    assert len(found.lists) == 10_000


def test_file_of_the_config_file_adds_to_its_lists() -> None:
    """`[lists]` first."""
    Path("pipeline.toml").write_text('lists_file = "lists.tsv"\n[lists]\nz = "z.md"\n')
    written("a\tone.md\n")

    assert load({}).lists == {"z": ("z.md",), "a": ("one.md",)}


def test_a_name_of_the_config_file_is_not_given_again() -> None:
    """Nobody could say which of the two it is."""
    Path("pipeline.toml").write_text('lists_file = "lists.tsv"\n[lists]\nz = "z.md"\n')
    written("a\tone.md\nz\ttwo.md\n")

    with pytest.raises(ConfigurationError, match=r"^lists\.tsv:2: \[lists\] has a list"):
        load({})


@pytest.mark.parametrize("by", ["flag", "environment"])
def test_named_file_takes_the_place_of_the_config_files_lists(
    by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As lists on the command line do."""
    Path("pipeline.toml").write_text('lists_file = "absent.tsv"\n[lists]\na = "z.md"\n')
    path = written("a\tone.md\n")
    if by == "environment":
        monkeypatch.setenv("PIPELINE_LISTS_FILE", str(path))

    assert load({"lists_file": path if by == "flag" else None}).lists == {"a": ("one.md",)}
