"""
The one writer of files: each is there whole or not at all.

In: paths and their content. Out: files on disk, or an `OutputError` that names the file.
Not here: what a file says (`formats`, `stages.emit`), and the cache.
"""
