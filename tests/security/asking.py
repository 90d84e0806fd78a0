"""How each operation of the table is asked for, so that who is let through leaves everything as it was."""

import itertools
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from talkoot.chat.access.operations import Operation
from tests.clients import PASSWORD, Api, Json, Socket
from tests.security.model import Node, Person

numbers = itertools.count(1)
KINDS = {"workspace": "workspaces", "category": "categories"}


@dataclass
class World:
    """A workspace, its people and rooms, and `hand`: who made it all, and puts it back."""

    workspace: str
    hand: Api
    people: dict[str, Api]
    sockets: dict[str, Socket]
    ids: dict[Node, str]
    messages: dict[tuple[Node, str], str] = field(default_factory=dict)  # that were written there, by whom
    files: dict[Node, str] = field(default_factory=dict)  # that the messages of `hand` carry
    given: dict[str, str] = field(default_factory=dict)  # for paths
    entries: dict[str, list[Json]] = field(default_factory=dict)  # of each node


@dataclass
class Case:
    """One question: may this person do this here? `own` says whether it is their own."""

    world: World
    person: Person
    node: Node
    own: bool
    allowed: bool

    @property
    def api(self) -> Api:
        token = self.person.token
        return self.world.people[token.name if token else self.person.name]

    @property
    def socket(self) -> Socket:
        token = self.person.token
        return self.world.sockets[token.name if token else self.person.name]

    def names(self) -> dict[str, str]:
        """What stands in paths."""
        world, id_ = self.world, self.world.ids[self.node]
        place = self.node.place
        author = self.person.name if self.own else "hand"
        return {
            **world.given,
            "kind": KINDS.get(self.node.kind, "rooms"),
            "resource": id_,
            place.about: world.ids[place],
            "user": (self.api if self.own else world.people["spare"]).user["id"],
            "message": world.messages.get((self.node, author), ""),
            "gone": world.messages.get((self.node, f"{author}, gone"), ""),
            "custom": str(uuid.uuid4()),
            "preview": str(uuid.uuid4()),
            "upload": str(uuid.uuid4()),
            "file": world.files.get(self.node, str(uuid.uuid4())),
            "scheduled": str(uuid.uuid4()),
            "number": str(next(numbers)),
            "emoji": "👍",
            "option": "0",
            "sanction": "mute",
            "provider": "nowhere",
            "identity": str(uuid.uuid4()),
            "made": str(uuid.uuid4()),
            "post": str(uuid.uuid4()),
            "bot": str(uuid.uuid4()),
            "name": "deploy",
            "invocation": str(uuid.uuid4()),
            "export": str(uuid.uuid4()),
            "application": str(uuid.uuid4()),
            "passkey": str(uuid.uuid4()),
            "subscription": str(uuid.uuid4()),
            "cid": str(uuid.uuid4()),
            "token": self.api.token,
            "limit": "http.reads",
        }


Step = Callable[[Case], Awaitable[dict[str, str] | None]]
Body = Json | Callable[[Case], Json] | None


async def nothing(_case: Case) -> None:
    """Most need none."""


@dataclass
class Ask:
    """What is sent, with what stands in `{}` filled in, and which statuses say that one was let through."""

    body: Body = None
    query: Json = field(default_factory=dict)
    passed: frozenset[int] = frozenset({200, 201, 204})
    before: Step = nothing
    after: Step = nothing
    both: bool = False  # asked for what is one's own too
    also_403: Callable[[Case], bool] = lambda _case: False  # for reasons that are not access


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    return value.format(**names) if isinstance(value, str) else value


async def over_http(row: Operation, ask: Ask, case: Case) -> int:
    """The status, with 200 for everything that says that one was let through."""
    assert row.http is not None
    method, path = row.http.split(" ")
    names = case.names() | (await ask.before(case) or {})
    body = ask.body(case) if callable(ask.body) else ask.body
    answer = await case.api.ask(method, path.format(**names), filled(body, names), **filled(ask.query, names))
    through = ask.passed if case.allowed else Ask.passed
    status = 200 if answer.status_code in through else answer.status_code
    if status == 403 and case.allowed and ask.also_403(case):
        status = 200
    if status == 200 and case.allowed:
        await ask.after(case)
    return status


