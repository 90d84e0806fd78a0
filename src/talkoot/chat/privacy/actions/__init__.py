"""What can be done with somebody's data."""
