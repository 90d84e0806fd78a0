"""What the groups that an identity provider names give their people: a role in a workspace, and rooms."""
