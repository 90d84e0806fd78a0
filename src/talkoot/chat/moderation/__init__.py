"""What keeps a room fit to be in: the audit log, and what moderators do."""
