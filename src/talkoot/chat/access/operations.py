"""The one table of operations: what each is about, and what one must hold there. Nothing else is served.

A row names its ways in: a route of the API, an operation on the socket, or both. At the start every route and
every operation of the socket is looked up here (`roll_call.py`), and `docs/permissions.md` is made of it. The
action behind a row passes the row to a door (`doors.py`), which answers 404 to whoever may not know of the
subject, 403 to whoever may not do this with it. The matrix test asks every row of everybody.

What nobody else may do at a desk that was left says so with `proof`: whoever asks for it has signed in, or
shown that it is them, a moment ago.

A row also says which scope a token needs for it: by what one must hold there, or in words. Without either, no
token is good for it.
"""

from __future__ import annotations

from talkoot.chat.access.permissions import Permission as P  # noqa: N817 - one letter in a wide table
from talkoot.chat.access.rows import ALWAYS, Operation

__all__ = ("ALWAYS", "Operation")  # and all rows

_OF_MORE = "password or address of who has a second factor, or no password"
_OF_OWNERS = "somebody else who owns the workspace, or is to"

# Arriving and signing in
GET_SESSION = Operation("anyone", None, "GET /auth/session")
GET_SETUP = Operation("anyone", None, "GET /setup")
SET_UP = Operation("anyone", None, "POST /setup")
REGISTER = Operation("anyone", None, "POST /auth/register")
GET_TOKEN = Operation("anyone", None, "POST /auth/token")
LOG_IN = Operation("anyone", None, "POST /auth/login")
TAKE_SECOND_STEP = Operation("anyone", None, "POST /auth/second-step")  # a cookie vouches for the first one
GIVE_UP_SECOND_STEP = Operation("anyone", None, "DELETE /auth/second-step")
START_SECOND_STEP = Operation("anyone", None, "POST /auth/second-step/passkey")
START_PASSKEY = Operation("anyone", None, "POST /auth/passkey/start")
USE_PASSKEY = Operation("anyone", None, "POST /auth/passkey")
LIST_PROVIDERS = Operation("anyone", None, "GET /auth/providers")
START_SIGN_IN = Operation("anyone", None, "POST /auth/providers/{provider}/start")
COME_BACK = Operation("anyone", None, "GET /auth/providers/{provider}/callback")  # a cookie vouches
SIGN_OUT_ELSEWHERE = Operation("anyone", None, "POST /auth/providers/{provider}/logout")  # a token vouches
FORGET_PASSWORD = Operation("anyone", None, "POST /auth/password/forgot")
CHOOSE_PASSWORD = Operation("anyone", None, "POST /auth/password/reset")  # a mailed token vouches
CONFIRM_ADDRESS = Operation("anyone", None, "POST /auth/address/confirm")  # a mailed token vouches
UNDO_ADDRESS = Operation("anyone", None, "POST /auth/address/undo")  # a mailed token vouches
OPEN_UNSUBSCRIBE = Operation("anyone", None, "GET /letters/unsubscribe/{token}")
UNSUBSCRIBE_LETTERS = Operation("anyone", None, "POST /letters/unsubscribe/{token}")  # a mailed token vouches
GET_INVITE = Operation("anyone", None, "GET /invites/{token}")
OPEN_SOCKET = Operation("anyone", None, "GET /ws", socket="hello", scope="any", anywhere=True)

