"""Making the rules of groups, and giving and taking what they say."""
