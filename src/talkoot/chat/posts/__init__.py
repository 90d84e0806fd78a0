"""Posts: rooms that are journals, with drafts, pages of their own, and answers to what was published."""
