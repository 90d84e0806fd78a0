"""Exports of a workspace: what who asks may read of it, in the open format, in a file for them alone."""