# Oneself
LOG_OUT = Operation("oneself", None, "POST /auth/logout")
LIST_SESSIONS = Operation("oneself", None, "GET /auth/sessions")
CLOSE_OTHER_SESSIONS = Operation("oneself", None, "DELETE /auth/sessions")
CLOSE_SESSION = Operation("oneself", None, "DELETE /auth/sessions/{session}")
GET_TICKET = Operation("oneself", None, "POST /ws-ticket")
GET_ME = Operation("oneself", None, "GET /users/me", scope="read", anywhere=True)
CHANGE_ME = Operation("oneself", None, "PATCH /users/me", proof=_OF_MORE)
GET_ADDRESS = Operation("oneself", None, "GET /users/me/address")
PUT_ADDRESS = Operation("oneself", None, "PUT /users/me/address", lasting=True, proof=_OF_MORE)
MAIL_AGAIN = Operation("oneself", None, "POST /users/me/address/link")
GET_SECOND_FACTOR = Operation("oneself", None, "GET /users/me/second-factor")
GIVE_PROOF = Operation("oneself", None, "POST /users/me/proof")
START_PROOF = Operation("oneself", None, "POST /users/me/proof/passkey")
START_APP = Operation("oneself", None, "POST /users/me/second-factor/app", lasting=True, proof=ALWAYS)
CONFIRM_APP = Operation("oneself", None, "PUT /users/me/second-factor/app", lasting=True, proof=ALWAYS)
REMOVE_APP = Operation("oneself", None, "DELETE /users/me/second-factor/app", proof=ALWAYS)
MAKE_RECOVERY_CODES = Operation("oneself", None, "POST /users/me/second-factor/recovery-codes", proof=ALWAYS)
LIST_PASSKEYS = Operation("oneself", None, "GET /users/me/passkeys")
START_ADDING_PASSKEY = Operation("oneself", None, "POST /users/me/passkeys/start", lasting=True, proof=ALWAYS)
ADD_PASSKEY = Operation("oneself", None, "POST /users/me/passkeys", lasting=True, proof=ALWAYS)
RENAME_PASSKEY = Operation("oneself", None, "PATCH /users/me/passkeys/{passkey}")
REMOVE_PASSKEY = Operation("oneself", None, "DELETE /users/me/passkeys/{passkey}", proof=ALWAYS)
LIST_IDENTITIES = Operation("oneself", None, "GET /users/me/identities")
START_LINK = Operation("oneself", None, "POST /users/me/identities", lasting=True, proof=ALWAYS)
UNLINK = Operation("oneself", None, "DELETE /users/me/identities/{identity}", proof=ALWAYS)
LIST_TOKENS = Operation("oneself", None, "GET /users/me/tokens")
MAKE_TOKEN = Operation("oneself", None, "POST /users/me/tokens", lasting=True, proof=ALWAYS)
ROTATE_TOKEN = Operation("oneself", None, "POST /users/me/tokens/{made}/rotate", lasting=True, proof=ALWAYS)
REVOKE_TOKEN = Operation("oneself", None, "DELETE /users/me/tokens/{made}")
ACCEPT_INVITE = Operation("oneself", None, "POST /invites/{token}/accept")
EXPORT_ME = Operation("oneself", None, "POST /users/me/export")
LIST_EXPORTS = Operation("oneself", None, "GET /exports")
DROP_EXPORT = Operation("oneself", None, "DELETE /exports/{export}")
LINK_EXPORT = Operation("oneself", None, "POST /exports/{export}/link", proof=ALWAYS)
FETCH_EXPORT = Operation("oneself", None, "GET /exports/{export}/file/{token}")
LEAVE = Operation("oneself", None, "POST /users/me/deletion", proof=ALWAYS)
LIST_UNREADS = Operation("oneself", None, "GET /unreads", scope="read", anywhere=True)
LIST_SAVED = Operation("oneself", None, "GET /saved", scope="read")
LIST_SAVED_IDS = Operation("oneself", None, "GET /saved/ids", scope="read")
UNSAVE = Operation("oneself", None, "DELETE /messages/{message}/saved", scope="write")
LIST_DRAFTS = Operation("oneself", None, "GET /drafts", scope="read")
DROP_DRAFT = Operation("oneself", None, "DELETE /drafts/{room}", scope="write")
LIST_SCHEDULED = Operation("oneself", None, "GET /scheduled", scope="read")
RESCHEDULE = Operation("oneself", None, "PATCH /scheduled/{scheduled}", scope="write")
UNSCHEDULE = Operation("oneself", None, "DELETE /scheduled/{scheduled}", scope="write")
LIST_NOTIFICATIONS = Operation("oneself", None, "GET /notifications", scope="read", anywhere=True)
READ_NOTIFICATIONS = Operation("oneself", None, "PUT /notifications/read")
GET_NOTIFICATION_SETTINGS = Operation("oneself", None, "GET /notifications/settings")
CHANGE_NOTIFICATION_SETTINGS = Operation("oneself", None, "PATCH /notifications/settings")
LIST_THREADS = Operation("oneself", None, "GET /threads", scope="read", anywhere=True)
LIST_WORKSPACES = Operation("oneself", None, "GET /workspaces", scope="read", anywhere=True)
BEAT = Operation("oneself", None, socket="hb", scope="any", anywhere=True, public=True)
RENEW = Operation("oneself", None, socket="auth", scope="any", anywhere=True)
UNSUBSCRIBE = Operation("oneself", None, socket="unsub", scope="any", anywhere=True, public=True)
LIST_OWN_REPORTS = Operation("oneself", None, "GET /users/me/reports")
LIST_OWN_SANCTIONS = Operation("oneself", None, "GET /users/me/sanctions")  # who is banned too
LIST_OWN_APPEALS = Operation("oneself", None, "GET /users/me/appeals")
APPEAL = Operation("oneself", None, "POST /users/me/appeals")
SET_STATUS = Operation("oneself", None, "PUT /users/me/status", scope="write")
CLEAR_STATUS = Operation("oneself", None, "DELETE /users/me/status", scope="write")
GET_READ_CHOICE = Operation("oneself", None, "GET /users/me/reads")
CHANGE_READ_CHOICE = Operation("oneself", None, "PATCH /users/me/reads")
WATCH_PRESENCE = Operation("oneself", None, socket="presence", scope="read")  # of strangers it tells nothing

