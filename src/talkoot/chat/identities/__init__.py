"""Who else vouches for people: providers of OpenID Connect and OAuth2, and the accounts linked to them."""