FRAMES: dict[str, Json] = {
    "hb": {},
    "auth": {"token": "{token}"},
    "sub": {"rooms": [{"room": "{room}"}]},
    "unsub": {"rooms": ["{room}"]},
    "send": {"room": "{room}", "text": "x", "cid": "{cid}"},
    "edit": {"message": "{message}", "text": "inside"},
    "delete": {"message": "{gone}"},
    "react": {"message": "{message}", "emoji": "👍"},
    "run": {"room": "{room}", "command": "nothing", "cid": "{cid}"},
    "vote": {"message": "{message}", "options": [0]},
    "unvote": {"message": "{message}"},
    "unreact": {"message": "{message}", "emoji": "👍"},
    "read": {"room": "{room}", "seq": 1},
    "readers": {"room": "{room}"},
    "typing": {"room": "{room}"},
    "presence": {"users": ["{user}"]},
}
CODES = {"not_found": 404, "forbidden": 403, "thread_closed": 403, "no_poll": 200, "unknown_command": 200}


async def over_socket(op: str, case: Case) -> int:
    """The same for a frame; who is not signed in is sent away with 4401, which is a 401 here."""
    if op == "hello":
        async with await Socket.open(case.world.hand.url) as socket:
            if not case.person.signed_in:
                return 200
            await socket.hello(token=case.api.token)
        return 200
    frame = {"op": op, **filled(FRAMES[op], {"room": str(uuid.uuid4())} | case.names())}
    if op in {"send", "run"}:
        frame |= in_its_thread(case)
    if not case.person.signed_in:
        async with await Socket.open(case.world.hand.url) as socket:
            if op == "sub":
                await socket.hello(anonymous=True)
                return 200 if (await socket.ask(**frame))["op"] == "subd" else 401
            await socket.push(**frame)
            return (await socket.closed())[0] - 4000
    answer = await case.socket.ask(**frame)
    if op == "sub" and answer["op"] == "subd":
        await case.socket.ask(op="unsub", rooms=[case.names()["room"]])
    return CODES[answer["code"]] if answer["op"] in {"error", "nack"} else 200


# Putting things back


async def reopen(case: Case) -> None:
    if not case.node.archived:
        await case.world.hand.patch(f"/rooms/{case.world.ids[case.node]}", {"archived": False})


async def come_back(case: Case) -> None:
    """Whoever left is put into the room again, and whoever joined for a try leaves it."""
    await _member_again(case, case.person.name)


async def spare_again(case: Case) -> None:
    await _member_again(case, case.person.name if case.own else "spare")


async def _member_again(case: Case, who: str) -> None:
    path, hand = f"/rooms/{case.world.ids[case.node]}", case.world.hand
    person = case.world.people[who]
    if who not in case.node.members:
        await person.call("POST", f"{path}/leave", {}, expect=204)
        return
    if case.node.kind == "direct":
        return
    if case.node.archived:
        await hand.patch(path, {"archived": False})
    await hand.put(f"{path}/members/{person.user['id']}", expect=204)
    if case.node.archived:
        await hand.patch(path, {"archived": True})


async def spare_into_workspace(case: Case) -> None:
    spare, token = case.world.people["spare"], case.world.given["token_here"]
    await spare.call("POST", f"/invites/{token}/accept", {})


async def own_invite(case: Case) -> dict[str, str]:
    maker = case.api if case.allowed else case.world.hand
    made = await maker.post(f"/workspaces/{case.world.workspace}/invites")
    return {"invite": made["id"]}


async def another_role(case: Case) -> dict[str, str]:
    path = f"/workspaces/{case.world.workspace}/roles"
    made = await case.world.hand.post(path, {"name": f"Short-lived {next(numbers)}"})
    return {"role": made["id"]}


async def side_invite(case: Case) -> dict[str, str]:
    return {"token": case.world.given["token_aside"]}


async def nobody_at_all(_case: Case) -> dict[str, str]:
    return {"user": str(uuid.uuid4()), "token": "of-nothing"}


async def nothing_known(_case: Case) -> dict[str, str]:
    return {"message": str(uuid.uuid4()), "room": str(uuid.uuid4())}