# People, and the installation
GET_USER = Operation("person", None, "GET /users/{user}")
GET_STATUS = Operation("person", None, "GET /users/{user}/status")
CREATE_WORKSPACE = Operation("owners", None, "POST /workspaces")
LIST_JOBS = Operation("installation", None, "GET /jobs")
GET_JOB = Operation("installation", None, "GET /jobs/{job}")
RETRY_JOB = Operation("installation", None, "POST /jobs/{job}/retry")
DROP_JOB = Operation("installation", None, "DELETE /jobs/{job}")
LIST_LIMITS = Operation("installation", None, "GET /limits")
SET_LIMIT = Operation("installation", None, "PUT /limits/{limit}")
RESET_LIMIT = Operation("installation", None, "DELETE /limits/{limit}")
RESET_SECOND_FACTOR = Operation(
    "installation", None, "DELETE /users/{user}/second-factor", scope="never", proof=ALWAYS
)
LIST_ACTS_OF_INSTALLATION = Operation("installation", None, "GET /audit")
LIST_ALL_TOKENS = Operation("installation", None, "GET /tokens")
REVOKE_ANY_TOKEN = Operation("installation", None, "DELETE /tokens/{made}")
EXPORT_USER = Operation("installation", None, "POST /users/{user}/export", scope="never", proof=ALWAYS)
DELETE_USER = Operation("installation", None, "POST /users/{user}/deletion", scope="never", proof=ALWAYS)
KEEP_USER = Operation("installation", None, "DELETE /users/{user}/deletion", scope="never")

# Bots of a workspace, and their tokens
LIST_BOTS = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/bots")
MAKE_BOT = Operation("workspace", P.MEMBERS_MANAGE, "POST /workspaces/{workspace}/bots")
CHANGE_BOT = Operation("workspace", P.MEMBERS_MANAGE, "PATCH /workspaces/{workspace}/bots/{bot}")
REMOVE_BOT = Operation("workspace", P.MEMBERS_MANAGE, "DELETE /workspaces/{workspace}/bots/{bot}")
_BOT_TOKENS = "/workspaces/{workspace}/bots/{bot}/tokens"
LIST_BOT_TOKENS = Operation("workspace", P.MEMBERS_MANAGE, f"GET {_BOT_TOKENS}", scope="never")
MAKE_BOT_TOKEN = Operation(
    "workspace", P.MEMBERS_MANAGE, f"POST {_BOT_TOKENS}", scope="never", lasting=True, proof=ALWAYS
)
ROTATE_BOT_TOKEN = Operation(
    "workspace",
    P.MEMBERS_MANAGE,
    f"POST {_BOT_TOKENS}/{{made}}/rotate",
    scope="never",
    lasting=True,
    proof=ALWAYS,
)
REVOKE_BOT_TOKEN = Operation("workspace", P.MEMBERS_MANAGE, f"DELETE {_BOT_TOKENS}/{{made}}", scope="never")

