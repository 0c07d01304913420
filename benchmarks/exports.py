"""
What each form of `pipeline export` takes: time, size and memory over a made-up catalog.

    python benchmarks/exports.py [--papers 20000] [FORM ...]

Each form has a process of its own, which reads the catalog's file.
"""

import argparse
import multiprocessing
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.formats import jsonl
from pipeline.formats.exports.forms import FORMS, Exported
from pipeline.formats.files import CATALOG, LINKS
from pipeline.previous import stored
from pipeline.records.catalog import ArxivPart, Paper, RepositoryPart, Resolution
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry, Link
from pipeline.works.events import Publisher, channel_of
from pipeline.works.summary import summed_up

ABSTRACT = "We study a problem that many have studied, with a method of our own. " * 16


def paper(number: int) -> Paper:
    """Return a made-up paper with five authors, an abstract, two links and a repository."""
    id_ = f"{2001 + number // 9000:04d}.{number % 9000:05d}"
    repository = f"owner{number % 997}/repository-{number}"
    links = (
        Link(url=f"https://arxiv.org/abs/{id_}", role="paper", line=number + 1, column=5),
        Link(url=f"https://github.com/{repository}", role="code", line=number + 1, column=90),
    )
    title = f"Method {number}: Sparse BERT-like Learning of $O(n^2)$ Structure"
    entry = Entry(
        list="made-up",
        line=number + 1,
        end_line=number + 1,
        title=title,
        section=("Papers", f"Section {number // 500}"),
        venue="ICML 2023",
        links=links,
    )
    return summed_up(
        Paper(
            key=f"arxiv:{id_}",
            title=title,
            authors=tuple(f"Given{n} Family{number % (997 + n)}" for n in range(5)),
            abstract=ABSTRACT,
            published="2023-05-01",
            updated="2023-06-01",
            arxiv=ArxivPart(id=id_, version=2, primary_category="cs.LG", categories=("cs.LG",)),
            repositories=(
                RepositoryPart(
                    full_name=repository,
                    url=f"https://github.com/{repository}",
                    status="found",
                    stars=number % 5000,
                    pushed_at="2024-01-01T00:00:00Z",
                ),
            ),
            mentions=(entry,),
            resolution=Resolution(status="found", method="link", confidence=1.0),
        )
    )


def health(url: str) -> LinkHealth:
    """Return a link that is alive."""
    return LinkHealth(url=url, verdict="alive", reason_code="ok", reason="", evidence="http")


def write_catalog(out: Path, number: int) -> None:
    """Write the catalog and the links of a made-up run."""
    for name in (CATALOG, LINKS):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
    papers = map(paper, range(number))
    (out / CATALOG).write_text(jsonl.render(papers), encoding="utf-8")
    links = (link for one in map(paper, range(number)) for link in one.mentions[0].links)
    (out / LINKS).write_text(jsonl.render(health(link.url) for link in links), encoding="utf-8")


def measure(form: str, out: Path) -> tuple[float, float, float]:
    """Return seconds of CPU from the catalog's file on, MB made, and the peak of memory in MiB."""
    last = stored(out)
    begin = time.process_time()
    channel = channel_of(Publisher(name="benchmark"))
    about = Exported(papers=last.papers, links=last.links, checked_at=None, channel=channel)
    files = FORMS[form].files(about)
    size = sum(len(one if isinstance(one, bytes) else one.encode()) for _, one in files)
    seconds = time.process_time() - begin
    return seconds, size / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print a row for each form."""
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("forms", nargs="*", default=list(FORMS), metavar="FORM")
    parser.add_argument("--papers", type=int, default=20_000)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    print(f"{options.papers} papers")
    with TemporaryDirectory() as folder:
        out = Path(folder)
        write_catalog(out, options.papers)
        for form in options.forms:
            with spawn.Pool(1) as pool:
                seconds, size, peak = pool.apply(measure, (form, out))
            print(f"{form:<10} {seconds:6.2f} s  {size:7.1f} MB  {peak:6.0f} MiB")


if __name__ == "__main__":
    main()
