"""
The files that `pipeline init` writes, from what a folder is. Pure.

Names of files and folders are a stranger's text: they stand in quotes of TOML and YAML only, with
every character escaped that could end them, and in no comment and no script.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from pipeline import DOCS, REPOSITORY, __version__
from pipeline.formats.files import EVENTS, HISTORY
from pipeline.formats.toml_text import toml_value
from pipeline.publishing import additions
from pipeline.works.decisions import DECISIONS

CONFIG: Final = "pipeline.toml"
ATTRIBUTES: Final = ".gitattributes"
WORKFLOW: Final = ".github/workflows/papers.yml"
REVIEW: Final = ".github/workflows/review.yml"
ADD: Final = ".github/workflows/new-papers.yml"
FORM: Final = ".github/ISSUE_TEMPLATE/new-paper.yml"

PURPOSES: Final[Mapping[str, str]] = {
    CONFIG: "the lists and the settings",
    ATTRIBUTES: "how git merges the history and your decisions",
    WORKFLOW: "two runs a week in GitHub Actions, and one issue with what to do",
    REVIEW: "a review of the entries that pull requests add or change",
    ADD: "pull requests for the papers that readers propose by the form",
    FORM: "a form by which readers propose papers",
}

FORCED: Final[Mapping[str, str]] = {ATTRIBUTES: "adds two lines to it"}
"""What `--force` does where it does not replace a file."""

CHECKOUT: Final = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
UPLOAD: Final = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2"
DOWNLOAD: Final = "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0"


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder is, as far as its files depend on it."""

    lists: Mapping[str, str]
    """Name → path or address."""
    repository: str | None = None
    """`owner/name` on GitHub."""
    is_elsewhere: bool = False
    """Whether its remotes are not on GitHub, so that a workflow there would never run."""


def files_of(folder: Folder, *, review: bool = False, adds: bool = False) -> dict[str, str]:
    """Return path → text of every file; with the workflow for reviews, and for filled forms."""
    files = {CONFIG: config(folder), ATTRIBUTES: "\n".join(attributes()) + "\n"}
    if not folder.is_elsewhere:
        files |= {WORKFLOW: workflow(folder.repository or ""), FORM: form(list(folder.lists))}
        files |= {REVIEW: review_workflow()} if review else {}
        files |= {ADD: add_workflow()} if adds else {}
    return files


def config(folder: Folder) -> str:
    """Return the config file: the lists, and every setting that many want, with a comment."""
    contact = '# contact = "https://github.com/you/your-list"'
    if folder.repository:
        contact = f"contact = {toml_value(f'https://github.com/{folder.repository}')}"
    lists = "\n".join(f"{_key(name)} = {toml_value(path)}" for name, path in folder.lists.items())
    return f"""\
# Settings of `pipeline`. All of them, with their defaults: {DOCS}/settings.md
# Settings stand above [lists]: what stands below it is a list.

# A URL or a mail address that the owners of hosts can reach you by.
{contact}

# Stop sending requests after this time; the next run does the rest.
# time_budget = "30m"

# Links that are never checked: shell patterns over the whole URL. What is right as it is for a
# while belongs into pipeline-ignore.toml, with a reason and a last day.
# exclude = ["https://intranet.example.org/*"]

# Also ask about papers: crossref, semanticscholar, openalex, huggingface, openreview.
# sources = ["crossref"]

# Search for sections of pages (`#…`), and for archived copies of dead links: more requests.
# fragments = true
# wayback = true

# name = "path", or a folder, a glob, an https URL, or github:owner/repo
[lists]
{lists}
"""


def _key(name: str) -> str:
    """Return a key of TOML: bare where it may be (TOML 1.0, “Keys”), else in quotes."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def attributes(out: str = "data") -> tuple[str, ...]:
    """Return the lines for git: both files only grow, so the lines of both sides are kept."""
    return tuple(f"{out}/{name} merge=union" for name in (HISTORY, EVENTS, DECISIONS))


def with_attributes(text: str) -> str:
    """Return a `.gitattributes` with the lines that it lacks at its end."""
    there = {" ".join(line.split()) for line in text.splitlines()}
    missing = [line for line in attributes() if line not in there]
    if not missing:
        return text
    start = text if not text or text.endswith("\n") else f"{text}\n"
    return start + "".join(f"{line}\n" for line in missing)


def workflow(repository: str) -> str:
    """
    Return the workflow: the action of this program, which keeps its memory and the rolling issue.

    It starts at a time of its own for every repository, for at full hours GitHub's runners are busy
    and so are the services that are asked.
    """
    digest = crc32(repository.encode())
    minute, hour = 1 + digest % 58, 2 + digest // 58 % 5
    minute += minute % 5 == 0
    return f"""\
