"""What people sign in with besides a password: an authenticator app, passkeys, recovery codes."""
