"""Saved messages: what somebody keeps for later, and nobody else knows of."""
