"""The one table of events: who acts on each inside its transaction, and who is told after the commit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from talkoot.chat.access.events import AccessChanged, ReadByChosen, RoleLeaving, WorkspaceMemberLeaving
from talkoot.chat.accounts.events import (
    AddressGiven,
    AddressTakenBack,
    PasswordChanged,
    PasswordReset,
    ProfileChanged,
    SessionClosed,
    UserDeactivated,
)
from talkoot.chat.addresses.actions.addresses import ask_to_confirm
from talkoot.chat.addresses.actions.links import forget_all_links, forget_links_to_password
from talkoot.chat.addresses.jobs import write_notice
from talkoot.chat.administration.events import LimitChosen
from talkoot.chat.bots.actions import retire_bot
from talkoot.chat.commands.actions import forget_who_leaves
from talkoot.chat.digests.actions import note
from talkoot.chat.drafts.actions import forget_drafts_of_who_leaves, leave_files_of_drafts
from talkoot.chat.files.actions.preparing import give_up_picture
from talkoot.chat.files.actions.scanning import give_up_scan
from talkoot.chat.files.events import FileRefused, PicturePrepared, TextKept
from talkoot.chat.groups.actions.rules import keep_roles_in_rules
from talkoot.chat.groups.actions.settling import settle_who_came, settle_who_unlinked
from talkoot.chat.identities.events import CameIn, IdentityUnlinked
from talkoot.chat.identities.ways_in import tell_what_else_opens, unlink_what_came_since
from talkoot.chat.mail.events import NoticeDue
from talkoot.chat.messages.actions.attach import show_picture, tell_refused
from talkoot.chat.messages.events import (
    AuthorLeft,
    AuthorsNamed,
    LinksChanged,
    NotableSaid,
    OwnChanged,
    PinnedErased,
    PollSent,
    PollsErased,
    PostComing,
    PostsErased,
    PreviewedErased,
    ReactedErased,
    Replied,
    ToDecide,
)
from talkoot.chat.messages.notices import own_notice
from talkoot.chat.moderation.events import AppealDecided, ReportHandled, Reviewed, Sanctioned
from talkoot.chat.moderation.notices import appeal_notice, held_notice, report_notice, sanction_notice
from talkoot.chat.notifications.actions import enqueue_notify, enqueue_replies, tell_authors
from talkoot.chat.notifications.events import Notified, QuietChanged
from talkoot.chat.notifications.notices import notified_notice
from talkoot.chat.notifications.reacting import enqueue_reacted
from talkoot.chat.onboarding.actions import revoke_invitations_of
from talkoot.chat.pins.actions import forget_pins
from talkoot.chat.polls.actions import forget_polls, open_poll
from talkoot.chat.posts.actions.naming import name_blog
from talkoot.chat.posts.actions.writing import forget_posts, keep_new_post
from talkoot.chat.previews.actions import forget_removed, look_soon
from talkoot.chat.push.actions import forget_session, tell_browsers
from talkoot.chat.reactions.actions import forget_reactions
from talkoot.chat.reactions.events import ReactionMoved
from talkoot.chat.reads.actions import begin_at_head
from talkoot.chat.reads.events import ReadMoved, ShareChosen
from talkoot.chat.reads.notices import read_notice
from talkoot.chat.rooms.actions import leave_rooms_of_workspace
from talkoot.chat.rooms.events import MemberLeft, MembersJoined, PostsRoomMade
from talkoot.chat.rooms.wire import event_message
from talkoot.chat.search.noting import NOTED, index_again
from talkoot.chat.statuses.actions import tell_status
from talkoot.chat.statuses.events import StatusChanged
from talkoot.chat.threads.actions import (
    follow_by_mention,
    follow_by_replying,
    follow_by_writing,
    unfollow_by_leaving,
)
from talkoot.chat.threads.events import ThreadMoved
from talkoot.chat.threads.notices import thread_notice
from talkoot.kernel.jobs import Enqueued, GivenUp
from talkoot.kernel.log import Appended, Redacted

if TYPE_CHECKING:
    from talkoot.chat.moderation.deciding import Deciders
    from talkoot.chat.reads.live import ReaderWatches
    from talkoot.chat.rooms.notices import RoomNotices
    from talkoot.controls import Controls
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.log_tails import LogTails
    from talkoot.kernel.transactions import Inside
    from talkoot.realtime.bus import Bus
    from talkoot.settings import Settings
    from talkoot.work import Work

    Table = dict[type, tuple[list[Inside], list[Any]]]


class Parts(Protocol):
    """The parts of a running process that listen."""

    settings: Settings
    kernel: Kernel
    bus: Bus
    tails: LogTails
    controls: Controls
    readers: ReaderWatches
    notices: RoomNotices
    deciders: Deciders
    work: Work


def table_of(parts: Parts) -> Table:
    """Every event: who acts on it in its transaction, and who is told after the commit."""
    return {
        **_of_the_kernel(parts),
        **_of_people(parts),
        **_of_rooms(parts),
        **_of_messages(parts),
        **_of_what_follows(parts),
    }


def _of_the_kernel(parts: Parts) -> Table:
    follower = parts.work.follower
    indexing = [follower.appended] if follower else []
    return {
        Appended: ([], [parts.tails.appended, partial(_publish, parts.bus), *indexing]),
        Redacted: ([], [parts.tails.redacted]),
        LimitChosen: ([], [parts.controls.tell_limits]),
        Enqueued: ([], [parts.work.enqueued]),
        GivenUp: ([give_up_picture, give_up_scan], []),
    }


def _of_people(parts: Parts) -> Table:
    """Accounts, addresses, and where people come in."""
    controls, mails = parts.controls, parts.settings.mails
    return {
        SessionClosed: ([forget_session], [controls.tell_session_closed]),
        PasswordChanged: ([forget_links_to_password], []),
        PasswordReset: ([tell_what_else_opens], []),
        AddressTakenBack: ([unlink_what_came_since], []),
        AddressGiven: ([ask_to_confirm] if mails else [], []),
        NoticeDue: ([write_notice] if mails else [], []),
        UserDeactivated: ([forget_all_links, revoke_invitations_of], [controls.tell_user_closed]),
        ProfileChanged: ([], [controls.tell_profile_changed]),
        CameIn: ([settle_who_came], []),
        IdentityUnlinked: ([settle_who_unlinked], []),
    }


def _of_rooms(parts: Parts) -> Table:
    """Access, rooms and their files."""
    return {
        AccessChanged: ([], [parts.controls.tell_access]),
        ReadByChosen: ([], [lambda event: parts.readers.chosen(event.workspace)]),
        WorkspaceMemberLeaving: (
            [leave_rooms_of_workspace, retire_bot, forget_who_leaves, forget_drafts_of_who_leaves],
            [],
        ),
        RoleLeaving: ([keep_roles_in_rules], []),
        MembersJoined: ([begin_at_head], [parts.notices.joined]),
        MemberLeft: ([leave_files_of_drafts], [parts.notices.left]),
        PostsRoomMade: ([name_blog], []),
        PicturePrepared: ([show_picture], []),
        TextKept: ([index_again], []),
        FileRefused: ([tell_refused], []),
    }


def _of_messages(parts: Parts) -> Table:
    """Messages, and the features that stand on them."""
    return {
        NotableSaid: ([enqueue_notify, follow_by_mention], []),
        LinksChanged: ([look_soon] if parts.settings.link_previews == "on" else [], []),
        PreviewedErased: ([forget_removed], []),
        ReactedErased: ([forget_reactions], []),
        ReactionMoved: ([enqueue_reacted], []),
        PinnedErased: ([forget_pins], []),
        PollSent: ([partial(open_poll, parts.kernel.secrets)], []),
        PollsErased: ([forget_polls], []),
        PostComing: ([keep_new_post], []),
        PostsErased: ([forget_posts], []),
        AuthorsNamed: ([follow_by_writing, tell_authors], []),
        AuthorLeft: ([unfollow_by_leaving], []),
        Replied: ([follow_by_replying, enqueue_replies], []),
        ThreadMoved: ([], [lambda event: parts.bus.publish(thread_notice(event))]),
        ReadMoved: ([], [lambda event: parts.bus.publish(read_notice(event)), parts.readers.moved]),
        ShareChosen: ([], [lambda event: parts.readers.chosen(event.user)]),
        OwnChanged: ([], [lambda event: parts.bus.publish(own_notice(event))]),
    }


def _of_what_follows(parts: Parts) -> Table:
    """Notifications, moderation and statuses."""
    settings = parts.settings
    telling: list[Inside] = [tell_browsers] if settings.web_push == "on" else []
    telling += [partial(note, minutes=settings.letter_minutes)] if settings.mails else []
    return {
        Notified: (telling, [partial(_tell_notified, parts.bus)]),
        QuietChanged: ([tell_status], []),
        StatusChanged: ([], [parts.controls.tell_status_changed]),
        ToDecide: ([], [parts.deciders.came]),
        Reviewed: ([], [lambda event: parts.bus.publish(held_notice(event))]),
        ReportHandled: ([], [lambda event: parts.bus.publish(report_notice(event))]),
        AppealDecided: ([], [lambda event: parts.bus.publish(appeal_notice(event))]),
        Sanctioned: ([], [lambda event: parts.bus.publish(sanction_notice(event))]),
    }


def _publish(bus: Bus, appended: Appended) -> None:
    for event in appended.events:
        if event.log != NOTED:
            bus.publish(event_message(event, event.scope))


def _tell_notified(bus: Bus, event: Notified) -> None:
    for new in event.notifications:
        bus.publish(notified_notice(new))
