"""What is kept sealed in tables, and the change of the key that seals it."""

import re
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import LargeBinary, MetaData, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from talkoot.kernel.sealing import DoesNotOpen, Sealed, reseal, seal, sealed_columns, unopened, unseal
from talkoot.kernel.secrets import Secrets
from talkoot.kernel.transactions import Tx
from talkoot.kernel.types import Id
from talkoot.migrations.tables import METADATA
from tests.kernel.ground import Ground

OLD, NEW = Secrets("o" * 32), Secrets("n" * 32)


class Toy(DeclarativeBase):
    metadata = MetaData()
    type_annotation_map = {UUID: Id}  # noqa: RUF012


class Jar(Toy):
    __tablename__ = "jars"

    owner: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[bytes | None] = mapped_column(Sealed)
    other: Mapped[bytes | None] = mapped_column(Sealed)
    plain: Mapped[bytes | None] = mapped_column(LargeBinary)


OWNER = uuid4()


@pytest_asyncio.fixture
async def jars(ground: Ground) -> Ground:
    """Three rows, one without a secret."""
    made = [(n, seal(OLD, Jar.secret, (OWNER, n), f"secret {n}")) for n in (1, 2)]
    rows = [{"owner": OWNER, "number": number, "secret": secret} for number, secret in [*made, (3, None)]]

    async def make(tx: Tx) -> None:
        await tx.connection.run_sync(Toy.metadata.create_all)
        await tx.connection.execute(insert(Jar), rows)

    await ground.uow.run(make)
    return ground


async def kept(ground: Ground) -> dict[int, bytes | None]:
    async with ground.uow.read() as read:
        found = await read.connection.execute(select(Jar.number, Jar.secret))
        return {row.number: row.secret for row in found}


async def closed_to(ground: Ground, secrets: Secrets) -> int:
    async with ground.uow.read() as read:
        return await unopened(read.connection, Toy.metadata, secrets)


def test_row_50_what_is_sealed_opens_with_its_key_in_its_place_alone() -> None:
    sealed = seal(OLD, Jar.secret, (OWNER, 1), "geheim ✓")
    assert b"geheim" not in sealed
    assert sealed != seal(OLD, Jar.secret, (OWNER, 1), "geheim ✓")
    assert unseal(OLD, Jar.secret, (OWNER, 1), sealed) == "geheim ✓"
    with pytest.raises(DoesNotOpen):
        unseal(NEW, Jar.secret, (OWNER, 1), sealed)
    with pytest.raises(DoesNotOpen):
        unseal(OLD, Jar.secret, (OWNER, 2), sealed)
    with pytest.raises(DoesNotOpen):
        unseal(OLD, Jar.other, (OWNER, 1), sealed)
    for damaged in (
        b"",
        b"\x01",
        sealed[:-1],
        b"\x02" + sealed[1:],
        sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:],
    ):
        with pytest.raises(DoesNotOpen):
            unseal(OLD, Jar.secret, (OWNER, 1), damaged)


def test_row_50_a_column_that_rekey_would_not_find_is_refused() -> None:
    with pytest.raises(AssertionError, match="rekey would not find it"):
        seal(OLD, Jar.plain, (OWNER, 1), "x")


async def test_row_50_a_change_of_the_key_seals_everything_anew(jars: Ground) -> None:
    before = await kept(jars)
    assert (await closed_to(jars, OLD), await closed_to(jars, NEW)) == (0, 2)
    assert await jars.uow.run(lambda tx: reseal(tx, Toy.metadata, OLD, NEW)) == 2
    assert (await closed_to(jars, OLD), await closed_to(jars, NEW)) == (2, 0)
    after = await kept(jars)
    assert after[3] is None
    for number in (1, 2):
        sealed = after[number]
        assert sealed is not None
        assert sealed != before[number]
        assert unseal(NEW, Jar.secret, (OWNER, number), sealed) == f"secret {number}"
        with pytest.raises(DoesNotOpen):
            unseal(OLD, Jar.secret, (OWNER, number), sealed)
    assert await jars.uow.run(lambda tx: reseal(tx, Toy.metadata, None, NEW)) == 0  # nothing is left to do
    assert await kept(jars) == after


async def test_row_50_without_the_key_before_nothing_is_changed(jars: Ground) -> None:
    broken = seal(Secrets("x" * 32), Jar.secret, (OWNER, 2), "of nobody knows which key")
    change = update(Jar).where(Jar.number == 2).values(secret=broken)
    await jars.uow.run(lambda tx: tx.connection.execute(change))
    before = await kept(jars)
    for old in (None, OLD, Secrets("y" * 32)):
        with pytest.raises(DoesNotOpen):
            await jars.uow.run(lambda tx, old=old: reseal(tx, Toy.metadata, old, NEW))  # type: ignore[misc]
        assert await kept(jars) == before


# Columns whose names say secret, and that are none; one whose name ends with _hash is a hash.
NO_SECRETS = {
    "incarnation.key_mark",  # a signature
    "users.username_key",  # names and addresses in the form in which they are compared
    "users.email_key",
    "rooms.unique_key",
    "search_documents.tokens",  # words
    "notification_levels.keywords",
    "applications.keys",  # the public halves, and where they are
    "applications.keys_url",
    "passkeys.public_key",
    "passkeys.credential_id",  # a name: the secret half stays in the device
}
SAYS_SECRET = re.compile(r"secret|token|passw|key|seed|credential|private|otp", re.IGNORECASE)


def test_row_50_every_secret_in_the_database_is_sealed_or_a_hash() -> None:
    sealed = {str(column) for column in sealed_columns(METADATA)}
    suspect = {
        str(column)
        for table in METADATA.sorted_tables
        for column in table.columns
        if SAYS_SECRET.search(column.name) and not column.name.endswith("_hash")
    }
    assert suspect - sealed - NO_SECRETS == set(), "seal it (kernel/sealing.py), or say here what it is"
