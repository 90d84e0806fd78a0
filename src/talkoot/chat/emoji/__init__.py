"""Emoji of a workspace's own: small pictures with a name, under messages and in texts."""
