"""The one table of limits: what is counted, for whom, and how much of it may be. All can be changed."""

from __future__ import annotations

from talkoot.chat.accounts import throttle
from talkoot.chat.addresses import limits as addresses
from talkoot.chat.commands.access import COMMANDS
from talkoot.chat.messages.access import ROOM_MESSAGES
from talkoot.chat.moderation.http.reports import REPORTS
from talkoot.chat.privacy.http.exports import EXPORTS
from talkoot.chat.search.http import SEARCHES
from talkoot.kernel import http_limits
from talkoot.kernel.limit_book import Limit
from talkoot.realtime import limits as socket

GUESSES = 5  # times as much at the most: these keep strangers from guessing

LIMITS = (
    Limit(http_limits.SERVER, "server", "requests of everybody"),
    Limit(http_limits.ADDRESS, "address", "requests from one address, or IPv6 network of 64 bits"),
    Limit(http_limits.READS, "token", "requests that read, with one token or cookie, or from an address"),
    Limit(http_limits.WRITES, "token", "requests that change something, the same"),
    Limit(http_limits.USER, "user", "requests of one person, whatever they show"),
    Limit(socket.SERVER, "server", "frames on all sockets"),
    Limit(socket.CONNECTION, "connection", "frames on one socket"),
    Limit(socket.USER, "user", "frames on all sockets of one person"),
    Limit(ROOM_MESSAGES, "room", "messages to one room, over HTTP and sockets"),
    Limit(COMMANDS, "user", "commands of bots that one person runs"),
    Limit(SEARCHES, "user", "searches of one person"),
    Limit(EXPORTS, "user", "files with all that is known of somebody, asked for by one person"),
    Limit(throttle.SIGN_IN_ADDRESS, "address", "passwords tried from one address", GUESSES),
    Limit(throttle.SIGN_IN_ACCOUNT, "account", "passwords tried at one account", GUESSES),
    Limit(throttle.SIGN_IN_ACCOUNT_LONG, "account", "the same, in the long run", GUESSES),
    Limit(throttle.SECOND_STEP_LONG, "account", "codes of a second factor tried at one account", GUESSES),
    Limit(throttle.WRONG_TOKEN, "address", "tokens and tickets from one address that do not hold", GUESSES),
    Limit(throttle.WRONG_INVITE, "address", "invitations from one address that do not hold", GUESSES),
    Limit(REPORTS, "user", "reports of one person"),
    Limit(throttle.ANONYMOUS, "address", "readings without an account, from one address"),
    Limit(throttle.REGISTRATION, "address", "accounts made from one address"),
    Limit(throttle.MAIL_TO_ACCOUNT, "account", "links to confirm an address, asked for by its owner"),
    Limit(throttle.INVITES_MAILED_BY, "user", "invitations that one person has mailed"),
    Limit(throttle.INVITES_MAILED_TO, "account", "invitations that are mailed to one email address"),
    Limit(addresses.RESET_CLIENT, "address", "forgotten passwords from one address", GUESSES),
    Limit(addresses.RESET_LOGIN, "account", "forgotten passwords of one account", GUESSES),
    Limit(addresses.WRONG_LINK, "address", "mailed links from one address that do not hold", GUESSES),
)
