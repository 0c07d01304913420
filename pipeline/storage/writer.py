"""
Files, written whole or not at all: the only code that writes results, lists and decisions.

All are brought to disk next to their places before one is renamed: a full disk changes nothing.
What is to be renamed and deleted is noted in a journal first, so that a run that is killed in
between is finished by whoever comes next. What has not changed is not written.
"""

import errno
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Final, TypeVar

from pydantic import TypeAdapter

from pipeline.errors import ConfigurationError, OutputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ABANDONED_AFTER: Final = 3600.0
"""Seconds after which a temporary file is of a run that was killed."""


JOURNAL: Final = ".pipeline-journal"
"""Below an output folder, while files are renamed: pairs of a temporary file (or null) and name."""

_STEPS: Final = TypeAdapter(list[tuple[str | None, str]])

PART: Final = 1_000_000
"""Bytes of a long file that are written at a time."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file that is too long to be held; each is written as it is made."""

    lines: Iterable[str]


Content = str | bytes | Lines | Callable[[str], str]
"""
The text, the bytes or the lines of a file, or what makes its text of that which is there when it is
written: the way to change a file that others change too. The empty text stands for no file, a
surrogate for a byte that is no UTF-8 (as `surrogateescape` does), so that such bytes can be kept.
"""


F = TypeVar("F")
Files = Mapping[str, Content] | Iterable[tuple[str, Content]]
"""Contents by path; as pairs, each is written aside as it comes, and need not stay in memory."""


def write_files(
    out: Path,
    files: Files,
    *,
    synced: bool = True,
    manifest: str = "",
    gone: Iterable[str] = (),
) -> tuple[str, ...]:
    """
    Write files below `out`, all or none; return those that changed. `OutputError` names one.

    Where pairs cannot be made to their end, no file changes either.
    `synced=False` is for what can be made again, such as the thousands of pages of a site: the
    system brings them to disk when it likes (each for itself took 395 s for 20,000).
    `manifest` is one of the files, which names files of its folder, one a line: those that the old
    one names and the new one does not are deleted, so that nothing stays of what is made anew.
    `gone` are files that are deleted when the others are there; asked for when all are made.
    """
    with _alone_in(out):
        _finish(out)
        before = _named_by(out, manifest)
        changed = _write_files(out, files, gone, synced=synced)
        if manifest in changed:
            _delete(out, before - _named_by(out, manifest))
        return changed


def noting(files: Iterable[tuple[str, F]], names: list[str]) -> Iterator[tuple[str, F]]:
    """Yield files as they come, and note the names of those that have come."""
    for name, content in files:
        names.append(name)
        yield name, content


def finish_writing(out: Path) -> None:
    """
    Do what a run that was killed below `out` has left half done; one under way is waited for.

    For who reads several files that belong together. Raises `OutputError`.
    """
    if (out / JOURNAL).is_file():
        with _alone_in(out):
            _finish(out)


def _finish(out: Path) -> None:
    """Carry out a journal; one that was not written to its end had no effect yet."""
    journal = out / JOURNAL
    if not journal.is_file():
        return
    steps: list[tuple[str | None, str]] = []
    with _naming(journal), suppress(ValueError):
        steps = _STEPS.validate_json(journal.read_bytes())
    checked: set[Path] = set()
    for aside, name in steps:
        target = _target(out, name, checked)
        if aside is None:
            _delete(out, [name])
        elif (temporary := _temporary(target, aside)).is_file():
            with _naming(target):
                os.replace(temporary, target)
    with _naming(journal):
        journal.unlink()


def _temporary(target: Path, aside: str) -> Path:
    """Return a temporary file of a target; a journal that names anything else is not ours."""
    if "/" in aside or not (aside.startswith(f".{target.name}.") and aside.endswith(".tmp")):
        raise OutputError(f"{target}: the journal beside it is damaged ({JOURNAL}); delete that")
    return target.with_name(aside)


