"""Talkoot: a chat server that one command starts, for teams and for web applications."""

__version__ = "0.1.0"
