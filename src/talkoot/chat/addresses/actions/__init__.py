"""What can be done with links, passwords and addresses."""
