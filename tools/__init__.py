"""What builds and checks Talkoot; run as `python -m tools.NAME` from the root of the repository."""
