"""The five stages: records in, records out. No stage imports another, or a concrete source."""
