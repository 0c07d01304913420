"""
The git program; nothing else here calls it.

The names that it is asked about (of a pull request) and the repository may be a stranger's. So no
name is ever an option, there is no shell, the environment is made anew, and what a repository's
settings may run is switched off where git has a switch: external diffs, textconv, the file system
monitor, hooks. Filters (`filter.<name>.clean`) have none, nor has the remote that a clone without
blobs fetches old ones from; both stand in the settings of a repository, which a clone does not
bring with it.
"""

import re
import shutil
import subprocess
from os import defpath
from os.path import expanduser
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigurationError

_REF: Final = re.compile(r"[^\s:^-][^\s:]{0,249}")
SECONDS: Final = 120
"""After which git is given up: a large repository on a slow disk takes seconds."""
_SAFE: Final = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.quotePath=false"),
    *("-c", "diff.external="),
)


def names_a_commit(ref: str) -> bool:
    """Say whether text may name one commit (gitrevisions); ranges and searches do not."""
    return bool(_REF.fullmatch(ref) and ref.isprintable() and ".." not in ref and "{/" not in ref)


def run_git(
    folder: Path, *arguments: str, purpose: str, seconds: float = SECONDS
) -> subprocess.CompletedProcess[bytes]:
    """
    Run git in a folder and return how it ended.

    Raises `ConfigurationError` where it is not installed or takes longer than `seconds`; `purpose`
    says in front what it is needed for.
    """
    program = shutil.which("git")
    if program is None:
        raise ConfigurationError(f"{purpose} needs the git program, and none is installed")
    try:
        return subprocess.run(  # noqa: S603  no shell, and no name is an option
            [program, *_SAFE, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"{purpose}: git took longer than {seconds} s") from error
    except OSError as error:
        raise ConfigurationError(f"{purpose}: git cannot be run ({error.strerror})") from error


def _environment() -> dict[str, str]:
    """
    Return all that git gets to know of our environment.

    No `GIT_*` of a hook that we may run in (`GIT_DIR`, `GIT_INDEX_FILE`, `GIT_EXTERNAL_DIFF`), and
    no token. The user's own settings are read: whom they trust stands there (`safe.directory`).
    """
    return {
        "HOME": expanduser("~"),
        "PATH": defpath,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def shown(text: str) -> str:
    """Return a stranger's text as a terminal shows and does not obey it."""
    shown = "".join(char if char.isprintable() else " " for char in text[:250])
    return shown.strip()
