"""Posts: rooms that are blogs, with drafts, pages of their own, and answers to what was published."""
