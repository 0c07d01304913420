"""What holds of every repair: lists and answers thrown together, seeded."""

import random
import re
from collections import Counter
from html import unescape

import pytest

from pipeline.markdown.entries import read_list
from pipeline.previous import Previous
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.repair.fixes import BY_DEFAULT, planned
from pipeline.repair.repairs import LastRun
from pipeline.repair.rewriting import applied

HOSTS = ("a.example", "b.example", "tool.example", "x.co.uk", "ann.github.io")
PATHS = ("", "tool", "tool/p", "tool/px", "p", "de/tool", "tool?a=1&b=2", "a_(b)")
PAPERS = (
    "https://arxiv.org/abs/2401.00001",
    "http://arxiv.org/pdf/2401.00002v3",
    "https://arxiv.org/abs/arXiv:2401.00003",
    "https://dx.doi.org/10.1145/9.9",
    "https://doi.org/10.1130/0091-7613(1990)018%3C1153:RGAEOT%3E2.3.CO;2",
    "https://onlinelibrary.wiley.com/doi/10.1111/nous.12244/abstract",
    "https://github.com/Old/Name",
    "https://github.com/Fresh/Name",
)
PLACES = (
    "- [A Title of Paper {n}]({u}) and more",
    "- [A Title of Paper {n}](<{u}>) `{v}`",
    "- **A Title of Paper {n}**, ICML 2024, [[paper]]({u}) [[code]]({v})",
    "- A Title of Paper {n}: {u}, {v}/longer",
    '<p><a href="{u}">A Title {n}</a> <code>{v}</code></p>',
    "Prose with <{u}> and [again]({v}).",
    "- [{u}]({u})",
    "```\n{u}\n```",
    "<!-- {u} -->",
    "| Title | Link |\n|---|---|\n| A Title of Paper {n} | [[page]]({u}) `{u}` |",
    "- [A Title of Paper {n}]({u}x) [x]({u}) <!-- pipeline:ignore -->",
)
REASONS = {
    "moved": "permanent-redirect",
    "dead": "not-found",
    "failing": "timeout",
    "alive": "ok",
}


def addresses(dice: random.Random) -> list[str]:
    """Return addresses of which some begin as others do."""
    made_up = [f"https://{host}/{path}" for host in HOSTS for path in PATHS]
    return [*dice.sample(made_up, 7), *dice.sample(PAPERS, 6)]


def answers(dice: random.Random, urls: list[str]) -> Previous:
    """Return what a run may say of them, circles and contradictions included."""
    links = []
    for url in urls:
        verdict = dice.choice(list(REASONS))
        near = [one for one in urls if one.split("/")[2] == url.split("/")[2]]
        target = dice.choice(near if dice.random() < 0.5 else urls)
        target = target if verdict in ("moved", "dead") else ""
        reason = REASONS[verdict]
        if verdict == "dead" and "arxiv" in url:
            reason = "no-such-paper"
        if verdict == "dead" and "doi.org" in url:
            reason = "no-such-doi"
        if verdict == "moved" and "github.com" in url and "github.com" in target:
            reason = "repository-renamed"
        links.append(
            LinkHealth(
                url=url,
                verdict=verdict,  # type: ignore[arg-type]
                reason_code=reason,
                reason="…",
                evidence="github" if reason == "repository-renamed" else "http",
                suggestion=target or None,
                final_url=target or None,
                occurrences=(Occurrence(list="mine", line=1, column=1, role="other", paper=None),),
            )
        )
    return Previous(links=tuple(links))


def code_of(text: str) -> list[str]:
    """Return what stands in code and in comments."""
    return re.findall(r"```.*?```|`[^`\n]*`|<code>.*?</code>|<!--.*?-->", text, re.DOTALL)


def targets(text: str) -> Counter[str]:
    """Return every link of a list, as often as it stands there."""
    parsed = read_list(text, "mine")
    return Counter(link.url for link in parsed.all_links())


@pytest.mark.parametrize("seed", range(150))
def test_every_edit_replaces_its_own_address(seed: int) -> None:
    """Its bytes are the address that it names, what is written is what was answered for."""
    dice = random.Random(seed)  # noqa: S311  no secret
    urls = addresses(dice)
    previous = answers(dice, urls)
    blocks = (
        dice.choice(PLACES).format(n=number, u=dice.choice(urls), v=dice.choice(urls))
        for number in range(dice.randrange(2, 14))
    )
    text = "\n\n".join(blocks) + "\n"
    asked = dice.random() < 0.5
    data = text.encode()

    last = LastRun(previous.papers, previous.links, hasty=asked)
    plan = planned(data, "mine", last, BY_DEFAULT, asked=asked)
    after = applied(data, plan.edits)

    lost = {one.url for one in previous.links if one.verdict == "dead"}
    denied = {one.url for one in previous.links if one.reason_code.startswith("no-such-")}
    for edit in plan.edits:
        assert unescape(data[edit.start : edit.end].decode()) == edit.before
        assert edit.after not in lost | denied
        offered = {one.suggestion for one in previous.links if one.url == edit.before}
        assert edit.code not in ("link-moved", "link-dead") or edit.after in offered
    assert planned(after, "mine", last, BY_DEFAULT, asked=asked).edits == ()
    assert code_of(after.decode()) == code_of(text)
    old, new = targets(text), targets(after.decode())
    changed = {edit.before for edit in plan.edits}
    written = {unescape(after_) for after_ in (edit.new.decode() for edit in plan.edits)}
    assert set(old - new) <= changed
    assert set(new - old) <= written | {edit.after for edit in plan.edits}


def test_the_lists_have_something_to_repair() -> None:
    """Else the properties would say nothing: of each common repair there are some."""
    counts: Counter[str] = Counter()
    for seed in range(60):
        dice = random.Random(seed)  # noqa: S311  no secret
        urls = addresses(dice)
        previous = answers(dice, urls)
        text = "\n\n".join(f"- [A Title of Paper {n}]({url})" for n, url in enumerate(urls))
        counts += planned(
            text.encode(),
            "mine",
            LastRun(previous.papers, previous.links, hasty=True),
            BY_DEFAULT,
            asked=True,
        ).counts

    codes = ("link-moved", "repository-renamed", "arxiv-spelling", "version-pinned")
    assert all(counts[code] > 1 for code in codes), counts
