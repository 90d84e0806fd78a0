"""Writing posts, and letting others read them."""
