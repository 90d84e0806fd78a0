"""Bots: accounts of programs in one workspace, that come in with tokens only and have an owner."""
