"""Reading paper lists: bytes to text, text to blocks, blocks to titles, venues and roles. Pure."""
