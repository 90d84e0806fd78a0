"""Looking after the whole installation: its jobs and limits."""
