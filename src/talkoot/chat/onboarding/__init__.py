"""How people come in: the first run, invitations, registration."""