async def lift(case: Case) -> None:
    names = case.names()
    await case.world.hand.ask("DELETE", "/{kind}/{resource}/sanctions/{user}/mute".format(**names))


def the_entries(case: Case) -> Json:
    return {"items": case.world.entries.get(case.world.ids[case.node], [])}


async def what_is_gone(case: Case) -> dict[str, str]:
    return {"message": case.names()["gone"]}


async def its_thread(case: Case) -> dict[str, str]:
    return {"message": case.world.ids[case.node]}


def in_its_thread(case: Case) -> Json:
    return {"thread": case.world.ids[case.node]} if case.node.kind == "thread" else {}


def in_direct_room(case: Case) -> bool:
    return case.node.kind == "direct"


def own_message(case: Case) -> bool:
    """Nobody reports themselves."""
    return case.own or case.person.name == "hand"


def gives_too_much(case: Case) -> bool:
    """The entries hand out what nobody holds in an archived room, few in a private one, and no token."""
    return (
        case.person.token is not None
        or case.node.archived
        or (case.node.kind == "private" and case.person.name not in case.node.members)
    )


NOT_VALID = Ask(passed=frozenset({422}), body={})  # who is not asked who they are is told what is wrong
NO_MAIL = Ask(passed=frozenset({409}), body={"email": None})  # this server sends none
NO_PASSKEYS = Ask(body={}, passed=frozenset({409}))
NO_SUCH_POST = Ask(passed=frozenset({404}))
OF_FIRST_ONES = Ask(body={}, passed=frozenset({200, 204, 422}))  # a thread has no replies to replies
NO_POLL = Ask(passed=frozenset({409}))
NO_SUCH_JOB = Ask(passed=frozenset({404}))
# No provider is known here: who is let through is told so, or what is missing.
NO_PROVIDER = Ask(body={}, passed=frozenset({303, 400, 404, 422}))
ASKS: dict[str, Ask] = {
    "get_session": Ask(),
    "get_setup": Ask(),
    "set_up": NOT_VALID,
    "register": NOT_VALID,
    "get_token": NOT_VALID,
    "log_in": NOT_VALID,
    "forget_password": NOT_VALID,
    "choose_password": NOT_VALID,
    "confirm_address": NOT_VALID,
    "undo_address": NOT_VALID,
    "get_address": Ask(),
    "put_address": NO_MAIL,
    "mail_again": NO_MAIL,
    "get_invite": Ask(before=side_invite),
    "open_socket": Ask(),
    # Nobody waits for a second step here, and an address of numbers has no passkeys.
    "take_second_step": NOT_VALID,
    "give_up_second_step": Ask(),
    "start_second_step": NO_PASSKEYS,
    "start_passkey": NO_PASSKEYS,
    "use_passkey": NOT_VALID,
    "get_second_factor": Ask(),
    "give_proof": Ask(body={"password": PASSWORD}),
    "start_proof": NO_PASSKEYS,
    "start_app": Ask(body={}),
    "confirm_app": NOT_VALID,
    "remove_app": Ask(passed=frozenset({404})),
    "make_recovery_codes": Ask(body={}, passed=frozenset({409})),
    "list_passkeys": Ask(),
    "start_adding_passkey": NO_PASSKEYS,
    "add_passkey": NOT_VALID,
    "rename_passkey": Ask(body={"name": "Mine"}, passed=frozenset({404})),
    "remove_passkey": Ask(passed=frozenset({404})),
    "list_providers": Ask(),
    "start_sign_in": NO_PROVIDER,
    "come_back": NO_PROVIDER,
    "sign_out_elsewhere": NO_PROVIDER,
    "list_identities": Ask(),
    "start_link": NO_PROVIDER,
    "unlink": Ask(passed=frozenset({404})),
    "log_out": Ask(),
    "list_sessions": Ask(),
    "close_other_sessions": Ask(),
    "close_session": Ask(passed=frozenset({404})),
    "get_ticket": Ask(),
    "get_me": Ask(),
    "change_me": Ask(body={}),
    "accept_invite": Ask(before=side_invite, also_403=lambda _case: True),
    "list_unreads": Ask(),
    "get_letters": Ask(),
    "change_letters": Ask(body={}),
    "open_unsubscribe": Ask(passed=frozenset({404}), before=nobody_at_all),
    "unsubscribe_letters": Ask(passed=frozenset({404}), before=nobody_at_all),
    "get_push_key": Ask(),
    "list_subscriptions": Ask(),
    "subscribe_browser": NOT_VALID,
    "unsubscribe_browser": Ask(passed=frozenset({404})),
    "try_subscription": Ask(passed=frozenset({404})),
    "list_notifications": Ask(),
    "read_notifications": Ask(body={"up_to": str(uuid.uuid4())}),
    "get_notification_settings": Ask(),
    "change_notification_settings": Ask(body={}),
    "set_workspace_level": Ask(body={}),
    "set_room_level": Ask(body={}),
    "list_tokens": Ask(),
    "make_token": Ask(body={"name": "x", "scopes": ["read"]}),
    "rotate_token": Ask(passed=frozenset({404})),
    "revoke_token": Ask(passed=frozenset({404})),
    "list_applications": Ask(),
    "make_application": Ask(body={"name": "x"}),
    "change_application": Ask(body={}, passed=frozenset({404})),
    "delete_application": Ask(passed=frozenset({404})),
    "rotate_application_secret": Ask(passed=frozenset({404})),
    "list_bots": Ask(),
    "make_bot": Ask(body={"username": "matrix{number}", "display_name": "x", "role": "guest"}),
    "change_bot": Ask(body={"display_name": "x"}, passed=frozenset({404})),
    "remove_bot": Ask(passed=frozenset({404})),
    "list_bot_tokens": Ask(passed=frozenset({404})),
    "make_bot_token": Ask(body={"name": "x", "scopes": ["read"]}, passed=frozenset({404})),
    "rotate_bot_token": Ask(passed=frozenset({404})),
    "revoke_bot_token": Ask(passed=frozenset({404})),
    "list_commands": Ask(),
    "list_bot_commands": Ask(passed=frozenset({404})),
    "put_command": Ask(body={"description": "x"}, passed=frozenset({404})),
    "delete_command": Ask(passed=frozenset({404})),
    "list_room_commands": Ask(),
    # No bot has a command here: whoever is let through is told so.
    "run_command": Ask(
        body=lambda case: {"command": "nothing", "cid": str(uuid.uuid4())} | in_its_thread(case),
        passed=frozenset({422}),
    ),
    "list_waiting": Ask(),
    "list_own_invocations": Ask(),
    "answer_invocation": Ask(body={}, passed=frozenset({404})),
    "list_all_tokens": Ask(),
    "revoke_any_token": Ask(passed=frozenset({404})),
    "export_me": Ask(body={}, passed=frozenset({202, 409})),
    "list_exports": Ask(),
    "drop_export": NO_SUCH_JOB,
    "link_export": Ask(body={}, passed=frozenset({404})),
    "fetch_export": Ask(passed=frozenset({404}), before=nobody_at_all),
    "leave": Ask(body={"messages": "?"}, passed=frozenset({422})),  # or they would be gone
    "export_user": Ask(body={}, passed=frozenset({404}), before=nobody_at_all),
    "delete_user": Ask(body={}, passed=frozenset({404}), before=nobody_at_all),
    "keep_user": Ask(passed=frozenset({404}), before=nobody_at_all),
    "get_retention": Ask(),
    "set_retention": Ask(body={"rule": "workspace"}, also_403=in_direct_room),
    "get_default_retention": Ask(),
    "set_default_retention": Ask(body={"days": None}),
    "list_workspaces": Ask(),
    "get_user": Ask(),
    "set_status": Ask(body={"text": "Here"}),
    "clear_status": Ask(),
    "get_status": Ask(),
    "take_status": Ask(),
    "create_workspace": Ask(body={"name": "Another {number}"}),
    "list_jobs": Ask(),
    "get_job": NO_SUCH_JOB,
    "retry_job": NO_SUCH_JOB,
    "drop_job": NO_SUCH_JOB,
    "list_limits": Ask(),
    "set_limit": Ask(body={"limit": 100, "period_seconds": 1, "burst": 300}),
    "reset_limit": Ask(),
    "reset_second_factor": Ask(),
    "list_acts_of_installation": Ask(),
    "list_acts": Ask(),
    "export_acts": Ask(),
    "export_workspace": Ask(body={}, passed=frozenset({202, 409})),
    "list_workspace_exports": Ask(),
    "drop_workspace_export": NO_SUCH_JOB,
    "link_workspace_export": Ask(body={}, passed=frozenset({404})),
    "fetch_workspace_export": Ask(passed=frozenset({404}), before=nobody_at_all),
    "list_group_rules": Ask(),
    "make_group_rule": Ask(
        body={"provider": "nowhere", "group": "any", "role": "guest"}, passed=frozenset({422})
    ),
    "change_group_rule": Ask(body={"role": "guest"}, passed=frozenset({404})),
    "delete_group_rule": Ask(passed=frozenset({404})),
    "change_workspace": Ask(body={"name": "Matrix"}),
    "list_members": Ask(),
    "change_role": Ask(body={"role": "member"}),
    "remove_member": Ask(after=spare_into_workspace),
    "list_roles": Ask(),
    "create_role": Ask(body={"name": "made {number}"}),
    "update_role": Ask(body={}),
    "delete_role": Ask(before=another_role),
    "list_invites": Ask(),
    "make_invite": Ask(body={}),
    "revoke_invite": Ask(before=own_invite),
    "list_rooms": Ask(),
    "create_room": Ask(body={"name": "made {number}"}),
    "open_direct": Ask(body={"users": ["{user}"]}),
    "list_categories": Ask(),
    "create_category": Ask(body={"name": "made {number}"}),
    "update_category": Ask(body={"name": "Shelf"}),
    "search": Ask(query={"q": "inside", "workspace": "{workspace}"}),
    "list_entries": Ask(),
    "replace_entries": Ask(body=the_entries, also_403=gives_too_much),
    "preview_entries": Ask(body={"items": [], "user": "{user}"}),
    "explain": Ask(query={"user": "{user}", "permission": "room.read"}, both=True),
    "list_thread_entries": Ask(before=its_thread),
    "replace_thread_entries": Ask(body=the_entries, before=its_thread, also_403=gives_too_much),
    "preview_thread_entries": Ask(body={"items": [], "user": "{user}"}, before=its_thread),
    "explain_thread": Ask(query={"user": "{user}", "permission": "room.post"}, before=its_thread, both=True),
    "list_sanctions": Ask(),
    "impose_sanction": Ask(body={}, after=lift),
    "lift_sanction": Ask(passed=frozenset({404})),
    "kick_from_room": Ask(body={}, after=spare_again),
    "kick_from_workspace": Ask(body={}, after=spare_into_workspace),
    "list_own_reports": Ask(),
    "list_own_sanctions": Ask(),
    "list_own_appeals": Ask(),
    "appeal": Ask(body={"sanction": str(uuid.uuid4()), "text": "x"}, passed=frozenset({404})),
    "report_message": Ask(body={"reason": "spam"}, passed=frozenset({201, 409}), also_403=own_message),
    "report_user": Ask(body={"user": "{user}", "reason": "spam"}, passed=frozenset({201, 409})),
    "list_reports": Ask(),
    "close_report": Ask(body={"actions": ["dismiss"]}, passed=frozenset({404})),
    "list_appeals": Ask(),
    "accept_appeal": Ask(body={}, passed=frozenset({404})),
    "deny_appeal": Ask(body={}, passed=frozenset({404})),
    "begin_purge": Ask(body={"user": "{user}"}, passed=frozenset({202, 409})),
    "list_purges": Ask(),
    "stop_purge": Ask(passed=frozenset({404})),
    "get_rules": Ask(),
    "set_rules": Ask(body={}),
    "list_queue": Ask(),
    "list_held": Ask(),
    "list_own_held": Ask(),
    "approve_held": Ask(body={}, passed=frozenset({404})),
    "reject_held": Ask(body={}, passed=frozenset({404})),
    "withdraw_held": Ask(passed=frozenset({404})),
    "get_room": Ask(),
    "update_room": Ask(body={}),
    "archive_room": Ask(after=reopen),
    "join_room": Ask(after=come_back),
    "leave_room": Ask(after=come_back, also_403=in_direct_room),
    "list_room_members": Ask(),
    "add_room_member": Ask(),
    "remove_room_member": Ask(after=spare_again, both=True, also_403=in_direct_room),
    "list_messages": Ask(),
    "send_message": Ask(body=lambda case: {"text": "x"} | in_its_thread(case)),
    "list_events": Ask(),
    "list_readers": Ask(),
    "get_read_by": Ask(),
    "get_read_choice": Ask(),
    "change_read_choice": Ask(body={"share": True}),
    "mark_read": Ask(body={"seq": 1}),
    "mark_unread": Ask(body={"seq": 1}),
    "get_message": Ask(both=True),
    "list_thread": Ask(),
    "list_threads": Ask(),
    "get_thread_state": OF_FIRST_ONES,
    "follow_thread": OF_FIRST_ONES,
    "unfollow_thread": OF_FIRST_ONES,
    "read_thread": Ask(body={"seq": 1}, passed=OF_FIRST_ONES.passed),
    "mark_thread_unread": Ask(body={"seq": 1}, passed=OF_FIRST_ONES.passed),
    "edit_message": Ask(body={"text": "inside"}, both=True),
    "delete_message": Ask(before=what_is_gone, both=True),
    "upload_file": Ask(query={"room": "{room}"}, passed=frozenset({415})),
    "get_file": Ask(),
    "get_thumbnail": Ask(passed=frozenset({404})),
    "delete_file": Ask(),
    "begin_upload": Ask(query={"room": "{room}"}, passed=frozenset({412})),
    "get_upload": Ask(passed=frozenset({404})),
    "go_on_uploading": Ask(body={}, passed=frozenset({412})),
    "tunnel_upload": Ask(body={}, passed=frozenset({412})),
    "stop_upload": Ask(passed=frozenset({412})),
    "list_edits": Ask(),
    "list_emoji": Ask(),
    "add_emoji": Ask(body={"name": "matrix", "alias_of": "none"}, passed=frozenset({422})),
    "get_emoji_picture": Ask(passed=frozenset({404})),
    "remove_emoji": Ask(passed=frozenset({404})),
    "remove_preview": Ask(passed=frozenset({404}), both=True),
    "list_pins": Ask(),
    "pin": Ask(),
    "unpin": Ask(),
    "save": Ask(),
    "unsave": Ask(before=nothing_known),
    "list_saved": Ask(),
    "list_saved_ids": Ask(),
    "put_draft": Ask(body={"text": "x", "version": 0}, passed=frozenset({200, 409})),
    "list_drafts": Ask(),
    "schedule": Ask(body={"text": "x", "at": "2020-01-01T00:00:00Z"}, passed=frozenset({422})),
    "list_scheduled": Ask(),
    "reschedule": Ask(body={}, passed=frozenset({404})),
    "unschedule": Ask(passed=frozenset({404})),
    "drop_draft": Ask(before=nothing_known),
    "list_posts": Ask(),
    "get_post": NO_SUCH_POST,
    "make_post": Ask(body={"title": "x"}, passed=frozenset({422})),  # none of the rooms takes posts
    "change_post": Ask(body={}, passed=frozenset({404})),
    "delete_post": NO_SUCH_POST,
    "publish_post": NO_SUCH_POST,
    "unpublish_post": NO_SUCH_POST,
    "schedule_post": Ask(body={"at": "2020-01-01T00:00:00Z"}, passed=frozenset({404})),
    "unschedule_post": NO_SUCH_POST,
    "leave_post": NO_SUCH_POST,
    "list_versions": NO_SUCH_POST,
    # Messages here have no polls: whoever is let through is told so.
    "get_poll": NO_POLL,
    "vote": Ask(body={"options": [0]}, passed=NO_POLL.passed),
    "unvote": NO_POLL,
    "list_voters": NO_POLL,
    "close_poll": Ask(passed=NO_POLL.passed, both=True),
    "list_reactions": Ask(),
    "react": Ask(),
    "unreact": Ask(),
}
