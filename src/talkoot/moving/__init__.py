"""Moving: a workspace into an archive that everybody can read, back again, and what comes from Slack."""
