"""A cluster on this machine under load: sends over its nodes, thousands of sockets, clients that stall."""
