"""
The other services that know papers: one file a service.

In: DOIs and arXiv ids. Out: one record an id, or the failure that stands for one.
Not here: arXiv itself (`sources.arxiv`), which answer wins (`stages.supplement`).
"""