# Commands of bots: a bot sees to its own, and answers what was asked of it
_BOT_COMMANDS = "/workspaces/{workspace}/bots/{bot}/commands"
_COMMAND = f"{_BOT_COMMANDS}/{{name}}"
LIST_COMMANDS = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/commands")
LIST_BOT_COMMANDS = Operation("workspace", P.MEMBERS_MANAGE, f"GET {_BOT_COMMANDS}", own=P.WORKSPACE_READ)
PUT_COMMAND = Operation("workspace", P.MEMBERS_MANAGE, f"PUT {_COMMAND}", own=P.WORKSPACE_READ)
DELETE_COMMAND = Operation("workspace", P.MEMBERS_MANAGE, f"DELETE {_COMMAND}", own=P.WORKSPACE_READ)
LIST_ROOM_COMMANDS = Operation("room", P.ROOM_READ, "GET /rooms/{room}/commands")
RUN_COMMAND = Operation("room", P.ROOM_POST, "POST /rooms/{room}/commands", socket="run")
LIST_WAITING = Operation("oneself", None, "GET /invocations", scope="read", anywhere=True)
LIST_OWN_INVOCATIONS = Operation("oneself", None, "GET /users/me/invocations", scope="read", anywhere=True)
ANSWER_INVOCATION = Operation(
    "oneself", None, "PUT /invocations/{invocation}/answer", scope="write", anywhere=True
)

# Applications that sign people in to a workspace
_APPLICATIONS = "/workspaces/{workspace}/applications"
LIST_APPLICATIONS = Operation("workspace", P.ACCESS_MANAGE, f"GET {_APPLICATIONS}")
MAKE_APPLICATION = Operation(
    "workspace", P.ACCESS_MANAGE, f"POST {_APPLICATIONS}", scope="never", lasting=True, proof=ALWAYS
)
CHANGE_APPLICATION = Operation("workspace", P.ACCESS_MANAGE, f"PATCH {_APPLICATIONS}/{{application}}")
DELETE_APPLICATION = Operation("workspace", P.ACCESS_MANAGE, f"DELETE {_APPLICATIONS}/{{application}}")
ROTATE_APPLICATION_SECRET = Operation(
    "workspace",
    P.ACCESS_MANAGE,
    f"POST {_APPLICATIONS}/{{application}}/secret",
    scope="never",
    lasting=True,
    proof=ALWAYS,
)

# What reaches oneself while no page is open
GET_LETTERS = Operation("oneself", None, "GET /users/me/letters")
CHANGE_LETTERS = Operation("oneself", None, "PATCH /users/me/letters")
GET_PUSH_KEY = Operation("oneself", None, "GET /push/key")
LIST_SUBSCRIPTIONS = Operation("oneself", None, "GET /push/subscriptions")
SUBSCRIBE_BROWSER = Operation("oneself", None, "POST /push/subscriptions")
UNSUBSCRIBE_BROWSER = Operation("oneself", None, "DELETE /push/subscriptions/{subscription}")
TRY_SUBSCRIPTION = Operation("oneself", None, "POST /push/subscriptions/{subscription}/test")

