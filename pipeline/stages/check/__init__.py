"""
Links → their health.

In: papers, lists, the answers of the APIs, the history. Out: lines of `links.jsonl`, the history.
Not here: what evidence means (`links.verdicts`), how a page is asked (`sources.web`).

What the APIs have answered already is evidence, so arXiv papers, GitHub repositories and registered
DOIs cost no look at a page. All other links are asked over HTTP, once for each distinct request;
each answer is judged as it comes, and only the verdict is kept. What is said to be absent for the
first time is looked at again a minute later.
"""

from pipeline.stages.check.places import CheckRules
from pipeline.stages.check.stage import Checked, Prober, check

__all__ = ["CheckRules", "Checked", "Prober", "check"]
