"""Members of a room of ejabberd: a bare XMPP client, SASL PLAIN, one room."""

import asyncio
import base64

from bench.member import Shared
from bench.peers.guest import Guest

PASSWORD = "secret"  # noqa: S105 - of people that do not exist
ERRORS = (b"<failure", b"<stream:error", b"type='error'")
MESSAGE = b"</message>"
STANZAS = (MESSAGE, b"</presence>", b"</iq>")
FEATURES = b"</stream:features>"
OPEN = (
    "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xml:lang='en' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)
AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{}</auth>"
BIND = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
JOIN = (
    "<presence to='{}/{}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
)
PAGE = (
    "<iq type='set' id='page' to='{}'><query xmlns='urn:xmpp:mam:2'>"
    "<set xmlns='http://jabber.org/protocol/rsm'><max>{}</max><before/></set></query></iq>"
)


class XmppGuest(Guest):
    """It answers what the server says until it is in the room, and counts messages then."""

    def __init__(self, shared: Shared, host: str, token: str, room: str, *, sampled: bool = False) -> None:
        super().__init__(shared, host, token, room, sampled=sampled)
        self.jid = f"{room}@conference.localhost"
        plain = base64.b64encode(f"\0{token}\0{PASSWORD}".encode()).decode()
        self._steps = [  # what it waits for, and what it then says
            (FEATURES, AUTH.format(plain)),
            (b"<success", OPEN),
            (FEATURES, BIND),
            (b"</iq>", JOIN.format(self.jid, token)),
            (MESSAGE, ""),  # the subject is the last that comes of a room
        ]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(OPEN.encode())

    def message(self, ref: int, room: str, text: str) -> bytes:
        del room
        body = self.marked(ref, text)
        return f"<message type='groupchat' to='{self.jid}' id='{ref}'><body>{body}</body></message>".encode()

    def take(self, data: bytearray, at: int, end: int) -> int:
        while self._steps and not self.ready.done():
            found = data.find(self._steps[0][0], at, end)
            if found < 0:
                return self._unless_refused(data, at, end)
            at = found + len(self._steps[0][0])
            self.transport.write(self._steps.pop(0)[1].encode())
            if not self._steps:
                self.enter()
        return self.stanzas(data, at, end)

    def stanzas(self, data: bytearray, at: int, end: int) -> int:
        """Count messages; where what is incomplete begins."""
        if number := data.count(MESSAGE, at, end):
            self.delivered(data, at, data.rfind(MESSAGE, at, end) + len(MESSAGE), number)
        if self.on_ack:
            self._unless_refused(data, at, end)
        whole = [found + len(stanza) for stanza in STANZAS if (found := data.rfind(stanza, at, end)) >= 0]
        return max(whole, default=at)

    def _unless_refused(self, data: bytearray, at: int, end: int) -> int:
        if any(data.find(error, at, end) >= 0 for error in ERRORS):
            self.refuse(bytes(data[at:end][-500:]))
        return at


class XmppReader(XmppGuest):
    """One who is in the room to read its archive."""

    _page: "asyncio.Future[int] | None" = None

    async def newest(self, number: int) -> int:
        """How many messages the archive gave of those last ones."""
        self._page = asyncio.get_running_loop().create_future()
        self.transport.write(PAGE.format(self.jid, number).encode())
        return await self._page

    def stanzas(self, data: bytearray, at: int, end: int) -> int:
        found = data.find(b"</iq>", at, end)
        if found < 0:
            return self._unless_refused(data, at, end)
        if self._page and not self._page.done():
            self._page.set_result(data.count(b"<result ", at, found))
        return found + len(b"</iq>")
