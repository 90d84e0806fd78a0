"""What people may ask of their own data: all of it in a file, and that it is taken away."""
