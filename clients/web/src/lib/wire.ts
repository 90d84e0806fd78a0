/** The shapes on the wire, under the names that the client uses; made from the server's documents. */

import type * as wire from "./wire.generated";

export type {
  AddressOut as Address,
  ApplicationMade,
  ApplicationOut as Application,
  BotOut as Bot,
  Attachment,
  CategoryOut as Category,
  CommandOut as BotCommand,
  Confirmed,
  Considered,
  ConsideredEntry,
  EditOut as Edit,
  Effect,
  EntryOut as Entry,
  EventOut as RoomEvent,
  EventsOut as EventPage,
  ActOut as Act,
  AppealOut as Appeal,
  CaseOut as Case,
  AppStarted,
  Explanation,
  ExportLink,
  ExportOut as DataExport,
  EmojiOut as CustomEmoji,
  FactorAdded,
  FileOut as UploadedFile,
  FoundMessage,
  SnippetPart,
  GroupRuleOut as GroupRule,
  HeldNotice,
  InviteCard,
  InvocationOut as Invocation,
  HeldOut as HeldMessage,
  HeldSend,
  Letters,
  LimitIn as LimitNumbers,
  LimitOut as Limit,
  Me,
  MemberOut as Member,
  MentionOut as Mention,
  NotificationOut as NotificationItem,
  NotificationPage,
  NotificationSettings,
  NotifiedNotice,
  PasskeyAdded,
  PasskeyOut as Passkey,
  PasskeyStarted,
  Permission,
  Problem,
  ProblemField as FieldError,
  ReadChoiceOut as ReadChoice,
  PresenceFrame,
  ReadersFrame,
  Refused as RefusedRoom,
  RetentionOut as Retention,
  RoleOut as Role,
  RoomOut as Room,
  Rules,
  SecondFactor,
  IdentityOut as Identity,
  OwnSanction,
  ProviderOut as Provider,
  PinOut as Pin,
  PollShown,
  PollState,
  QuoteOut as Quote,
  DraftOut as Draft,
  SavedIds,
  SavedOut as SavedMessage,
  ScheduledOut as Scheduled,
  PurgeOut as Purge,
  ReactionOut as Reaction,
  ReactionPeople,
  SanctionOut as Sanction,
  SessionInfo as LoginSession,
  PushSubscriptionOut,
  SessionState,
  SignedIn,
  UserStatus,
  SecondStepOut,
  Subscribed,
  ThreadOut as FollowedThread,
  ThreadState,
  TokenMade as MadeToken,
  TokenOut as Token,
  UnreadOut as Unread,
  Welcome,
  WorkspaceOut as Workspace,
} from "./wire.generated";

export type TokenScope = wire.TokenOut["scopes"][number];

export type ReportReason = wire.NewReport["reason"];

export type Principal = wire.EntryOut["principal"];

export type Id = string;
/** RFC 3339, UTC, with microseconds. */
export type Time = string;

export interface Page<T> {
  items: T[];
  next: string | null;
  previous: string | null;
}

/** Somebody, with what of their card is known. */
export type User = wire.PublicUser & Partial<wire.UserOut>;

export type Registration = wire.SessionState["registration"];

/** A room and how much of it is unread. */
export type KnownRoom = wire.RoomOut & Pick<wire.UnreadOut, "unread" | "mentions" | "read_seq" | "marked">;

/** What the client shows of a message, and can make of an event. */
export type Message = Pick<
  wire.MessageOut,
  | "id"
  | "room"
  | "seq"
  | "sender"
  | "text"
  | "ts"
  | "edited_at"
  | "deleted"
  | "thread"
  | "reply_count"
  | "reactions"
  | "pinned"
  | "replies"
  | "mentions"
> & {
  quote?: wire.QuoteOut | null;
  attachments?: wire.Attachment[];
  previews?: wire.Preview[];
  post?: wire.PostShown | null;
  poll?: wire.PollShown | null;
};

/** What a post shows besides its text. */
export type PostShown = wire.PostShown;
export type Post = wire.PostOut;
export type PostListed = wire.PostListed;
export type WorkspaceExport = wire.WorkspaceExportOut;
export type Version = wire.VersionOut;

export type Presence = "online" | "away" | "offline";

export type Notice =
  | wire.ReadNotice
  | wire.ThreadNotice
  | wire.SavedNotice
  | wire.DraftNotice
  | wire.VoteNotice
  | wire.CommandNotice
  | wire.CommandAnsweredNotice
  | wire.ScheduledNotice
  | wire.PostNamedNotice
  | wire.PostRefusedNotice
  | wire.FileRefusedNotice
  | wire.ExportReadyNotice
  | wire.JoinedNotice
  | wire.LeftNotice
  | wire.SanctionNotice
  | wire.HeldNotice
  | wire.ReportNotice
  | wire.AppealNotice
  | wire.ToDecideNotice
  | wire.PersonNotice
  | wire.StatusNotice
  | wire.NotifiedNotice
  | wire.NotificationsReadNotice
  | wire.NotificationsChangedNotice
  | wire.NotificationSettingsNotice;

export type ServerFrame =
  | wire.Welcome
  | wire.EventFrame
  | wire.SubscribedFrame
  | wire.Ack
  | wire.HeldFrame
  | wire.InvokedFrame
  | wire.Nack
  | wire.OkFrame
  | wire.ErrorFrame
  | wire.HeartbeatFrame
  | wire.HeadsFrame
  | wire.TypingFrame
  | wire.PresenceFrame
  | wire.ReadersFrame
  | wire.ResetFrame
  | wire.GoneFrame
  | wire.DrainFrame
  | Notice;

/** A frame of the client, without the reference that the transport adds. */
export type ClientFrame = { op: string } & Record<string, unknown>;

export const TEXT_LIMIT = 16_000;
