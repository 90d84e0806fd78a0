"""Messages: send, edit, delete, history, threads."""
