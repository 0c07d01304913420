"""
Links → their health.

In: papers, lists, the answers of the APIs, the history. Out: lines of `links.jsonl`, the history.
Not here: what evidence means (`links.verdicts`), how a page is asked (`sources.web`).
Only links that no API speaks for are asked over HTTP, once for each distinct request, and again a
minute later where they are said to be absent for the first time.
"""

from pipeline.stages.check.places import CheckRules, Places
from pipeline.stages.check.stage import Checked, Prober, check

__all__ = ["CheckRules", "Checked", "Places", "Prober", "check"]
