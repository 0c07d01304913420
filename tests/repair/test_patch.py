"""Unified diffs as git writes them; git itself is the judge."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.repair.patch import quoted, unified_diff, unobeyed_patch

GIT = shutil.which("git")
PATCH = shutil.which("patch")

NUMBERS = b"".join(b"%d\n" % number for number in range(1, 31))

TEXTS = {
    "one line": (b"a\n", b"b\n"),
    "first and last line": (NUMBERS, NUMBERS.replace(b"1\n", b"x\n", 1).replace(b"30\n", b"y\n")),
    "two hunks": (NUMBERS, NUMBERS.replace(b"\n5\n", b"\nx\n").replace(b"\n25\n", b"\ny\n")),
    "six lines between are one hunk": (
        NUMBERS,
        NUMBERS.replace(b"\n5\n", b"\nx\n").replace(b"\n12\n", b"\ny\n"),
    ),
    "neighbours": (NUMBERS, NUMBERS.replace(b"\n5\n6\n", b"\nx\ny\n")),
    "CRLF": (b"a\r\nb\r\nc\r\n", b"a\r\nx\r\nc\r\n"),
    "mixed line ends": (b"a\r\nb\nc\rd\n", b"a\r\nx\nc\rd\n"),
    "CR alone": (b"a\rb\rc", b"a\rx\rc"),
    "no newline at the end": (b"a\nb", b"a\nx"),
    "no newline at the end, far away": (b"a\nb\nc\nd\ne\nf", b"x\nb\nc\nd\ne\nf"),
    "byte order mark": (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n"),
    "not UTF-8": (b"caf\xe9\n\xff\xfe\n", b"caf\xe9s\n\xff\xfe\n"),
    "UTF-16": ("\ufeffa\nb\n".encode("utf-16-le"), "\ufeffa\nx\n".encode("utf-16-le")),
    "trailing spaces": (b"a  \nb\t\n\n\n", b"a  \nx\t\n\n\n"),
    "a line that looks like a header": (b"-- a\n++ b\n", b"-- x\n++ b\n"),
    "lines come": (b"a\nb\n", b"a\nx\ny\nb\n"),
    "lines go": (b"a\nx\ny\nb\n", b"a\nb\n"),
    "the newline comes": (b"a", b"a\n"),
    "the newline goes": (b"a\n", b"a"),
}


def git(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git, without the settings of this machine."""
    if GIT is None:
        pytest.skip("needs git")
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    return subprocess.run(
        [GIT, *arguments], cwd=folder, input=given, env=environment, capture_output=True, check=True
    )


@pytest.mark.parametrize("name", TEXTS)
def test_git_takes_the_patch(name: str, tmp_path: Path) -> None:
    """`git apply` turns the old bytes into the new ones, whatever they are."""
    old, new = TEXTS[name]
    (tmp_path / "list.md").write_bytes(old)

    git(tmp_path, "apply", "-", given=unified_diff(old, new, "list.md"))

    assert (tmp_path / "list.md").read_bytes() == new


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "UTF-16"])
def test_patch_takes_the_patch(name: str, tmp_path: Path) -> None:
    """So does `patch -p1`, for text of one byte order at least."""
    if PATCH is None:
        pytest.skip("needs patch")
    old, new = TEXTS[name]
    (tmp_path / "a list.md").write_bytes(old)

    done = subprocess.run(
        [PATCH, "-p1", "--binary"],
        cwd=tmp_path,
        input=unified_diff(old, new, "a list.md"),
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert (tmp_path / "a list.md").read_bytes() == new


@pytest.mark.parametrize(
    "path",
    [
        "list.md",
        "data/lists/my list.md",
        "söme/列表.md",
        'quo"te\\.md',
        "tab\tand\nline.md",
        b"latin-\xe9.md".decode("utf-8", "surrogateescape"),
    ],
)
def test_patch_is_what_git_itself_writes(path: str, tmp_path: Path) -> None:
    """Byte for byte, names and their quotes included (without modes, hashes and function names)."""
    old, new = TEXTS["two hunks"]
    git(tmp_path, "init", "-q")
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(old)
    git(tmp_path, "add", "-A")
    file.write_bytes(new)

    written = git(tmp_path, "diff", "--no-color").stdout.splitlines(keepends=True)
    expected = b"".join(
        line if not line.startswith(b"@@") else line[: line.index(b"@@", 2) + 2] + b"\n"
        for line in written
        if not line.startswith(b"index ")
    )
    assert unified_diff(old, new, path) == expected
    file.write_bytes(old)
    git(tmp_path, "apply", "--check", "-", given=unified_diff(old, new, path))


@pytest.mark.parametrize("seed", range(30))
def test_patch_of_any_change_applies(seed: int, tmp_path: Path) -> None:
    """Round trip: lines of all kinds, changed at random places."""
    dice = random.Random(seed)  # noqa: S311  no secret
    ends = [b"\n", b"\r\n", b" \n", b"\r\r\n"]
    lines = [b"%d%b" % (dice.randrange(5), dice.choice(ends)) for _ in range(dice.randrange(1, 40))]
    if dice.random() < 0.5:
        lines.append(b"end")
    changed = [b"x" + line if dice.random() < 0.2 else line for line in lines]
    old, new = b"".join(lines), b"".join(changed)
    (tmp_path / "l").write_bytes(old)

    if old != new:
        git(tmp_path, "apply", "-", given=unified_diff(old, new, "l"))

    assert (tmp_path / "l").read_bytes() == new


def test_nothing_changed_is_no_patch() -> None:
    """Not even a header."""
    assert unified_diff(NUMBERS, NUMBERS, "list.md") == b""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/list.md", b"a/list.md"),
        ("a/my list.md", b"a/my list.md"),
        ("a/é", b'"a/\\303\\251"'),
        ('a/"', b'"a/\\""'),
        ("a/\x01", b'"a/\\001"'),
    ],
)
def test_name_is_quoted_as_git_quotes(path: str, name: bytes) -> None:
    """Plain ASCII, spaces too, stands as it is; all else stands in quotes."""
    assert quoted(path) == name


@pytest.mark.parametrize(
    "line", [b" ::error::x", b"\x0b::set-env name=x::y", b"a\r::error::x", b"a ##[x]b"]
)
def test_no_runner_obeys_a_line_of_a_patch(line: bytes) -> None:
    """Commands are off around it, by a word that the list cannot know; git applies it as before."""
    patch = unified_diff(line + b"\nold\n", line + b"\nnew\n", "a.md")
    shown = unobeyed_patch(patch, "0123abcd")

    assert shown == b"::stop-commands::0123abcd\n" + patch + b"::0123abcd::\n"


def test_a_harmless_patch_stays_as_it_is() -> None:
    """Byte for byte."""
    patch = unified_diff(b"old\n", b"new\n", "a.md")

    assert unobeyed_patch(patch, "0123abcd") == patch
