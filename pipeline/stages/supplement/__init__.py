"""
Papers → papers with what other services know: citations, published versions, other ids.

In: papers, and the services that are switched on. Out: the papers, and Crossref's answers.
Not here: how a service is asked (`sources`), whether a link is alive (`stages.check`).

All are asked at once; one that cannot be asked costs its fields and nothing else. Then Crossref is
asked about the DOIs that the others have named. No service overwrites a better one: arXiv's word
counts for its own papers, the registry's for a DOI; `sources` says which field came from where.
"""

from pipeline.stages.supplement.believed import agrees, keys_of
from pipeline.stages.supplement.findings import writes_venues
from pipeline.stages.supplement.stage import Keys, Supplemented, apply, supplement

__all__ = ["Keys", "Supplemented", "agrees", "apply", "keys_of", "supplement", "writes_venues"]
