"""Rooms and the categories they are filed under: public, private, direct; joining, leaving, inviting."""
