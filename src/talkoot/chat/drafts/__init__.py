"""Drafts: what somebody has begun to write, on whichever device they go on."""