# A workspace
CHANGE_WORKSPACE = Operation("workspace", P.WORKSPACE_MANAGE, "PATCH /workspaces/{workspace}")
SET_WORKSPACE_LEVEL = Operation("workspace", P.WORKSPACE_READ, "PUT /workspaces/{workspace}/notifications")
LIST_MEMBERS = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/members")
_MEMBER = "/workspaces/{workspace}/members/{user}"
CHANGE_ROLE = Operation("workspace", P.MEMBERS_MANAGE, f"PUT {_MEMBER}", proof=_OF_OWNERS)
REMOVE_MEMBER = Operation(
    "workspace", P.MEMBERS_MANAGE, f"DELETE {_MEMBER}", own=P.WORKSPACE_READ, proof=_OF_OWNERS
)
LIST_ROLES = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/roles")
CREATE_ROLE = Operation("workspace", P.ACCESS_MANAGE, "POST /workspaces/{workspace}/roles")
UPDATE_ROLE = Operation("workspace", P.ACCESS_MANAGE, "PATCH /workspaces/{workspace}/roles/{role}")
DELETE_ROLE = Operation("workspace", P.ACCESS_MANAGE, "DELETE /workspaces/{workspace}/roles/{role}")
LIST_INVITES = Operation("workspace", P.MEMBERS_INVITE, "GET /workspaces/{workspace}/invites")
MAKE_INVITE = Operation("workspace", P.MEMBERS_INVITE, "POST /workspaces/{workspace}/invites")
REVOKE_INVITE = Operation("workspace", P.MEMBERS_INVITE, "DELETE /workspaces/{workspace}/invites/{invite}")
LIST_ROOMS = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/rooms")
CREATE_ROOM = Operation("workspace", P.ROOMS_CREATE, "POST /workspaces/{workspace}/rooms")
OPEN_DIRECT = Operation("workspace", P.DIRECT_CREATE, "POST /workspaces/{workspace}/direct")
LIST_CATEGORIES = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/categories")
CREATE_CATEGORY = Operation("workspace", P.CATEGORIES_MANAGE, "POST /workspaces/{workspace}/categories")
UPDATE_CATEGORY = Operation("category", P.CATEGORIES_MANAGE, "PUT /categories/{category}")
SEARCH = Operation("workspace", P.WORKSPACE_READ, "GET /search")

LIST_EMOJI = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/emoji")
ADD_EMOJI = Operation("workspace", P.EMOJI_MANAGE, "POST /workspaces/{workspace}/emoji")
_EMOJI = "/workspaces/{workspace}/emoji/{custom}"
GET_EMOJI_PICTURE = Operation("workspace", P.WORKSPACE_READ, f"GET {_EMOJI}/picture")
REMOVE_EMOJI = Operation("workspace", P.EMOJI_MANAGE, f"DELETE {_EMOJI}")

LIST_GROUP_RULES = Operation("workspace", P.ACCESS_MANAGE, "GET /workspaces/{workspace}/groups")
MAKE_GROUP_RULE = Operation("workspace", P.ACCESS_MANAGE, "POST /workspaces/{workspace}/groups")
CHANGE_GROUP_RULE = Operation("workspace", P.ACCESS_MANAGE, "PUT /workspaces/{workspace}/groups/{rule}")
DELETE_GROUP_RULE = Operation("workspace", P.ACCESS_MANAGE, "DELETE /workspaces/{workspace}/groups/{rule}")

GET_DEFAULT_RETENTION = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/retention")
SET_DEFAULT_RETENTION = Operation("workspace", P.RETENTION_MANAGE, "PUT /workspaces/{workspace}/retention")
LIST_ACTS = Operation("workspace", P.AUDIT_READ, "GET /workspaces/{workspace}/audit")
EXPORT_ACTS = Operation("workspace", P.AUDIT_READ, "GET /workspaces/{workspace}/audit/export")

# What one may read of a workspace, in a file
_EXPORTS = "/workspaces/{workspace}/exports"
EXPORT_WORKSPACE = Operation("workspace", P.WORKSPACE_MANAGE, f"POST {_EXPORTS}", scope="never")
LIST_WORKSPACE_EXPORTS = Operation("workspace", P.WORKSPACE_MANAGE, f"GET {_EXPORTS}", scope="never")
DROP_WORKSPACE_EXPORT = Operation(
    "workspace", P.WORKSPACE_MANAGE, f"DELETE {_EXPORTS}/{{export}}", scope="never"
)
LINK_WORKSPACE_EXPORT = Operation(
    "workspace", P.WORKSPACE_MANAGE, f"POST {_EXPORTS}/{{export}}/link", scope="never", proof=ALWAYS
)
FETCH_WORKSPACE_EXPORT = Operation(
    "workspace", P.WORKSPACE_MANAGE, f"GET {_EXPORTS}/{{export}}/file/{{token}}", scope="never"
)

