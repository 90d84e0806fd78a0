"""Reactions: an emoji under a message, and who meant it."""