name: Papers
on:
  schedule: [{{ cron: "{minute} {hour} * * 2,5" }}]
  workflow_dispatch:
permissions: {{ contents: read, issues: write }}
jobs:
  papers:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: {CHECKOUT}
        with: {{ persist-credentials: false, fetch-depth: 0 }}
      - uses: {REPOSITORY}@v{__version__}
        with: {{ issue: true }}
"""


def review_workflow(version: str = f"v{__version__}") -> str:
    """
    Return the workflow that reviews pull requests, from forks too, without running their code.

    `pull_request_target` runs what the base branch has. The job that reads strangers' text and asks
    strangers' hosts has a token that can only read; the one that writes asks GitHub alone.
    """
    ours = f"{REPOSITORY}@{version}"
    return f"""\
name: Review
on:
  pull_request_target:
    paths: ["**.md"]
permissions: {{ contents: read }}
concurrency:
  group: review-${{{{ github.event.pull_request.number }}}}
  cancel-in-progress: true
jobs:
  look:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: {{ contents: read, pull-requests: read }}
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
          ref: ${{{{ github.event.pull_request.base.sha }}}} # never the head
      - uses: {ours}
        with: {{ setup-only: true }}
      - run: pipeline publish review --save review.json
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
          PIPELINE_CONTACT: ${{{{ github.server_url }}}}/${{{{ github.repository }}}}
      - uses: {UPLOAD}
        with: {{ name: review, path: review.json }}
  say:
    needs: look
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions: {{ pull-requests: write }}
    steps:
      - uses: {ours}
        with: {{ setup-only: true }}
      - uses: {DOWNLOAD}
        with: {{ name: review }}
      - run: pipeline publish review --load review.json --write
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
"""


def add_workflow(version: str = f"v{__version__}") -> str:
    """
    Return the workflow that turns filled forms into pull requests.

    An event of an issue runs what the default branch has. One job is enough: no address of the
    issue is ever asked, only the services that tell what an identifier or a title is.
    """
    return f"""\
name: New papers
on:
  issues:
    types: [opened, edited, reopened]
permissions: {{ contents: read }}
concurrency: add-${{{{ github.event.issue.number }}}}
jobs:
  add:
    if: contains(github.event.issue.body, '### {additions.LINK}')
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: {{ contents: write, issues: write, pull-requests: write }}
    steps:
      - uses: {CHECKOUT}
        with: {{ persist-credentials: false }}
      - uses: {REPOSITORY}@{version}
        with: {{ setup-only: true }}
      - run: pipeline publish add --write
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
          PIPELINE_CONTACT: ${{{{ github.server_url }}}}/${{{{ github.repository }}}}
"""


def form(lists: Sequence[str]) -> str:
    """Return the issue form for a paper that is not in the lists yet."""
    parts = [
        _field("link", additions.LINK, "arXiv, DOI, OpenReview, ACL Anthology", required=True),
        _field("title", additions.TITLE, "As the paper has it; not needed where arXiv knows it"),
        _field("code", additions.CODE, "https://github.com/owner/name"),
        _field("section", additions.SECTION, "Where it should stand"),
    ]
    if len(lists) > 1:
        parts.insert(1, _choice("list", additions.LIST, lists))
    return f"""\
name: New paper
description: Propose a paper for the list
title: "Paper: "
body:
{"".join(parts)}\
  - type: checkboxes
    id: looked
    attributes:
      label: Before you send this
      options:
        - label: I have looked for the paper in the list.
          required: true
"""


def _field(name: str, label: str, hint: str, *, required: bool = False) -> str:
    return f"""\
  - type: input
    id: {name}
    attributes:
      label: {label}
      placeholder: {_yaml(hint)}
    validations:
      required: {str(required).lower()}
"""


def _choice(name: str, label: str, options: Iterable[str]) -> str:
    lines = "".join(f"        - {_yaml(option)}\n" for option in options)
    return f"""\
  - type: dropdown
    id: {name}
    attributes:
      label: {label}
      options:
{lines}\
    validations:
      required: true
"""


_ESCAPED: Final = re.compile(r'[\\"]|[^\x20-\x7e\xa0-\u2027\u202f-\ud7ff\ue000-\ufffc]')


def _yaml(text: str) -> str:
    """Return a double-quoted scalar (YAML 1.2, 5.7 and 7.3.1): what could end it is escaped."""

    def escaped(match: re.Match[str]) -> str:
        code = ord(match[0])
        if match[0] in '\\"':
            return f"\\{match[0]}"
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    return f'"{_ESCAPED.sub(escaped, text)}"'