# Entries of any node
LIST_ENTRIES = Operation("node", P.ACCESS_MANAGE, "GET /{kind}/{resource}/acl")
REPLACE_ENTRIES = Operation("node", P.ACCESS_MANAGE, "PUT /{kind}/{resource}/acl")
PREVIEW_ENTRIES = Operation("node", P.ACCESS_MANAGE, "POST /{kind}/{resource}/acl/preview")
EXPLAIN = Operation("node", P.ACCESS_MANAGE, "GET /{kind}/{resource}/acl/explain", own=P.WORKSPACE_READ)

# Entries of a thread, which goes by the id of its first message
LIST_THREAD_ENTRIES = Operation("thread", P.ACCESS_MANAGE, "GET /messages/{message}/acl")
REPLACE_THREAD_ENTRIES = Operation("thread", P.ACCESS_MANAGE, "PUT /messages/{message}/acl")
PREVIEW_THREAD_ENTRIES = Operation("thread", P.ACCESS_MANAGE, "POST /messages/{message}/acl/preview")
EXPLAIN_THREAD = Operation("thread", P.ACCESS_MANAGE, "GET /messages/{message}/acl/explain", own=P.ROOM_READ)

# Sanctions on a workspace or a room
LIST_SANCTIONS = Operation("node", P.MEMBERS_MODERATE, "GET /{kind}/{resource}/sanctions")
IMPOSE_SANCTION = Operation("node", P.MEMBERS_MODERATE, "PUT /{kind}/{resource}/sanctions/{user}/{sanction}")
LIFT_SANCTION = Operation("node", P.MEMBERS_MODERATE, "DELETE /{kind}/{resource}/sanctions/{user}/{sanction}")
KICK_FROM_ROOM = Operation("room", P.MEMBERS_MODERATE, "POST /rooms/{room}/kick/{user}")
TAKE_STATUS = Operation(
    "workspace", P.MEMBERS_MODERATE, "DELETE /workspaces/{workspace}/members/{user}/status"
)
KICK_FROM_WORKSPACE = Operation("workspace", P.MEMBERS_MODERATE, "POST /workspaces/{workspace}/kick/{user}")

BEGIN_PURGE = Operation("node", P.MESSAGES_MODERATE, "POST /{kind}/{resource}/purges")
LIST_PURGES = Operation("node", P.MESSAGES_MODERATE, "GET /{kind}/{resource}/purges")
STOP_PURGE = Operation("node", P.MESSAGES_MODERATE, "DELETE /{kind}/{resource}/purges/{purge}")

# A room
GET_ROOM = Operation("room", P.ROOM_READ, "GET /rooms/{room}", public=True)
UPDATE_ROOM = Operation("room", P.ROOM_MANAGE, "PATCH /rooms/{room}")
ARCHIVE_ROOM = Operation("room", P.ROOM_MANAGE, "DELETE /rooms/{room}")
GET_RETENTION = Operation("room", P.ROOM_READ, "GET /rooms/{room}/retention")
SET_RETENTION = Operation("room", P.RETENTION_MANAGE, "PUT /rooms/{room}/retention")
JOIN_ROOM = Operation("room", P.ROOM_JOIN, "POST /rooms/{room}/join")
LEAVE_ROOM = Operation("room", P.ROOM_READ, "POST /rooms/{room}/leave")
LIST_ROOM_MEMBERS = Operation("room", P.ROOM_READ, "GET /rooms/{room}/members")
ADD_ROOM_MEMBER = Operation("room", P.ROOM_INVITE, "PUT /rooms/{room}/members/{user}")
REMOVE_ROOM_MEMBER = Operation("room", P.ROOM_MANAGE, "DELETE /rooms/{room}/members/{user}", own=P.ROOM_READ)
LIST_MESSAGES = Operation("room", P.ROOM_READ, "GET /rooms/{room}/messages", public=True)
SEND_MESSAGE = Operation("room", P.ROOM_POST, "POST /rooms/{room}/messages", socket="send")
LIST_EVENTS = Operation("room", P.ROOM_READ, "GET /rooms/{room}/events", public=True)
SUBSCRIBE = Operation("room", P.ROOM_READ, socket="sub", scope="read", public=True)
SCHEDULE = Operation("room", P.ROOM_POST, "POST /rooms/{room}/scheduled")
PUT_DRAFT = Operation("room", P.ROOM_READ, "PUT /drafts/{room}")
SET_ROOM_LEVEL = Operation("room", P.ROOM_READ, "PUT /rooms/{room}/notifications")
LIST_READERS = Operation("room", P.ROOM_READ, "GET /rooms/{room}/readers", socket="readers")
MARK_READ = Operation("room", P.ROOM_READ, "PUT /rooms/{room}/read", socket="read")
MARK_UNREAD = Operation("room", P.ROOM_READ, "PUT /rooms/{room}/unread")
TYPE = Operation("room", P.ROOM_POST, socket="typing")

