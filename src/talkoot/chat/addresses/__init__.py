"""What a person's email address is good for: being confirmed, getting back in, hearing of what happened."""