def _named_by(out: Path, manifest: str) -> set[str]:
    """Return the files that a manifest names, as paths below `out`."""
    target = out / manifest
    if not manifest or not target.is_file():
        return set()
    folder = PurePosixPath(manifest).parent
    with _naming(target):
        lines = target.read_text(encoding="utf-8", errors="replace").splitlines()
    return {str(folder / line) for line in lines if line}


def _delete(out: Path, names: Iterable[str]) -> None:
    """Delete files below `out`; what is not there, is no file or leads out of it stays."""
    checked: set[Path] = set()
    for name in names:
        with suppress(OSError, OutputError, ValueError):
            _target(out, name, checked).unlink()


def _write_files(out: Path, files: Files, gone: Iterable[str], *, synced: bool) -> tuple[str, ...]:
    # Temporary file and target; as text, for 20,000 pairs of paths take 30 MB.
    pending: dict[str, tuple[str, str]] = {}
    checked: set[Path] = set()
    folders: set[Path] = set()
    try:
        for name, text in files.items() if isinstance(files, Mapping) else files:
            if name in pending:  # the later one counts, as in a mapping
                os.unlink(pending.pop(name)[0])
            target = _target(out, name, checked)
            with _naming(target):
                content = _content(target, text)
                there = os.path.lexists(target)
                if there and isinstance(content, bytes) and _holds(target, content):
                    continue
                if target.parent not in folders:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    folders.add(target.parent)
                temporary = _written(target, content, synced=synced, there=there)
                if there and isinstance(content, Lines) and _is_same(target, temporary):
                    temporary.unlink()
                else:
                    pending[name] = str(temporary), str(target)
        _remove_abandoned(pending.values())
        changed, going = tuple(pending), list(gone)
        with _noted(out, pending, going) if synced else nullcontext():
            for name in changed:
                aside, place = pending[name]
                with _naming(place):
                    os.replace(aside, place)
                del pending[name]
            _delete(out, going)
            if synced:
                _sync_folders(folders)
    finally:
        for aside, _ in pending.values():
            with suppress(OSError):
                os.unlink(aside)
    return changed


@contextmanager
def _noted(
    out: Path, pending: Mapping[str, tuple[str, str]], going: Sequence[str]
) -> Iterator[None]:
    """Keep a journal of what is done to several files meanwhile; what it lists is on disk."""
    if len(pending) + len(going) < 2:
        yield
        return
    journal = out / JOURNAL
    renames = [(os.path.basename(aside), name) for name, (aside, _) in pending.items()]
    steps = json.dumps([*renames, *((None, name) for name in going)])
    with _naming(journal):
        with journal.open("x", encoding="ascii") as file:
            file.write(steps)
            file.flush()
            os.fsync(file.fileno())
        _sync_folders([out])
    try:
        yield
    except Exception:
        journal.unlink()
        raise
    except BaseException:  # whoever interrupts waits for some renames
        _finish(out)
        raise
    journal.unlink()


def replace_file(path: Path, content: bytes, *, expected: bytes | None = None) -> None:
    """Write a file, keeping its mode and owner; `OutputError` where it does not hold `expected`."""
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if expected is not None and path.read_bytes() != expected:
            raise OutputError(f"{path}: was changed meanwhile, so nothing was written; run again")
        temporary = _written(path, content, synced=True, there=os.path.lexists(path))
        try:
            _remove_abandoned(((str(temporary), str(path)),))
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def ensure_writable(out: Path, names: Iterable[str]) -> None:
    """Raise `ConfigurationError` where a file below `out` cannot be written; leave nothing."""
    for name in names:
        try:
            target = _target(out, name, set())
            with _naming(target):
                _probe(target)
        except OutputError as error:
            raise ConfigurationError(f"--out {error}") from error