# What moderators are to see first
GET_RULES = Operation("room", P.MESSAGES_MODERATE, "GET /rooms/{room}/rules")
SET_RULES = Operation("room", P.MESSAGES_MODERATE, "PUT /rooms/{room}/rules")
LIST_QUEUE = Operation("workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/held", scope="moderate")
LIST_HELD = Operation("room", P.MESSAGES_MODERATE, "GET /rooms/{room}/held")
LIST_OWN_HELD = Operation("room", P.ROOM_READ, "GET /rooms/{room}/held/mine")
APPROVE_HELD = Operation("room", P.MESSAGES_MODERATE, "POST /rooms/{room}/held/{held}/approve")
REJECT_HELD = Operation("room", P.MESSAGES_MODERATE, "POST /rooms/{room}/held/{held}/reject")
WITHDRAW_HELD = Operation("room", P.ROOM_READ, "DELETE /rooms/{room}/held/{held}")

# What people tell moderators; the queues have what one moderates oneself
REPORT_MESSAGE = Operation("message", P.ROOM_READ, "POST /messages/{message}/reports")
REPORT_USER = Operation("workspace", P.WORKSPACE_READ, "POST /workspaces/{workspace}/reports")
LIST_REPORTS = Operation(
    "workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/reports", scope="moderate"
)
CLOSE_REPORT = Operation(
    "workspace", P.WORKSPACE_READ, "POST /workspaces/{workspace}/reports/{report}/close", scope="moderate"
)
LIST_APPEALS = Operation(
    "workspace", P.WORKSPACE_READ, "GET /workspaces/{workspace}/appeals", scope="moderate"
)
ACCEPT_APPEAL = Operation(
    "workspace", P.WORKSPACE_READ, "POST /workspaces/{workspace}/appeals/{appeal}/accept", scope="moderate"
)
DENY_APPEAL = Operation(
    "workspace", P.WORKSPACE_READ, "POST /workspaces/{workspace}/appeals/{appeal}/deny", scope="moderate"
)

# A message
GET_MESSAGE = Operation("message", P.ROOM_READ, "GET /messages/{message}", public=True)
LIST_THREAD = Operation("message", P.ROOM_READ, "GET /messages/{message}/thread", public=True)
LIST_EDITS = Operation("message", P.ROOM_READ, "GET /messages/{message}/edits", public=True)
GET_READ_BY = Operation("message", P.ROOM_READ, "GET /messages/{message}/read-by")
EDIT_MESSAGE = Operation("message", None, "PATCH /messages/{message}", socket="edit", own=P.ROOM_POST)
DELETE_MESSAGE = Operation(
    "message", P.MESSAGES_MODERATE, "DELETE /messages/{message}", socket="delete", own=P.ROOM_READ
)
_REACTION = "/messages/{message}/reactions/{emoji}"
LIST_REACTIONS = Operation("message", P.ROOM_READ, "GET /messages/{message}/reactions")
REACT = Operation("message", P.ROOM_REACT, f"PUT {_REACTION}", socket="react")
REMOVE_PREVIEW = Operation(
    "message", P.MESSAGES_MODERATE, "DELETE /messages/{message}/previews/{preview}", own=P.ROOM_READ
)
_POLL = "/messages/{message}/poll"
GET_POLL = Operation("message", P.ROOM_READ, f"GET {_POLL}")
VOTE = Operation("message", P.ROOM_REACT, f"PUT {_POLL}/vote", socket="vote")
UNVOTE = Operation("message", P.ROOM_READ, f"DELETE {_POLL}/vote", socket="unvote", scope="write")
LIST_VOTERS = Operation("message", P.ROOM_READ, f"GET {_POLL}/options/{{option}}/voters")
CLOSE_POLL = Operation("message", P.MESSAGES_MODERATE, f"POST {_POLL}/close", own=P.ROOM_READ)
LIST_PINS = Operation("room", P.ROOM_READ, "GET /rooms/{room}/pins")
PIN = Operation("message", P.ROOM_PIN, "PUT /messages/{message}/pin")
UNPIN = Operation("message", P.ROOM_PIN, "DELETE /messages/{message}/pin")
SAVE = Operation("message", P.ROOM_READ, "PUT /messages/{message}/saved")
UNREACT = Operation("message", P.ROOM_READ, f"DELETE {_REACTION}", socket="unreact", scope="write")

