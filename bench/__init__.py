"""Measures a running Talkoot from outside, over its public HTTP and WebSocket API only."""
