"""One upstream service a file, and the interface they share."""
