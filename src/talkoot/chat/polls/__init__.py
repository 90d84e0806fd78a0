"""Polls: what is asked in a message, who voted for what, and when that ends."""
