"""What must not stand in the log of any server that a test has used."""

import re

from tests.clients import PASSWORD

SECRETS = (
    re.compile(re.escape(PASSWORD)),
    re.compile(r"\beyJ[\w-]{10,}\.[\w-]{4,}\.[\w-]*"),  # a signed token
    re.compile(r"\$argon2"),
    # 32 random bytes in base64: refresh tokens, cookies, invitations
    re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])"),
)


def secrets_in(log: str) -> list[str]:
    """The lines that tell a secret."""
    return [line for line in log.splitlines() if any(pattern.search(line) for pattern in SECRETS)]
