"""What people show beside their names: a status for a while, and that they are not to be disturbed."""
