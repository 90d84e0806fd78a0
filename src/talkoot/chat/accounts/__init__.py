"""People: accounts, passwords, tokens, sessions."""
