"""Digests: letters that say what waits for somebody who has not looked."""
