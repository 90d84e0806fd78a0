"""Letters to people: what they look like, and what an account's owner is told of."""
