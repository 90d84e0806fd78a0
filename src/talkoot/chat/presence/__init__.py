"""Who is there and who is typing: soft state that never touches the database."""
