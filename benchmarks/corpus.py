"""
Made-up lists of any number, as the wild ones are: the same seed gives the same bytes.

    python -m benchmarks.corpus FOLDER [--lists 100] [--entries 50000] [--overlap 0.3] [--seed 1]

`--entries` counts those of all lists, each with two links; `--overlap` is the share of them whose
work another list has too. Of the distinct links 59.0 % lead to arXiv, 20.2 % to GitHub and the rest
to many hosts, most of which are linked once and the largest of which has 8.6 % of them: as measured
in 14 public lists with 8,033 distinct links.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WORDS: Final = """
    adaptive aligned attentive bayesian calibrated causal coarse compact conditional constrained
    contextual contrastive cooperative deep dense discrete distilled diverse dynamic efficient
    embedded explicit factorised fair federated flexible generative graph grounded hierarchical
    hybrid implicit incremental inductive iterative joint kernel latent layered linear local
    masked modular multimodal neural noisy online parallel personalised pretrained private
    probabilistic prompted quantised recursive regularised retrieval robust sampled scalable
    semantic sequential shared sparse spatial spectral stable streaming structured symbolic
    temporal transferable tuned unified unsupervised variational
""".split()  # noqa: SIM905  a table of words
TASKS: Final = """
    recommendation ranking retrieval translation summarisation segmentation detection planning
    forecasting alignment reasoning dialogue navigation clustering parsing generation
""".split()  # noqa: SIM905
VENUES: Final = ("ICML 2023", "NeurIPS 2022", "ACL 2024", "RecSys 2023", "CVPR 2021", "arXiv 2024")

PAPER_ON_ARXIV: Final = 0.90
"""Of the first links; the rest lie on the web."""
SECOND_ON_ARXIV: Final = 0.311
"""Of the second links, where the first is on arXiv: its PDF. That makes 59 % of all."""
SECOND_ON_GITHUB: Final = 0.404
"""Of the second links: 20.2 % of all."""
ON_THE_LARGEST: Final = 0.086
ON_A_HOST_OF_ITS_OWN: Final = 0.35
KNOWN_HOSTS: Final = 121
IDS_A_MONTH: Final = 15_000
MONTHS: Final = tuple(f"{year:02d}{month:02d}" for year in range(15, 26) for month in range(1, 13))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a corpus is like."""

    lists: int = 100
    entries: int = 50_000
    """Of all lists together."""
    overlap: float = 0.3
    seed: int = 1

    @property
    def works(self) -> int:
        """How many works there are to choose from; a list has none twice."""
        return max(-(-self.entries // self.lists), round(self.entries * (1 - self.overlap)))


@dataclass(frozen=True, slots=True)
class Work:
    """One made-up work; every list that has it writes these facts."""

    title: str
    venue: str
    links: tuple[str, str]
    """Of the paper, and of its code, its PDF or its page."""


def work(number: int, seed: int) -> Work:
    """Return the work of a number, which is another one for another seed."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311
    method = "".join(chance.choices("ABCDEFGHIKLMNOPRSTUVWXZ", k=4))
    first, second, third = chance.sample(WORDS, 3)
    goal, data = chance.sample(TASKS, 2)
    title = f"{method}{number}: {first.title()} {second} {goal} with {third} {data}"
    month = MONTHS[number // IDS_A_MONTH % len(MONTHS)]
    arxiv = f"{month}.{number % IDS_A_MONTH + 1:05d}"
    on_arxiv = chance.random() < PAPER_ON_ARXIV
    paper = f"https://arxiv.org/abs/{arxiv}" if on_arxiv else _page(number, "paper", chance)
    where = chance.random()
    if where < SECOND_ON_ARXIV and on_arxiv:
        other = f"https://arxiv.org/pdf/{arxiv}"
    elif SECOND_ON_ARXIV <= where < SECOND_ON_ARXIV + SECOND_ON_GITHUB:
        other = f"https://github.com/lab-{number % 4999}/{method.lower()}{number}"
    else:
        other = _page(number, "project", chance)
    return Work(title, chance.choice(VENUES), (paper, other))


def _page(number: int, what: str, chance: random.Random) -> str:
    """Return an address of the rest of the web."""
    where = chance.random()
    if where < ON_THE_LARGEST:
        host = "largest.example.org"
    elif where < ON_THE_LARGEST + ON_A_HOST_OF_ITS_OWN:
        host = f"{what}-{number}.example.net"
    else:
        host = f"host-{int(KNOWN_HOSTS * chance.random() ** 2)}.example.org"
    return f"https://{host}/{what}/{number}"


def lists(shape: Shape) -> Iterator[tuple[str, str]]:
    """Yield name and text of each list; half of them are tables and half of them bullets."""
    chance = random.Random(shape.seed)  # noqa: S311
    sizes = [shape.entries // shape.lists] * shape.lists
    for number in range(shape.entries % shape.lists):
        sizes[number] += 1
    new = iter(range(shape.works))
    for number, size in enumerate(sizes):
        chosen: dict[int, None] = {}
        while len(chosen) < size:
            is_new = shape.lists == 1 or chance.random() >= shape.overlap
            fresh = next(new, None) if is_new else None
            # A few works stand in very many lists.
            known = int(shape.works * chance.random() ** 3)
            chosen[known if fresh is None else fresh] = None
        works = (work(one, shape.seed) for one in chosen)
        yield f"list-{number:05d}", _text(number, works, table=number % 2 == 0)


def _text(number: int, works: Iterator[Work], *, table: bool) -> str:
    lines = [f"# Awesome papers {number}", "", "A made-up list.", ""]
    for place, one in enumerate(works):
        if place % 50 == 0:
            lines += ["", f"## Part {place // 50 + 1}", ""]
            lines += ["| Title | Venue | Paper | More |", "|---|---|---|---|"] * table
        lines.append(_row(one) if table else _bullet(one))
    return "\n".join(lines) + "\n"


def _row(one: Work) -> str:
    paper, other = one.links
    return f"| {one.title} | {one.venue} | [Paper]({paper}) | [{_label(other)}]({other}) |"


def _bullet(one: Work) -> str:
    paper, other = one.links
    return f"- [{one.title}]({paper}), {one.venue}. [[{_label(other)}]]({other})"


def _label(url: str) -> str:
    return "Code" if "github.com" in url else "PDF" if "/pdf/" in url else "Project"


def write(folder: Path, shape: Shape) -> list[Path]:
    """Write the lists of a corpus, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in lists(shape):
        paths.append(folder / f"{name}.md")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def main() -> None:
    """Write a corpus."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lists", type=int, default=Shape().lists)
    parser.add_argument("--entries", type=int, default=Shape().entries)
    parser.add_argument("--overlap", type=float, default=Shape().overlap)
    parser.add_argument("--seed", type=int, default=Shape().seed)
    options = parser.parse_args()
    shape = Shape(options.lists, options.entries, options.overlap, options.seed)
    print(f"{len(write(options.folder, shape))} lists, {shape.entries} entries")


if __name__ == "__main__":
    main()
