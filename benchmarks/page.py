"""
What the page takes with many papers: to write it, to open it, and to search it in a real browser.

    python benchmarks/page.py [--papers 20000]

Needs Chromium and Playwright. Times of the browser are those of its own clock: from the beginning
of the navigation until the first rows are drawn and keys are heard; and what one changed letter of
the search takes, rows and all.
"""

import argparse
import resource
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.exports import write_catalog
from pipeline.formats.exports.forms import FORMS, Exported
from pipeline.previous import stored
from pipeline.storage.writer import write_files

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")
QUERIES = ("method", "sparse learning", "family19", "lerning strcture", "method 1234", "zzz")
REPEATS = 8
SEARCH = """
(queries) => queries.flatMap((query) => {
  const times = [];
  for (let end = 1; end <= query.length; end++) {
    const start = performance.now();
    catalogView.search.value = query.slice(0, end);
    catalogView.search.dispatchEvent(new Event("input"));
    times.push(performance.now() - start);
  }
  return times;
})
"""


def write(papers: int, folder: Path) -> Path:
    """Write the site of a made-up catalog, and print what that took."""
    write_catalog(folder, papers)
    last = stored(folder)
    begin = time.process_time()
    what = Exported(papers=last.papers, links=last.links, checked_at=None)
    written = write_files(folder, FORMS["page"].files(what), synced=False)
    end = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    index = folder / "site/index.html"
    print(f"{papers} papers, {len(written)} files, index.html {index.stat().st_size / 1e6:.1f} MB")
    print(f"seconds of CPU: {end - begin:.1f} to make and write")
    print(f"peak of memory: {peak:.0f} MiB")
    return index


def measure(index: Path, profile: Path) -> None:
    """Open the page five times, search in the last, and print what that took."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not there")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=program, headless=True, args=list(FLAGS)
        )
        page = browser.new_page()
        usable = [opened(page, index) for _ in range(5)]
        page.wait_for_selector("html[data-searches=abstracts]")
        runs = [page.evaluate(SEARCH, list(QUERIES)) for _ in range(REPEATS)]
        times = sorted(map(min, zip(*runs, strict=True)))  # what else the machine does only adds
        browser.close()
    print("usable after " + ", ".join(f"{one:.0f}" for one in usable) + " ms")
    middle, most = times[len(times) // 2], times[-1]
    print(f"{len(times)} letters of a search: median {middle:.1f} ms, slowest {most:.1f} ms")


def opened(page: Any, index: Path) -> float:
    """Open the page anew; return the milliseconds until it could be used."""
    page.goto("about:blank")
    page.goto(index.as_uri())
    return float(page.evaluate("performance.getEntriesByName('usable')[0].startTime"))


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.strip().partition("\n")[0])
    parser.add_argument("--papers", type=int, default=20_000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        index = write(options.papers, Path(folder))
        measure(index, Path(folder) / "profile")


if __name__ == "__main__":
    main()
