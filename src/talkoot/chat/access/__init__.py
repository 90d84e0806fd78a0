"""Who may do what, where: the tree of resources, memberships, roles, entries, and the one check."""
