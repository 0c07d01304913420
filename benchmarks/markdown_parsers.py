"""
Markdown parsers on real lists: what they find, whether they say where, and how long they take.

    python benchmarks/markdown_parsers.py LIST.md [LIST.md ...]

Parsers that are not installed are left out (mistune and markdown-it-pyrs are no dependencies).
Links are inline, reference and autolinks; `placed` are those whose line, as far as the parser
tells it, holds the target. Times are CPU seconds of one pass over all lists, the best of three.
"""

import sys
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Found = Iterator[tuple[str, int | None]]
"""Target of a link, and its line from 0 where the parser tells one."""


def line_starts(text: str) -> list[int]:
    """Return the byte offset at which each line begins."""
    return [0, *(index + 1 for index, byte in enumerate(text.encode()) if byte == 10)]


def by_pyromark(text: str) -> Found:
    """pulldown-cmark: events with byte ranges."""
    import pyromark

    starts = line_starts(text)
    for event, span in pyromark.events_with_range(text, options=pyromark.Options.ENABLE_TABLES):
        start = event.get("Start") if isinstance(event, dict) else None
        if isinstance(start, dict) and "Link" in start:
            yield start["Link"]["dest_url"], bisect(starts, span["start"]) - 1


def by_markdown_it(text: str) -> Found:
    """markdown-it-py: tokens with the lines of their block."""
    from markdown_it import MarkdownIt

    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"]), token.map[0] if token.map else None


def by_markdown_it_rs(text: str) -> Found:
    """markdown-it-pyrs: a tree with source maps."""
    from markdown_it_pyrs import MarkdownIt

    starts = line_starts(text)
    tree = MarkdownIt("commonmark").enable("table").tree(text)
    for node in tree.walk():
        if node.name == "link":
            line = bisect(starts, node.srcmap[0]) - 1 if node.srcmap else None
            yield str(node.attrs.get("url") or node.meta.get("url")), line


def by_mistune(text: str) -> Found:
    """mistune: a tree without places."""
    import mistune

    nodes: list[Any] = list(mistune.create_markdown(renderer=None, plugins=["table"])(text))
    while nodes:
        node = nodes.pop()
        if node["type"] == "link":
            yield node["attrs"]["url"], None
        nodes += node.get("children", ())


PARSERS: dict[str, tuple[str, Callable[[str], Found]]] = {
    "pyromark": ("pyromark", by_pyromark),
    "markdown-it-py": ("markdown_it", by_markdown_it),
    "markdown-it-pyrs": ("markdown_it_pyrs", by_markdown_it_rs),
    "mistune": ("mistune", by_mistune),
}


def measure(find: Callable[[str], Found], texts: list[str]) -> tuple[int, int, float]:
    """Return links, links whose line holds the target, and CPU seconds."""
    links = placed = 0
    for text in texts:
        lines = text.split("\n")
        for target, line in find(text):
            links += 1
            placed += line is not None and line < len(lines) and target[:40] in lines[line]
    seconds = []
    for _ in range(3):
        began = time.process_time()
        for text in texts:
            for _ in find(text):
                pass
        seconds.append(time.process_time() - began)
    return links, placed, min(seconds)


def main() -> None:
    """Print the table."""
    texts = [Path(name).read_text(encoding="utf-8", errors="replace") for name in sys.argv[1:]]
    print(f"{sum(text.count(chr(10)) for text in texts):,} lines")
    print(f"{'parser':<18}{'links':>8}{'placed':>8}{'seconds':>9}")
    for name, (module, find) in PARSERS.items():
        if find_spec(module) is None:
            print(f"{name:<18}{'not installed':>25}")
            continue
        links, placed, seconds = measure(find, texts)
        print(f"{name:<18}{links:>8,}{placed:>8,}{seconds:>9.2f}")


if __name__ == "__main__":
    main()