# Posts: who writes them changes their own; those of others with `posts.edit` besides
_POSTS = "/rooms/{room}/posts"
LIST_POSTS = Operation("room", P.ROOM_READ, f"GET {_POSTS}", public=True)
GET_POST = Operation("room", P.ROOM_READ, f"GET {_POSTS}/{{post}}", public=True)
MAKE_POST = Operation("room", P.POSTS_WRITE, f"POST {_POSTS}")
CHANGE_POST = Operation("room", P.POSTS_WRITE, f"PATCH {_POSTS}/{{post}}")
DELETE_POST = Operation("room", P.POSTS_WRITE, f"DELETE {_POSTS}/{{post}}")
PUBLISH_POST = Operation("room", P.POSTS_WRITE, f"POST {_POSTS}/{{post}}/publish")
UNPUBLISH_POST = Operation("room", P.POSTS_WRITE, f"POST {_POSTS}/{{post}}/unpublish")
SCHEDULE_POST = Operation("room", P.POSTS_WRITE, f"PUT {_POSTS}/{{post}}/schedule")
UNSCHEDULE_POST = Operation("room", P.POSTS_WRITE, f"DELETE {_POSTS}/{{post}}/schedule")
LEAVE_POST = Operation("room", P.ROOM_READ, f"DELETE {_POSTS}/{{post}}/co-authors/me", scope="write")
LIST_VERSIONS = Operation("room", P.POSTS_WRITE, f"GET {_POSTS}/{{post}}/versions")
# Threads that one follows, which go by the id of their first message
GET_THREAD_STATE = Operation("message", P.ROOM_READ, "GET /messages/{message}/follow")
FOLLOW_THREAD = Operation("message", P.ROOM_READ, "PUT /messages/{message}/follow")
UNFOLLOW_THREAD = Operation("message", P.ROOM_READ, "DELETE /messages/{message}/follow")
READ_THREAD = Operation("message", P.ROOM_READ, "PUT /messages/{message}/thread/read")
MARK_THREAD_UNREAD = Operation("message", P.ROOM_READ, "PUT /messages/{message}/thread/unread")

# Files: about a message, for who may read one may have what it carries
UPLOAD_FILE = Operation("room", P.ROOM_POST, "POST /files", form=True)
GET_FILE = Operation("message", P.ROOM_READ, "GET /files/{file}", public=True)
GET_THUMBNAIL = Operation("message", P.ROOM_READ, "GET /files/{file}/thumbnail", public=True)
DELETE_FILE = Operation("message", None, "DELETE /files/{file}", own=P.ROOM_READ)
# Uploads in several requests: one's own, and for each the door of the room is asked again by `upload_file`
BEGIN_UPLOAD = Operation("room", P.ROOM_POST, "POST /uploads")
_UPLOAD = "/uploads/{upload}"
GET_UPLOAD = Operation("oneself", None, f"GET {_UPLOAD}", scope="write", anywhere=True)
GO_ON_UPLOADING = Operation("oneself", None, f"PATCH {_UPLOAD}", scope="write", anywhere=True, form=True)
TUNNEL_UPLOAD = Operation("oneself", None, f"POST {_UPLOAD}", scope="write", anywhere=True, form=True)
STOP_UPLOAD = Operation("oneself", None, f"DELETE {_UPLOAD}", scope="write", anywhere=True)

TABLE: dict[str, Operation] = {
    name.lower(): row for name, row in list(globals().items()) if isinstance(row, Operation)
}
