"""
GitLab, Codeberg and Bitbucket: statistics of projects, asked without a token.

In: paths of projects (`group/name`). Out: a `RepositoryRecord` each, or why there is none.
Not here: GitHub (its own folder), which URL is one (`works.forges`), what a missing one means.
"""
