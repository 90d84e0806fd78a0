"""Search: what was said, found again by those who may read it."""
