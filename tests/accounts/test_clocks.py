"""Servers whose clocks are wrong agree on which sessions were revoked lately: by the database's clock."""

from talkoot.chat.accounts.actions.sessions import Device, close_sessions_of, open_session
from talkoot.chat.accounts.actions.users import NewUser, create_user
from talkoot.chat.accounts.queries import sessions_revoked_lately
from talkoot.kernel.clock import HOUR, SECOND
from talkoot.kernel.transactions import Tx
from talkoot.settings import Settings
from tests.kernel.ground import ForwardClock, Ground
from tests.servers.postgres import Postgres


async def test_a_revoked_session_is_found_by_every_server(postgres: Postgres, migrated: str) -> None:
    settings = Settings(database_url=postgres.url(postgres.create_database(migrated)))
    right, wrong = ForwardClock(), [ForwardClock(-HOUR / SECOND), ForwardClock(HOUR / SECOND)]
    for clock, other in ((wrong[0], right), (right, wrong[1]), (wrong[1], wrong[0])):
        async with Ground.on(settings, clock) as one, Ground.on(settings, other) as another:

            async def come_and_go(tx: Tx, name: str = f"user{clock.skipped + other.skipped}") -> object:
                user = await create_user(tx, NewUser(name, name))
                opened = await open_session(tx, user.id, "token", Device("", ""), checked=None, days=30)
                assert await close_sessions_of(tx, user.id) == 1
                return opened.session

            session = await one.uow.run(come_and_go)
            async with another.uow.read() as read:
                assert session in await sessions_revoked_lately(read, 60 * SECOND, other.now())
                assert not await sessions_revoked_lately(read, -60 * SECOND, other.now())
