"""Talkoot: a chat server that one command starts and many nodes share."""

__version__ = "0.1.0"
