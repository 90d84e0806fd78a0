"""What a browser gets besides the API: the shell of the client, its files, and headers that protect it."""
