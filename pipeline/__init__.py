"""Keep curated paper lists alive: identify, enrich, check, report."""

__version__ = "0.1.0"
