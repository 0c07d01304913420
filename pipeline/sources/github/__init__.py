"""
GitHub: repositories for the catalog, issues and pull requests for `publishing`.

In: repository names, file changes. Out: records, or the failure that stands for one.
Not here: other forges; what a missing repository means for a link (`links`).
"""
