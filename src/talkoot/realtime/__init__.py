"""Connections, frames, fan-out, presence and the bus. Knows topics, users and sessions, and no chat word."""
