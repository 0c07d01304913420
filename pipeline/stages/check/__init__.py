"""
Links → their health.

What the APIs have answered already is evidence, so arXiv papers, GitHub repositories and registered
DOIs cost no look at a page. All other links are asked over HTTP, once for each distinct request;
each answer is judged as it comes, and only the verdict is kept. What is said to be absent for the
first time is looked at again a minute later. What the evidence means is decided in
`pipeline.links.verdicts`; here it is gathered, and what is remembered from run to run is kept up.
"""

from pipeline.stages.check.reach import Network, Reach
from pipeline.stages.check.rules import CheckRules
from pipeline.stages.check.stage import Checked, Prober, Registry, check

__all__ = ["CheckRules", "Checked", "Network", "Prober", "Reach", "Registry", "check"]
