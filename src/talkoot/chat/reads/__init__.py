"""Read positions, and the unread counts that are derived from them."""
