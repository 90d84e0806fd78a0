"""Threads that people follow, how far they have read them, and what is unread there."""