def _content(target: Path, text: Content) -> bytes | Lines:
    if isinstance(text, bytes | Lines):
        return text
    if isinstance(text, str):
        return text.encode("utf-8", "replace")
    there = target.read_bytes() if target.exists() else b""
    return text(there.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """
    Keep other processes that write below `folder` waiting.

    A lock on the folder itself leaves no file behind; where there is none (NFS, Windows) we go on.
    """
    with ExitStack() as stack, _naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if fcntl is not None:
            with suppress(OSError):
                descriptor = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _naming(path: Path | str) -> Iterator[None]:
    """Turn what the system says into one sentence about a file."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path}: cannot be written ({reason})") from error


def _target(out: Path, name: str, checked: set[Path]) -> Path:
    """
    Return the place of a file; folders below `out` that lead out of it are refused.

    Each folder is looked at once, and then among those `checked`.
    """
    parts = PurePosixPath(name)
    target = out / parts
    if parts.is_absolute() or ".." in parts.parts:
        raise OutputError(f"{target}: is outside of {out}")
    if target.parent in checked:
        return target
    with _naming(target):
        root, folder = os.path.realpath(out), os.path.realpath(target.parent)
        if not Path(folder).is_relative_to(root):
            raise OutputError(f"{target.parent}: leads out of {out}, so nothing is written there")
    checked.add(target.parent)
    return target


def _holds(target: Path, content: bytes) -> bool:
    """Say whether a file has this content already. A symbolic link is never taken for the file."""
    try:
        status = target.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(content):
            return False
        return target.read_bytes() == content
    except FileNotFoundError:
        return False


def _is_same(target: Path, written: Path) -> bool:
    """Say whether a file has the content of another. A symbolic link is never taken for it."""
    return not target.is_symlink() and target.is_file() and cmp(target, written, shallow=False)


def _parts(content: bytes | Lines) -> Iterator[bytes]:
    """Yield content in parts of some size."""
    if isinstance(content, bytes):
        yield content
        return
    part = bytearray()
    for line in content.lines:
        part += line.encode("utf-8", "replace") + b"\n"
        if len(part) > PART:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def _written(target: Path, content: bytes | Lines, *, synced: bool, there: bool) -> Path:
    """
    Write content next to its target, `synced`: to disk too.

    It gets the permissions of the target, where something is `there`.
    """
    if there and target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    temporary = target.parent / f".{target.name}.{token_hex(6)}.tmp"
    # Not tempfile: its files are for their owner alone, and here the user's umask is to count.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        try:
            if there and target.is_file() and not target.is_symlink():
                _keep_owner_and_mode(descriptor, temporary, target.stat())
            for part in _parts(content):
                left = memoryview(part)
                while left:
                    left = left[os.write(descriptor, left) :]
            if synced:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _keep_owner_and_mode(descriptor: int, temporary: Path, old: os.stat_result) -> None:
    """Give a new file what its place had; Windows has no owner to change."""
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))


def _remove_abandoned(pending: Iterable[tuple[str, str]]) -> None:
    """
    Delete temporary files of these targets that a killed run has left, but for those given.

    Each folder is read once. The last file written there tells the time of its file system.
    """
    folders: dict[str, dict[str, str]] = {}
    for temporary, target in pending:
        folder, name = os.path.split(target)
        folders.setdefault(folder or ".", {})[name] = temporary
    for folder, own in folders.items():
        with suppress(OSError):
            now = os.stat(next(reversed(own.values()))).st_mtime
            ours = {os.path.basename(path) for path in own.values()}
            hidden = {name for name in os.listdir(folder) if name[0] == "." and name[-4:] == ".tmp"}
            for other in hidden - ours:
                path, name = os.path.join(folder, other), other[1:].rsplit(".", 2)[0]
                if name in own and now - os.stat(path).st_mtime > ABANDONED_AFTER:
                    os.unlink(path)


def _sync_folders(folders: Iterable[Path]) -> None:
    """Bring renames to disk; a file system that cannot do so has them all the same."""
    for folder in sorted(folders):
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _probe(target: Path) -> None:
    """Create and delete a file where `target` would be created, or as near above as there is."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    folder = target.parent
    while not folder.exists() and not folder.is_symlink():
        folder = folder.parent
    probe = folder / f".{target.name}.{token_hex(6)}.tmp"
    os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    probe.unlink()
