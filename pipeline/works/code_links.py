"""
Which repositories a paper's abstract or its comment on arXiv names as its own. Pure, linear.

In: the two texts. Out: addresses at GitHub, GitLab, Codeberg, Bitbucket and Hugging Face, each with
whether the words before it call it the paper's own. "Our code is at X" does; "we build on X" and
"using X" do not, and of "our code builds on X and is available at Y" only Y is. What stands between
an address and the one before it, or the start of its sentence, decides. In a comment, which is
about nothing but the paper, an address without any word is its own too; in an abstract it is not.

Project pages, profiles and lists of repositories are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Final, Literal

from pipeline.records.catalog import Paper
from pipeline.urls import target_of
from pipeline.works.forges import page_of, project
from pipeline.works.repositories import repository

LONGEST: Final = 8_000
"""Characters of a text that are looked at."""
_BEFORE: Final = 300
"""Characters before an address that may say whose it is."""

Origin = Literal["abstract", "comment"]


@dataclass(frozen=True, slots=True)
class CodeLink:
    """A repository that a text names."""

    url: str
    """As it is written now: `https://github.com/owner/name`, a folder of it where one is named."""
    origin: Origin
    is_own: bool
    """Whether the text calls it the paper's own."""
    key: str | None = None
    """As `RepositoryPart.key`; None at Hugging Face, which has models and data."""
    full_name: str = ""
    """As it is written: `owner/name`."""
    is_root: bool = True
    """Whether the repository itself is named, and no folder or file of it."""


_HOSTS: Final = "github.com gitlab.com codeberg.org bitbucket.org huggingface.co".split()  # noqa: SIM905
_ADDRESS: Final = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:www\.)?(?P<host>{'|'.join(map(re.escape, _HOSTS))})"
    r"/(?P<path>[^\s{}<>|^`\"”’\[\]()（）,;，；。、]{3,200})",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(
    r"(?P<scheme>https?:)\s+(?P<slashes>//)"
    r"|(?P<start>(?:github|gitlab)\.com/|codeberg\.org/|bitbucket\.org/|huggingface\.co/)"
    r"\s+(?P<rest>[\w.-]+/[\w-])"
    r"|(?P<owner>(?:github|gitlab)\.com/[\w-]+/)\s+(?P<name>[\w.-]*(?-i:[A-Z0-9_-])[\w.-]*)"
    r"(?=[\s.,;)}]*(?:\Z|[.,;)}]))"
    r"|(?P<half>(?:github|gitlab)\.com/[\w-]+/[\w.-]*\w-)\s+(?P<other>\w)",
    re.IGNORECASE,
)
"""An address that a line break has cut, where what follows can be no word of the sentence."""
_TEX: Final = (
    (re.compile(r"\\(?:url|href|texttt|path|nolinkurl|footnote)\s*(?=\\?\{)"), " "),
    (re.compile(r"\\([{}_#%&~$-])"), r"\1"),
    (re.compile(r"\\textunderscore(?:\{\})?\s?"), "_"),
)
_SENTENCE: Final = re.compile(r"[.!?](?:\s|\Z)|\n\s*\n|[.!?](?=[A-Z])")

_NEXT: Final = re.compile(r"[\s,;&/]*(?:and|or)?\s*")
"""What stands between two addresses of which the same is said."""
_OWN: Final = re.compile(
    r"\b(?:code(?:s|base)?|(?:source|demo|sources|implementations?|scripts?|data(?:sets?)?|models?"
    r"|checkpoints?|weights|toolkit|librar(?:y|ies)|framework|package|software|repositor(?:y|ies)"
    r"|benchmark|materials?|resources?|details?|project|prompts?|documentation|experiments?)"
    r"|avail?able|release[ds]?|releasing|open[- ]?sourced?|publicly|publish(?:ed)?|provided?"
    r"|accessible|accessed|access|found|hosted|maintained?|download\w*|shared?|reproduc\w+"
    r"|made public|github|gitlab|hugging ?face)\b",
    re.IGNORECASE,
)
_FOREIGN: Final = re.compile(
    r"\b(?:bas(?:ed|es|ing) (?:up)?on|buil(?:t|d|ds|ding) (?:up|on|off|from|with|top)|on top of"
    r"|us(?:e|es|ing) (?!of\b|for\b)|used (?:the|an?|its|their|code)|utili[sz]\w+|employ\w*"
    r"|adopt\w*|leverag\w+|adapt(?:ed|s)? (?:from|to)|modif\w+|fork(?:s|ed)?|deriv\w+"
    r"|extend(?:s|ed|ing)?"
    r"|extension of|follow(?:s|ing)? (?!(?:the )?(?:link|url|address|repo|github|page))"
    r"|compar\w+ (?:with|to|against)|against|outperform\w*|baselines? (?:of|from|like|such)"
    r"|evaluat\w+ (?:on|with)|tested on|applied to|integrat\w+ (?:in|into|with)|part of"
    r"|plug[- ]?in (?:of|for)|thank\w*|inspired by"
    r"|(?:code|data|dataset|models?|implementation|results|taken|obtained|collected|crawled|mined"
    r"|downloaded|retrieved|borrowed|reused?|extracted|sourced|drawn|originat\w+) from"
    r"|such as|like|e\.g|including|for example|for instance|unlike|instead of|existing|popular"
    r"|(?:the |its )original (?:code|implementation|repo\w*|authors?)|third[- ]party|previous|prior"
    r"|official (?:code|implementation|repo\w*) (?:of|from|by) (?!our|this|the paper)"
    r"|re-?implement\w* (?:of|by)|replicat\w+ (?:of|by)|issues? of|competition|see also)\b",
    re.IGNORECASE,
)
_RELEASED: Final = re.compile(
    r"\b(?:our|we|this (?:paper|work)|the paper'?s)\b[^.]{0,120}"
    r"\b(?:code|implementation|releas\w+|open[- ]?sourc\w+|avail?able|publish\w*|provide|share)\b"
    r"|\b(?:code|implementation)s?\b[^.]{0,120}\b(?:is|are|was|were|be|been)\b[^.]{0,60}"
    r"\b(?:avail?able|releas\w+|open[- ]?sourc\w+|found|accessible|published|provided)\b",
    re.IGNORECASE,
)


