"""Tokens that people make for their programs: with scopes, for some places or all, revoked at any time."""
