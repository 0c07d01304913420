"""Files that are written as their lines are made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.storage import writer
from pipeline.storage.writer import Lines, write_files


@pytest.mark.parametrize("part", [1, 10, 1_000_000])
def test_lines_are_written_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """Whole, in order, whatever is written at a time; half a surrogate pair as elsewhere."""
    monkeypatch.setattr(writer, "PART", part)
    assert write_files(tmp_path, {"a.jsonl": Lines(iter(["one", "zwölf", "\ud83d"]))}) == (
        "a.jsonl",
    )
    assert (tmp_path / "a.jsonl").read_bytes() == "one\nzwölf\n?\n".encode()


def test_the_same_lines_change_nothing(tmp_path: Path) -> None:
    """Neither the file nor its time; a symbolic link is no such file; nothing is left beside it."""
    file = tmp_path / "a.jsonl"
    write_files(tmp_path, {"a.jsonl": Lines(["one", "two"])})
    before = file.stat()
    assert write_files(tmp_path, {"a.jsonl": Lines(["one", "two"])}) == ()
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_files(tmp_path, {"a.jsonl": Lines(["one", "two", "three"])}) == ("a.jsonl",)

    file.rename(tmp_path / "b.jsonl")
    file.symlink_to(tmp_path / "b.jsonl")
    assert write_files(tmp_path, {"a.jsonl": Lines(["one", "two", "three"])}) == ("a.jsonl",)
    assert not file.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl"]


def test_fault_in_the_lines_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """All or none, here too."""

    def broken() -> Iterator[str]:
        yield "three"
        raise LookupError("broken")

    write_files(tmp_path, {"a.jsonl": Lines(["one"])})
    with pytest.raises(LookupError, match="broken"):
        write_files(tmp_path, {"a.jsonl": Lines(broken())})
    assert (tmp_path / "a.jsonl").read_text(encoding="utf-8") == "one\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
