"""What can be done to messages, by verb."""
