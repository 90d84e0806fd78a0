"""What Slack exports, turned into rooms and messages of ours."""
