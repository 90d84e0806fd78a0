"""Backups: made while the server runs, whole or not there at all, and restored into an empty place."""
