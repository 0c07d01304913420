"""One output format a file: records in, text out; no I/O."""
