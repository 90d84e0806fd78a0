"""What people upload: received in pieces, sealed to an owner and a room, and carried by messages."""