def code_links(abstract: str | None, comment: str | None = None) -> tuple[CodeLink, ...]:
    """Return the repositories that a paper's texts name, each once, its own first as they stand."""
    found: dict[str, CodeLink] = {}
    texts: tuple[tuple[str | None, Origin], ...] = ((abstract, "abstract"), (comment, "comment"))
    for text, origin in texts:
        if not text or not any(host in text.lower() for host in _HOSTS):
            continue
        for link in _named(_readable(text), origin):
            known = found.setdefault(link.url.lower(), link)
            if link.is_own and not known.is_own:
                found[link.url.lower()] = replace(known, is_own=True, origin=origin)
    return tuple(sorted(found.values(), key=lambda one: not one.is_own))


def _readable(text: str) -> str:
    """Return a text without TeX around addresses, and with those together that a break has cut."""
    plain = unescape(text)[:LONGEST]
    for pattern, instead in _TEX:
        plain = pattern.sub(instead, plain)
    return _JOINED.sub(lambda cut: "".join(filter(None, cut.groups())), plain)


def _named(text: str, origin: Origin) -> Iterator[CodeLink]:
    end, was_own = 0, False
    for match in _ADDRESS.finditer(text):
        link = _read(match["host"].lower(), match["path"].rstrip(".:!?'*\\/"), origin)
        before = text[max(end, match.start() - _BEFORE) : match.start()].rstrip(" {}()[]\n\t:")
        is_first, is_label = end == 0, not before and end > 0  # `\href{X}{X}`
        end = match.end()
        if link is not None and not is_label:
            sentence = _SENTENCE.split(before.rstrip(".!? "))[-1]  # `… on GitHub.\footnote{X}`
            if is_first or not _NEXT.fullmatch(sentence):
                was_own = _is_own(sentence, origin)
            yield replace(link, is_own=was_own)


def _is_own(before: str, origin: Origin) -> bool:
    """Say whether the words before an address call it the paper's own."""
    foreign = _last(_FOREIGN, before)
    if foreign is not None:
        # "implemented using PyTorch, our code is available at": what was said last counts.
        return _RELEASED.search(before, foreign) is not None
    return origin == "comment" or _OWN.search(before) is not None


def _last(pattern: re.Pattern[str], text: str) -> int | None:
    """Return where the last match of a pattern ends."""
    ends = [match.end() for match in pattern.finditer(text)]
    return ends[-1] if ends else None


def own_code(paper: Paper) -> tuple[CodeLink, ...]:
    """Return the repositories that a paper itself calls its own."""
    comment = paper.arxiv.comment if paper.arxiv is not None else None
    return tuple(one for one in code_links(paper.abstract, comment) if one.is_own)


def _read(host: str, path: str, origin: Origin) -> CodeLink | None:
    url = f"https://{host.removeprefix('www.')}/{path}"
    if host == "github.com":
        found = repository(url)
        if found is None or found.name.lower().endswith(".github.io"):
            return None
        whole = found.url if found.is_root else url
        return CodeLink(
            whole, origin, False, found.full_name.lower(), found.full_name, found.is_root
        )
    if (other := project(url)) is not None:
        whole = page_of(other.forge, other.path) if other.is_root else url
        return CodeLink(whole, origin, False, other.key, other.path, other.is_root)
    target = target_of(url)
    first, *rest = target.path if target is not None and target.path else ("",)
    is_other = first.lower() in _NO_OWNERS or len(rest) < (2 if first in _FOLDERS else 1)
    return None if is_other or "huggingface" not in host else CodeLink(url, origin, False)


_FOLDERS: Final = ("datasets", "spaces")
"""Of Hugging Face, above owner and name."""
_NO_OWNERS: Final = frozenset("papers docs blog collections posts".split())  # noqa: SIM905
