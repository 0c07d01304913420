"""Who does the pure work of a run, by its setting `executor`."""

from typing import Final

from pipeline.executors.local import Local

MODULES: Final = (
    "pipeline.cli.main",
    "pipeline.run.shares",
    "pipeline.stages.check.places",
    "pipeline.stages.compare",
    "pipeline.stages.fetch",
    "pipeline.stages.resolve",
    "pipeline.stages.supplement",
)
"""
What a run works with after its lists are read: 0.15 s, for each process and stage anew; and what an
installed script loads, which `multiprocessing` runs once more in each process: 0.08 s.
"""


def executor_of(place: str) -> Local:
    """Return the executor; what it needs is loaded and started when it is needed."""
    kind, _, address = place.partition("://")
    if kind == "local":
        return Local(modules=MODULES)
    from pipeline.executors.dask import Dask  # noqa: PLC0415  few runs have a cluster

    return Dask(address or None)
