"""
The one writer of files, each whole or not at all; and records on disk that end with the run.

Also papers on their way from one step to the next (`papers`): what is to be done to each of them.
And the answers of sources (`answers`), in memory or on disk.

In: paths and their content; records. Out: files on disk, or an `OutputError` that names the file;
the same records, one at a time. Not here: what a file says (`formats`, `stages.emit`), and the
cache.
"""
