// Made by `python -m tools.wire_types` from the server's documents. Do not edit.

/** It is stored: the place it has in the room's log, for ever. */
export type Ack = {
  op: "ack";
  room: string;
  seq: number;
  id: string;
  ts: string;
  dup: boolean;
  cid?: string | null;
  ref?: number | string;
};

/** One act of the audit log; `actor` is null for the command line and for the program itself. */
export type ActOut = {
  id: string;
  ts: string;
  kind: string;
  actor: string | null;
  address: string;
  workspace: string | null;
  place: string | null;
  subject: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string;
};

/** One's own address. `pending` is the one that is still to be confirmed by a link mailed there. */
export type AddressOut = {
  email: string | null;
  verified: boolean;
  pending: string | null;
};

/** Another address, or none; with the current password, if one has one. */
export type AddressPatch = {
  email: string | null;
  current_password?: string | null;
};

/** What only who ran the command is told, in place of an earlier answer; null: it is dealt with. */
export type Answer = {
  text?: string | null;
};

/** The first code of the app, which shows that it has the secret. */
export type AppConfirmed = {
  enrolment: string;
  code: string;
};

/** What to set the app up with; shown this once. `enrolment` comes back with the app's first code. */
export type AppStarted = {
  secret: string;
  uri: string;
  qr: string;
  enrolment: string;
};

/** A moderator has decided on an appeal of one's own. */
export type AppealNotice = {
  op: "notice";
  kind: "appeal";
  appeal: string;
  workspace: string;
  state: "accepted" | "denied";
  reason: string;
};

/** Somebody asked for another look; `against` says at what, and `decided_first` who had decided. */
export type AppealOut = {
  id: string;
  workspace: string;
  resource: string;
  user: PublicUser;
  against: "mute" | "ban" | "held";
  sanction: string | null;
  held: string | null;
  because: string;
  message: string | null;
  decided_first: string | null;
  text: string;
  state: "open" | "accepted" | "denied";
  created_at: string;
  decided_at: string | null;
  decided_by: string | null;
  reason: string | null;
};

/** A new application, or one with a new secret, and this once the secret. */
export type ApplicationMade = {
  id: string;
  name: string;
  issuer: string;
  audience: string;
  algorithm: "HS256" | "RS256" | "ES256" | "EdDSA";
  keys: Record<string, unknown> | null;
  keys_url: string | null;
  roles: (string)[];
  rooms: (string)[];
  highest_role: string;
  longest_seconds: number;
  owner: PublicUser;
  ownerless: boolean;
  created_at: string;
  disabled: boolean;
  secret: string | null;
};

/** An application; `audience` is what its assertions have to name. Its secret is never shown again. */
export type ApplicationOut = {
  id: string;
  name: string;
  issuer: string;
  audience: string;
  algorithm: "HS256" | "RS256" | "ES256" | "EdDSA";
  keys: Record<string, unknown> | null;
  keys_url: string | null;
  roles: (string)[];
  rooms: (string)[];
  highest_role: string;
  longest_seconds: number;
  owner: PublicUser;
  ownerless: boolean;
  created_at: string;
  disabled: boolean;
};

/** What is to change; a disabled application signs nobody in, and those whom it did are signed out. */
export type ApplicationPatch = {
  name?: string | null;
  highest_role?: string | null;
  disabled?: boolean | null;
  take_over?: boolean;
};

/** Let it through, with another text if one is given. */
export type Approval = {
  text?: string | null;
};

/** What an authenticator signed. */
export type Asserted = {
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle?: string | null;
};

/** What `navigator.credentials.get()` gave, as its `toJSON()` writes it. */
export type Assertion = {
  id: string;
  rawId: string;
  type: "public-key";
  response: Asserted;
};

/** A file of a message. `type` is what it was found to be, whatever its name says; `size` is in bytes. */
export type Attachment = {
  id: string;
  name: string;
  type: string;
  size: number;
  width: number | null;
  height: number | null;
  blur: string | null;
  preparing?: boolean;
  duration?: number | null;
  poster?: boolean;
  waveform?: string | null;
  scan?: "waiting" | "infected" | "refused" | null;
};

/** What an authenticator made. */
export type Attested = {
  clientDataJSON: string;
  attestationObject: string;
  transports?: (string)[];
};

/** Renews an open socket before its token ends. */
export type Auth = {
  op: "auth";
  token: string;
  ref?: number | string | null;
};

/** A bot of a workspace; `owner` is who made it, or took it over. */
export type BotOut = {
  id: string;
  username: string;
  display_name: string;
  bot: boolean;
  owner: PublicUser;
  ownerless: boolean;
  role: string;
  disabled: boolean;
  created_at: string;
};

/** What is to change of a bot. */
export type BotPatch = {
  display_name?: string | null;
  disabled?: boolean | null;
  take_over?: boolean;
};

/** What a message to this browser is encrypted with. */
export type BrowserKeys = {
  p256dh: string;
  auth: string;
};

/** All that was reported of one message or, without `message`, of a person. */
export type CaseOut = {
  id: string;
  user: PublicUser;
  message: string | null;
  room: string | null;
  seq: number | null;
  text: string | null;
  now: "unchanged" | "edited" | "deleted" | null;
  count: number;
  reports: (ReportOut)[];
  state: "open" | "closed";
  opened_at: string;
  closed_at: string | null;
  closed_by: string | null;
  outcome: ("dismiss" | "delete" | "hold" | "mute" | "ban")[];
  note: string | null;
};

/** A heading in the room list. */
export type CategoryOut = {
  id: string;
  name: string;
  position: number;
};

/** A bot has dealt with a command that one ran; `text` is what it says to oneself alone, if anything. */
export type CommandAnsweredNotice = {
  op: "notice";
  kind: "command.answered";
  invocation: string;
  room: string;
  thread: string | null;
  command: string;
  bot: FrameUser;
  text: string | null;
};

/** Somebody ran a command of this bot, which answers before `expires_at`: as `GET /invocations` has it. */
export type CommandNotice = {
  op: "notice";
  kind: "command";
  invocation: string;
  workspace: string;
  room: string;
  thread: string | null;
  command: string;
  args: string;
  user: FrameUser;
  ts: string;
  expires_at: string;
};

/** A command that a bot does, in every room that it reads. */
export type CommandOut = {
  name: string;
  description: string;
  usage: string;
  bot: PublicUser;
};

/** Whose address it is now, and which. */
export type Confirmed = {
  username: string;
  email: string;
};

/** A node of the lineage and those of its entries that say something about the permission. */
export type Considered = {
  resource: string;
  kind: string;
  entries: (ConsideredEntry)[];
};

/** Whether an entry is about this person, and whether it is the one that decided. */
export type ConsideredEntry = {
  id: string;
  resource: string;
  allow: boolean;
  principal: "user" | "role" | "members" | "authenticated" | "everyone";
  principal_id: string | null;
  permissions: (string)[];
  matches: boolean;
  decides: boolean;
};

/** Who one says to be, and the proof. */
export type Credentials = {
  username: string;
  password: string;
};

/** Delete a message. */
export type DeleteFrame = {
  op: "delete";
  message: string;
  cid?: string | null;
  ref?: number | string | null;
};

/** What is to become of one's messages, and whether at once or after the days that the server waits. */
export type Departure = {
  messages?: "keep" | "delete";
  at_once?: boolean;
};

/** What one has begun to write. `version` is that of the draft which one has seen last, 0 for none. */
export type DraftIn = {
  attachments?: (string)[] | null;
  text?: string;
  version: number;
  thread?: string | null;
};

/** A draft of one's own has changed, on any device; one that was removed has version 0 and no text. */
export type DraftNotice = {
  op: "notice";
  kind: "draft";
  room: string;
  thread: string | null;
  version: number;
  text: string;
  attachments: (Record<string, unknown>)[];
};

/** A draft of one's own; each change has a higher version. */
export type DraftOut = {
  room: string;
  thread: string | null;
  text: string;
  attachments: (Attachment)[];
  version: number;
  updated_at: string;
};

/** The server stops: this socket will be closed in so many milliseconds; come back then. */
export type DrainFrame = {
  op: "drain";
  after_ms: number;
};

/** Replace the text of one's own message. */
export type EditFrame = {
  op: "edit";
  message: string;
  text: string;
  cid?: string | null;
  ref?: number | string | null;
};

/** A text that a message had, since when, and by whom; the first one is what was sent. */
export type EditOut = {
  text: string;
  ts: string;
  by: PublicUser;
};

/** What someone may do now and with other entries; `entry` is the place of the one that would decide. */
export type Effect = {
  permission: Permission;
  before: boolean;
  after: boolean;
  entry: number | null;
};

/** An emoji of a workspace: written `:name:`; `picture` is the id under which its picture is got. */
export type EmojiOut = {
  id: string;
  name: string;
  alias_of: string | null;
  picture: string;
  animated: boolean;
  by: string;
};

/** Entries that are not saved yet, and about whom one wants to know what they would do. */
export type EntriesPreview = {
  items: (NewEntry)[];
  user: string;
};

/** All entries of a resource, in the order in which they are read. */
export type EntryList = {
  items: (NewEntry)[];
};

/** An access entry as it stands. */
export type EntryOut = {
  id: string;
  resource: string;
  allow: boolean;
  principal: "user" | "role" | "members" | "authenticated" | "everyone";
  principal_id: string | null;
  permissions: (string)[];
};

/** It was refused: the answer to everything that is not acknowledged. */
export type ErrorFrame = {
  op: "error";
  code: string;
  retryable: boolean;
  detail: string;
  ref?: number | string | null;
  cid?: string | null;
  retry_after?: number | null;
  errors?: (FieldProblem)[];
};

/** An event of a room's log. */
export type EventFrame = {
  op: "ev";
  room: string;
  seq: number;
  id: string;
  type: string;
  sender: string | null;
  cid: string | null;
  ts: string;
  body: Record<string, unknown>;
};

/** One event of a room's log. */
export type EventOut = {
  room: string;
  seq: number;
  id: string;
  type: string;
  sender: string | null;
  cid: string | null;
  ts: string;
  body: Record<string, unknown>;
};

/** A stretch of a room's log: `head` is its last position, `epoch` its incarnation. */
export type EventsOut = {
  epoch: string;
  head: number;
  events: (EventOut)[];
};

/** Why someone may, or may not: the entry that decided; null if none did, or archiving or a sanction. */
export type Explanation = {
  user: string;
  permission: Permission;
  allowed: boolean;
  decided_by: EntryOut | null;
  archived: boolean;
  sanctioned: boolean;
  lineage: (string)[];
  chain: (Considered)[];
};

/** Where the file is, relative to the API: it works once, in this session, within `expires_in` seconds. */
export type ExportLink = {
  path: string;
  expires_in: number;
};

/** A file with all that is known of a person; `percent` of it is written, `size` is in bytes. */
export type ExportOut = {
  id: string;
  user: PublicUser;
  state: "waiting" | "writing" | "ready" | "failed";
  percent: number;
  size: number;
  created_at: string;
  expires_at: string | null;
};

/** The file with what one may read of a workspace is ready. */
export type ExportReadyNotice = {
  op: "notice";
  kind: "export.ready";
  export: string;
  workspace: string;
};

/** A second factor is there; with the first one come the recovery codes, shown this once. */
export type FactorAdded = {
  recovery_codes: (string)[] | null;
};

/** What is wrong with one field of a frame. */
export type FieldProblem = {
  field: string;
  code: string;
  detail: string;
};

/** A file; `sha256` is in hexadecimal. In no message and no draft for a day it is deleted. */
export type FileOut = {
  id: string;
  name: string;
  type: string;
  size: number;
  width: number | null;
  height: number | null;
  blur: string | null;
  preparing?: boolean;
  duration?: number | null;
  poster?: boolean;
  waveform?: string | null;
  scan?: "waiting" | "infected" | "refused" | null;
  room: string;
  sha256: string;
};

/** Nobody gets a file that one uploaded, in a message or in none yet; `why` is as `scan` of files. */
export type FileRefusedNotice = {
  op: "notice";
  kind: "file.refused";
  file: string;
  room: string;
  message: string | null;
  name: string;
  why: "infected" | "refused";
};

/** What one wants to be notified of in a thread; null leaves it to what is set elsewhere. */
export type Following = {
  level?: "all" | "mentions" | "nothing" | null;
};

/** Whose password is forgotten. */
export type Forgotten = {
  login: string;
};

/** A file of a message with what was searched for in it; `snippet` is the text around that, in pieces. */
export type FoundFile = {
  id: string;
  name: string;
  snippet: (SnippetPart)[];
};

/** A message that was found. `snippet` is its text around the first match, in pieces to be joined. */
export type FoundMessage = {
  id: string;
  room: string;
  seq: number;
  sender: PublicUser;
  text: string;
  ts: string;
  edited_at: string | null;
  thread: string | null;
  snippet: (SnippetPart)[];
  attachments: (Attachment)[];
  inside?: (FoundFile)[];
};

/** What this connection may do: sizes in bytes, rates in frames a second. */
export type FrameLimits = {
  frame: number;
  unanswered: number;
  subscriptions: number;
  rate: number;
  burst: number;
};

/** Somebody, as shown beside what they wrote. */
export type FrameUser = {
  id: string;
  username: string;
  display_name: string;
  bot: boolean;
};

/** What a group gives: a role, by its name, rooms, or both. Rooms are for those who have a role. */
export type Given = {
  role?: string | null;
  rooms?: (string)[];
};

/** Access to a room ended: forget what is kept of it. */
export type GoneFrame = {
  op: "gone";
  room: string;
  seq: number;
};

/** A rule. `rooms` are those that the asker may see; `hidden_rooms` is how many others there are. */
export type GroupRuleOut = {
  id: string;
  provider: string;
  group: string;
  role: string | null;
  rooms: (string)[];
  hidden_rooms: number;
  created_by: string;
  created_at: string;
};

export type HTTPValidationError = {
  detail?: (ValidationError)[];
};

/** Rooms that moved and are known, but not subscribed to. */
export type HeadsFrame = {
  op: "heads";
  heads: Record<string, Position>;
};

/** A sign of life, with the last position that was seen of each topic. */
export type Heartbeat = {
  op: "hb";
  seen?: Record<string, number>;
  ref?: number | string | null;
};

/** The answer to a heartbeat: the heads of the rooms in which the client is behind. */
export type HeartbeatFrame = {
  op: "hb";
  heads: Record<string, number>;
  ref?: number | string | null;
};

/** The answer to `send` and `edit` where a moderator looks first: nobody sees it yet. */
export type HeldFrame = {
  op: "held";
  room: string;
  id: string;
  ts: string;
  state: string;
  dup: boolean;
  cid?: string | null;
  edits?: string | null;
  ref?: number | string;
};

/** A held message is decided on, then `message`, or taken back; an edit of `edits` is told `waiting` too. */
export type HeldNotice = {
  op: "notice";
  kind: "held";
  held: string;
  cid: string | null;
  room: string;
  state: "approved" | "rejected" | "waiting" | "withdrawn";
  reason: string;
  message: string | null;
  edits: string | null;
};

/** A message that a moderator looks at before anybody else; `message` is what it became. */
export type HeldOut = {
  id: string;
  room: string;
  sender: PublicUser;
  text: string;
  ts: string;
  thread: string | null;
  why: ("all" | "role" | "newcomer" | "word" | "link" | "report")[];
  state: "waiting" | "approved" | "rejected" | "withdrawn";
  reason: string | null;
  message: string | null;
  quote: string | null;
  quoted: QuoteOut | null;
  edits: string | null;
  before: string | null;
  attachments: (Attachment)[];
  poll: PollShown | null;
};

/** The answer to what is held; sent again with its `cid`, `state` is what came of it. */
export type HeldSend = {
  id: string;
  room: string;
  ts: string;
  state: string;
  dup: boolean;
  edits: string | null;
};

/** The first frame: a token (programs), a one-use ticket (browsers), or neither, and the levels it speaks. */
export type Hello = {
  op: "hello";
  token?: string | null;
  ticket?: string | null;
  anonymous?: boolean;
  level?: number;
  least?: number | null;
  ref?: number | string | null;
};

/** One of the identities that open one's account. */
export type IdentityOut = {
  id: string;
  provider: string;
  provider_name: string;
  label: string;
  created_at: string;
  last_used_at: string;
};

/** The workspace one joined. */
export type InviteAccepted = {
  workspace: string;
};

/** What the holder of an invitation is told. */
export type InviteCard = {
  workspace: string;
  role: "member" | "guest";
  expires_at: string;
  email: string | null;
};

/** A new invitation; its token is shown this once, and not at all when it is mailed. */
export type InviteMade = {
  id: string;
  workspace: string;
  role: "member" | "guest";
  email: string | null;
  uses: number;
  max_uses: number;
  created_by: string;
  created_at: string;
  expires_at: string;
  token: string | null;
  url: string | null;
};

/** An invitation as it stands. */
export type InviteOut = {
  id: string;
  workspace: string;
  role: "member" | "guest";
  email: string | null;
  uses: number;
  max_uses: number;
  created_by: string;
  created_at: string;
  expires_at: string;
};

/** A command that one ran. `answer` is what the bot says to oneself alone, if it does. */
export type InvocationOut = {
  id: string;
  workspace: string;
  room: string;
  thread: string | null;
  command: string;
  args: string;
  bot: PublicUser;
  ts: string;
  expires_at: string;
  state: "waiting" | "answered" | "expired";
  answer: string | null;
};

/** The command waits for its bot, until `expires_at`; `notice.command.answered` tells what it says. */
export type InvokedFrame = {
  op: "invoked";
  invocation: string;
  room: string;
  expires_at: string;
  dup: boolean;
  cid: string;
  ref?: number | string;
};

/** A job, without what it was given, where secrets may be. */
export type JobOut = {
  id: string;
  kind: string;
  state: "ready" | "running" | "done" | "dead";
  attempts: number;
  max_attempts: number;
  created_at: string;
  due_at: string;
  error: string | null;
  progress: JobProgress | null;
};

/** How far a job is, as it last told; `total` is null when nobody knows. */
export type JobProgress = {
  done: number;
  total: number | null;
  note: string | null;
};

/** One is a member of a room now; `room` is as `GET /rooms/{id}` answers it. */
export type JoinedNotice = {
  op: "notice";
  kind: "room.joined";
  room: RoomOut;
};

/** Why somebody is taken out; they are told. */
export type Kick = {
  reason?: string;
};

/** When the account is deleted; signing in before that keeps it, unless somebody else ordered it. */
export type Leaving = {
  delete_at: string;
};

/** One is no member of a room any more. */
export type LeftNotice = {
  op: "notice";
  kind: "room.left";
  room: string;
};

/** What one is mailed; it needs an address that was confirmed. */
export type Letters = {
  messages: boolean;
  wait_minutes: number;
  moderation: boolean;
  mail: boolean;
};

/** What is to be another way; what is not said stays. */
export type LettersWanted = {
  messages?: boolean | null;
  wait_minutes?: 0 | 15 | 60 | 1440 | null;
  moderation?: boolean | null;
};

/** `limit` in `period_seconds`; a bucket lets `burst`, or else `limit`, through at one moment. */
export type LimitIn = {
  limit: number;
  period_seconds: number;
  burst?: number | null;
};

/** A limit. A `bucket` refills evenly; a `window` lets through so many in any period. */
export type LimitOut = {
  limit: number;
  period_seconds: number;
  burst?: number | null;
  name: string;
  each: "address" | "token" | "user" | "account" | "connection" | "room" | "server";
  counts: string;
  kind: "bucket" | "window";
  default: LimitIn;
  least: LimitIn;
  most: LimitIn;
  enforced: boolean;
};

/** Link one's account to an identity at this provider. */
export type LinkStart = {
  provider: string;
};

/** What a provider sends to sign somebody out (OpenID Connect Back-Channel Logout). */
export type LogoutForm = {
  logout_token: string;
};

/** Oneself. */
export type Me = {
  id: string;
  username: string;
  display_name: string;
  bot: boolean;
  time_zone: string | null;
  deactivated: boolean;
  email: string | null;
  email_verified: boolean;
  created_at: string;
};

/** A member of a workspace or a room; `role` is the role in the workspace, null in a list of a room. */
export type MemberOut = {
  user: PublicUser;
  role: string | null;
  joined_at: string;
};

/** Whom a message names: a `user`, a `role`, or all of the room, of which it is the `id` then. */
export type MentionOut = {
  kind: "user" | "role" | "room" | "here";
  id: string;
  name: string;
};

/** A message as it stands; a deleted one has no text. `thread` is the message that it replies to. */
export type MessageOut = {
  id: string;
  room: string;
  seq: number;
  sender: PublicUser;
  text: string;
  ts: string;
  edited_at: string | null;
  deleted: boolean;
  thread: string | null;
  reply_count: number;
  last_reply_at: string | null;
  reactions: (ReactionOut)[];
  attachments: (Attachment)[];
  mentions: (MentionOut)[];
  pinned: boolean;
  replies: "by_entries" | "closed" | null;
  previews: (Preview)[];
  quote: QuoteOut | null;
  post: PostShown | null;
  poll: PollShown | null;
};

/** The text that replaces a message's text. */
export type MessagePatch = {
  text: string;
  cid?: string | null;
};

/** It was refused and nothing was stored; `retry_after` is in seconds. */
export type Nack = {
  op: "nack";
  code: string;
  retryable: boolean;
  detail: string;
  ref?: number | string | null;
  cid?: string | null;
  retry_after?: number | null;
  errors?: (FieldProblem)[];
};

/** Against what: a sanction on oneself, or a message of one's own that was rejected; and why. */
export type NewAppeal = {
  sanction?: string | null;
  held?: string | null;
  text: string;
};

/** An application to be registered: with HS256 it gets a secret, else it has `keys` or a `keys_url`. */
export type NewApplication = {
  name: string;
  algorithm?: "HS256" | "RS256" | "ES256" | "EdDSA";
  issuer?: string | null;
  keys?: Record<string, unknown> | null;
  keys_url?: string | null;
  roles?: (string)[];
  rooms?: (string)[];
  highest_role?: string | null;
  longest_seconds?: number;
};

/** A bot to be made. As a guest it is in no room before somebody adds it. */
export type NewBot = {
  username: string;
  display_name: string;
  role?: string;
};

/** A category to be made; without a position it comes last. */
export type NewCategory = {
  name: string;
  position?: number | null;
};

/** What a command is for, and a hint of what is written after its name, such as `service [version]`. */
export type NewCommand = {
  description: string;
  usage?: string;
};

/** What `navigator.credentials.create()` gave, as its `toJSON()` writes it. */
export type NewCredential = {
  id: string;
  rawId: string;
  type: "public-key";
  response: Attested;
};

/** The other people of a direct room; the asker is in it anyway. */
export type NewDirect = {
  users: (string)[];
};

/** An emoji to be added: a picture (PNG, JPEG, GIF, WebP; at most 512 KB, in base64), or another name. */
export type NewEmoji = {
  name: string;
  picture?: string | null;
  alias_of?: string | null;
};

/** An access entry; `principal_id` names the user or the role, and is left out for other principals. */
export type NewEntry = {
  allow: boolean;
  principal: "user" | "role" | "members" | "authenticated" | "everyone";
  principal_id?: string | null;
  permissions: (Permission)[];
};

/** A rule to be made. */
export type NewGroupRule = {
  role?: string | null;
  rooms?: (string)[];
  provider: string;
  group: string;
};

/** An invitation to be made: for a link that is passed around in a team, if nothing else is said. */
export type NewInvite = {
  role?: "member" | "guest";
  max_uses?: number;
  expires_in?: number;
  email?: string | null;
};

/** A command to be run, with what was written after its name; the same `cid` again runs it once. */
export type NewInvocation = {
  command: string;
  args?: string;
  cid: string;
  thread?: string | null;
};

/** A message to be sent. The same `cid` again answers with the first message and sends nothing. */
export type NewMessage = {
  quote?: string | null;
  poll?: NewPoll | null;
  attachments?: (string)[];
  text?: string;
  cid?: string | null;
  thread?: string | null;
  title?: string | null;
};

/** A passkey to be added, under a name that its owner knows it by. */
export type NewPasskey = {
  name: string;
  ceremony: string;
  credential: NewCredential;
};

/** A poll to be sent: two to twenty different options, one or several (`multiple`) of which one votes for. */
export type NewPoll = {
  question: string;
  options: (string)[];
  multiple?: boolean;
  anonymous?: boolean;
  closes_at?: string | null;
};

/** A draft. Without a `slug` it is made from the title; the cover is a picture uploaded for this room. */
export type NewPost = {
  title: string;
  text?: string;
  slug?: string | null;
  excerpt?: string;
  tags?: (string)[];
  cover?: string | null;
  co_authors?: (string)[];
};

/** Whose messages are to be deleted; with `hours` only those of so many hours up to now. */
export type NewPurge = {
  reason?: string;
  user: string;
  hours?: number | null;
};

/** What the browser's `PushSubscription` says of itself as JSON; more of it is ignored. */
export type NewPushSubscription = {
  endpoint: string;
  keys: BrowserKeys;
  text?: boolean;
};

/** Why a message is reported, with a few words if one likes. */
export type NewReport = {
  reason: "spam" | "harassment" | "hate" | "violence" | "sexual" | "self_harm" | "privacy" | "illegal" | "other";
  text?: string;
};

/** The rule of a room: that of the workspace, or its own: to keep, or to delete after so many days. */
export type NewRetention = {
  rule: "workspace" | "keep" | "delete";
  days?: number | null;
};

/** The role a member is to have. */
export type NewRole = {
  role: string;
};

/** A role to be made; without a rank it is a member's. */
export type NewRoleInWorkspace = {
  name: string;
  rank?: number;
  permissions?: (Permission)[];
};

/** A room to be made. */
export type NewRoom = {
  name: string;
  kind?: "public" | "private" | "posts";
  topic?: string;
  category?: string | null;
};

/** A mute or ban to be; without `expires_in` (seconds) it holds until it is lifted. */
export type NewSanction = {
  reason?: string;
  expires_in?: number | null;
};

/** A message to be sent at a time, which has a zone and is at most a year ahead. */
export type NewScheduled = {
  quote?: string | null;
  poll?: NewPoll | null;
  attachments?: (string)[];
  text?: string;
  at: string;
  thread?: string | null;
};

/** An emoji, as of a reaction, a text, or both; `until` a moment, or for good. */
export type NewStatus = {
  emoji?: string | null;
  text?: string | null;
  until?: string | null;
};

/** A token to be made: without `places` for everywhere, without `expires_in_days` as long as it may. */
export type NewToken = {
  name: string;
  scopes: ("read" | "write" | "members" | "moderate" | "administer")[];
  places?: (string)[] | null;
  expires_in_days?: number | null;
};

/** Who is reported, and why. */
export type NewUserReport = {
  reason: "spam" | "harassment" | "hate" | "violence" | "sexual" | "self_harm" | "privacy" | "illegal" | "other";
  text?: string;
  user: string;
};

/** A workspace to be made. */
export type NewWorkspace = {
  name: string;
};

/** Something that one is told of, with the message as it is now; `reactors` of a `reaction` only. */
export type NotificationOut = {
  id: string;
  kind: "mention" | "direct" | "reply" | "keyword" | "message" | "reaction" | "author";
  workspace: string;
  message: MessageOut;
  ts: string;
  read: boolean;
  reactors?: Reactors | null;
};

/** A page of them, those that are not read first; `unread` counts all of those, up to 100. */
export type NotificationPage = {
  items: (NotificationOut)[];
  next?: string | null;
  previous?: string | null;
  unread: number;
};

/** All that one has said of what one wants to be told of; where nothing is said it is `mentions`. */
export type NotificationSettings = {
  quiet: QuietOut;
  replies: boolean;
  reactions: "nothing" | "here" | "everywhere";
  workspaces: (WorkspaceLevelOut)[];
  rooms: (RoomLevelOut)[];
};

/** One wants to be told of something else now: ask for the settings again. */
export type NotificationSettingsNotice = {
  op: "notice";
  kind: "notifications.settings";
};

/** Reactions of which one was told were taken back: these notifications are gone, or of fewer people. */
export type NotificationsChangedNotice = {
  op: "notice";
  kind: "notifications.changed";
  ids: (string)[];
};

/** One has read notifications: these, and all up to one of them. */
export type NotificationsReadNotice = {
  op: "notice";
  kind: "notifications.read";
  ids: (string)[];
  up_to: string | null;
};

/** One is told of a message; `quiet` when one does not want to be disturbed. */
export type NotifiedNotice = {
  op: "notice";
  kind: "notified";
  id: string;
  workspace: string;
  room: string;
  message: string;
  thread: string | null;
  seq: number;
  why: "author" | "direct" | "keyword" | "mention" | "message" | "reaction" | "reply";
  by: string;
  quiet: boolean;
};

/** It was done, and there is nothing to tell. */
export type OkFrame = {
  op: "ok";
  ref: number | string;
};

/** The token of a link that was mailed. */
export type Opened = {
  token: string;
};

/** A report of one's own: `handled` once a moderator has decided; what they decided is theirs to tell. */
export type OwnReport = {
  id: string;
  message: string | null;
  user: PublicUser;
  reason: "spam" | "harassment" | "hate" | "violence" | "sexual" | "self_harm" | "privacy" | "illegal" | "other";
  text: string;
  ts: string;
  state: "open" | "handled";
};

/** A mute or ban that one is under, and what came of an appeal against it. */
export type OwnSanction = {
  id: string;
  kind: "mute" | "ban";
  workspace: string;
  workspace_name: string;
  room: string | null;
  reason: string;
  created_at: string;
  until: string | null;
  appeal: "open" | "accepted" | "denied" | null;
  answer: string | null;
};

/** A token as who looks after the installation sees it. */
export type OwnedToken = {
  id: string;
  name: string;
  scopes: ("read" | "write" | "members" | "moderate" | "administer")[];
  places: (string)[] | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  owner: PublicUser;
};

/** The new passkey; with the first factor come the recovery codes, shown this once. */
export type PasskeyAdded = {
  recovery_codes: (string)[] | null;
  passkey: PasskeyOut;
};

/** Another name. */
export type PasskeyChanges = {
  name: string;
};

/** One of one's passkeys. */
export type PasskeyOut = {
  id: string;
  name: string;
  created_at: string;
  last_used_at: string | null;
};

/** What the browser's `navigator.credentials` needs; `ceremony` comes back with its answer, once. */
export type PasskeyStarted = {
  ceremony: string;
  options: Record<string, unknown>;
};

/** The answer of a passkey. */
export type PasskeyUse = {
  ceremony: string;
  credential: Assertion;
};

/** What can be allowed or denied on a resource and all that lies below it. */
export type Permission = "workspace.read" | "workspace.manage" | "access.manage" | "members.invite" | "members.manage" | "categories.manage" | "rooms.create" | "direct.create" | "emoji.manage" | "room.read" | "room.join" | "room.post" | "room.react" | "room.pin" | "room.mention" | "room.invite" | "room.manage" | "posts.write" | "posts.edit" | "messages.moderate" | "members.moderate" | "audit.read" | "retention.manage";

/** Somebody whose presence one watches has another name now; who has left for good is a `Deleted user`. */
export type PersonNotice = {
  op: "notice";
  kind: "person";
  user: FrameUser;
};

/** A pinned message, who pinned it, and when. */
export type PinOut = {
  message: MessageOut;
  by: PublicUser;
  ts: string;
};

/** What one can vote for, and how many did. */
export type PollOptionOut = {
  text: string;
  votes: number;
};

/** The poll of a message: `voters` is how many people voted. One that is closed takes no more votes. */
export type PollShown = {
  question: string;
  options: (PollOptionOut)[];
  multiple: boolean;
  anonymous: boolean;
  closes_at: string | null;
  closed_at: string | null;
  voters: number;
};

/** A poll as it stands. `mine` is what one voted for. */
export type PollState = {
  message: string;
  poll: PollShown;
  mine: (number)[] | null;
};

/** A poll, as `NewPoll` has it. */
export type PollWish = {
  question: string;
  options: (string)[];
  multiple?: boolean;
  anonymous?: boolean;
  closes_at?: string | null;
};

/** Where a log stands: its last position, and how many of its events count as unread. */
export type Position = {
  head: number;
  count: number;
};

/** A post in a list. `message` is what it is in its room, `path` its page, which everybody reads who may. */
export type PostListed = {
  id: string;
  room: string;
  message: string | null;
  state: "draft" | "published" | "unpublished";
  author: PublicUser;
  co_authors: (PublicUser)[];
  title: string;
  slug: string;
  path: string;
  excerpt: string;
  tags: (string)[];
  cover: string | null;
  comments: number;
  comments_open: boolean;
  created_at: string;
  updated_at: string;
  published_at: string | null;
  publish_at: string | null;
  refusal: string | null;
  may_edit: boolean;
};

/** Somebody has named one as co-author of a post; one may take oneself out. */
export type PostNamedNotice = {
  op: "notice";
  kind: "post.named";
  post: string;
  room: string;
  by: string;
};

/** A post with its text, and what somebody wrote as its excerpt. */
export type PostOut = {
  id: string;
  room: string;
  message: string | null;
  state: "draft" | "published" | "unpublished";
  author: PublicUser;
  co_authors: (PublicUser)[];
  title: string;
  slug: string;
  path: string;
  excerpt: string;
  tags: (string)[];
  cover: string | null;
  comments: number;
  comments_open: boolean;
  created_at: string;
  updated_at: string;
  published_at: string | null;
  publish_at: string | null;
  refusal: string | null;
  may_edit: boolean;
  text: string;
  own_excerpt: string;
};

/** What is to change of a post; what is left out stays. Closed comments take no more answers. */
export type PostPatch = {
  title?: string | null;
  text?: string | null;
  slug?: string | null;
  excerpt?: string | null;
  tags?: (string)[] | null;
  cover?: string | null;
  co_authors?: (string)[] | null;
  comments_open?: boolean | null;
};

/** A post that one wanted to be published at a time was not, for this `reason`. */
export type PostRefusedNotice = {
  op: "notice";
  kind: "post.refused";
  post: string;
  room: string;
  reason: string;
};

/** When a post is to be published: a moment with a zone, at most a year ahead. */
export type PostSchedule = {
  at: string;
};

/** What a post shows besides its text; `cover` is one of its `attachments`. */
export type PostShown = {
  id: string;
  state: "published" | "unpublished";
  title: string;
  slug: string;
  excerpt: string;
  tags: (string)[];
  cover: string | null;
  published_at: string;
  co_authors?: (string)[];
};

/** How these people are; an answer says what those show beside their names who show something. */
export type PresenceFrame = {
  op: "presence";
  users: Record<string, "away" | "offline" | "online">;
  statuses?: Record<string, UserStatus>;
  ref?: number | string;
};

/** What a page that a message links to says of itself; nothing of it is loaded from there again. */
export type Preview = {
  id: string;
  url: string;
  title: string;
  description: string;
  site: string;
  image: PreviewPicture | null;
};

/** A picture that goes with a preview, got as a file is; `blur` is a tiny one, as a `data:` URL. */
export type PreviewPicture = {
  id: string;
  width: number;
  height: number;
  blur: string;
};

/** What every error answers (RFC 9457), as `application/problem+json`. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  retryable: boolean;
  errors: (ProblemField)[];
};

/** One field that is wrong. */
export type ProblemField = {
  field: string;
  code: string;
  detail: string;
};

/** What one may change of oneself; what is left out stays. A new password needs the current one. */
export type ProfileChanges = {
  display_name?: string | null;
  time_zone?: string | null;
  email?: string | null;
  password?: string | null;
  current_password?: string | null;
};

/** That it is oneself who sits there: a code or a passkey, or the password of who has neither. */
export type Proof = {
  password?: string | null;
  code?: string | null;
  passkey?: PasskeyUse | null;
};

/** Whom one may sign in with. */
export type ProviderOut = {
  id: string;
  name: string;
  kind: "oidc" | "google" | "github" | "entra";
};

/** Someone, as shown beside what they wrote. */
export type PublicUser = {
  id: string;
  username: string;
  display_name: string;
  bot: boolean;
};

/** All messages of somebody that are being deleted, or were; `since` spares those before it. */
export type PurgeOut = {
  id: string;
  resource: string;
  user: PublicUser;
  since: string | null;
  reason: string;
  created_by: string;
  created_at: string;
  state: "running" | "done" | "stopped";
  ended_at: string | null;
  deleted: number;
  rooms_done: number;
  rooms_total: number;
};

/** What a browser wants to know before it subscribes. */
export type PushKeyOut = {
  key: string;
};

/** A browser that is told; where its push service is, nobody is shown. */
export type PushSubscriptionOut = {
  id: string;
  current: boolean;
  user_agent: string;
  text: boolean;
  created_at: string;
};

/** Every day from one time to another, which may be on the next day. */
export type QuietHours = {
  begins: string;
  ends: string;
  timezone?: string;
};

/** When one does not want to be disturbed. */
export type QuietOut = {
  until: string | null;
  hours: QuietHours | null;
};

/** A message inside another one, as it was when it was quoted; at most 1,000 characters of its text. */
export type QuoteOut = {
  message: string;
  room: string;
  thread: string | null;
  sender: string | null;
  text: string;
  ts: string | null;
  files: number;
  gone: boolean;
  has_poll?: boolean;
};

/** React to a message with an emoji; once more changes nothing. */
export type ReactFrame = {
  op: "react";
  message: string;
  emoji: string;
  cid?: string | null;
  ref?: number | string | null;
};

/** How many reacted with an emoji, and the first of them, in the order in which they did. */
export type ReactionOut = {
  emoji: string;
  count: number;
  users: (string)[];
};

/** Who reacted with an emoji: how many, the first fifty of them, and whether oneself did. */
export type ReactionPeople = {
  emoji: string;
  count: number;
  users: (PublicUser)[];
  mine: boolean;
};

/** How many others have reacted to a message, and the newest three of them. */
export type Reactors = {
  count: number;
  users: (PublicUser)[];
};

/** Who has read a message; not `shared` with this person, there is nobody. */
export type ReadBy = {
  shared: boolean;
  items: (PublicUser)[];
};

/** Who has `share` shares what they have read with members of small rooms who share it too. */
export type ReadChoiceOut = {
  share: boolean;
};

/** One has read a room up to here, or marked it as unread from `marked` on, on another device. */
export type ReadNotice = {
  op: "notice";
  kind: "read";
  room: string;
  seq: number;
  unread: number;
  mentions: number;
  marked: number | null;
};

/** Which were read: these, or all up to one of them. */
export type ReadNotifications = {
  ids?: (string)[];
  up_to?: string | null;
};

/** One has read a room up to `seq`. */
export type ReadTo = {
  op: "read";
  room: string;
  seq: number;
  ref?: number | string | null;
};

/** How far somebody has read a room, of which they are a member `since` then. */
export type Reader = {
  seq: number;
  since: string;
};

/** How far somebody has read, who is a member `since` then. */
export type ReaderShown = {
  seq: number;
  since: string;
};

/** How far others have read a room, all of them; not `shared` with oneself, there is nobody. */
export type ReadersFrame = {
  op: "readers";
  room: string;
  shared: boolean;
  readers: Record<string, ReaderShown>;
  ref?: number | string;
};

/** How far others have read a room; not `shared` with this person, there is nobody. */
export type ReadersOut = {
  shared: boolean;
  readers: Record<string, Reader>;
};

/** The codes that open the account when everything else is lost; shown this once. */
export type RecoveryCodes = {
  codes: (string)[];
};

/** A room that is not followed, and why. */
export type Refused = {
  room: string;
  code: string;
};

/** An account, with the token of an invitation unless registration is open to anybody. */
export type Registration = {
  username: string;
  display_name: string;
  password: string;
  email?: string | null;
  invite?: string | null;
};

/** Why it is not let through; its author is told. */
export type Rejection = {
  reason?: string;
};

/** What is to become of somebody's account and messages. */
export type Removal = {
  messages?: "keep" | "delete";
  at_once?: boolean;
};

/** A moderator has decided on what one reported. */
export type ReportNotice = {
  op: "notice";
  kind: "report";
  report: string;
  state: "handled";
};

/** What one person reported, as moderators see it; `seen` where the message had another text by then. */
export type ReportOut = {
  reporter: PublicUser;
  reason: "spam" | "harassment" | "hate" | "violence" | "sexual" | "self_harm" | "privacy" | "illegal" | "other";
  text: string;
  ts: string;
  seen: string | null;
};

/** A new password, and the token of the link that was mailed. */
export type Reset = {
  token: string;
  password: string;
};

/** What the client knows of a room does not fit its log: begin anew. */
export type ResetFrame = {
  op: "reset";
  room: string;
  reason: "ahead" | "epoch";
};

/** After how many days messages of a room are deleted, by which rule; null: they are kept. */
export type RetentionOut = {
  rule: "workspace" | "keep" | "delete";
  days: number | null;
  workspace_days: number | null;
};

/** A role, and what it holds on the workspace; the lower the rank, the more it outranks. */
export type RoleOut = {
  id: string;
  name: string;
  rank: number;
  built_in: boolean;
  permissions: (string)[];
};

/** What is to change of a role; what is left out stays. */
export type RolePatch = {
  name?: string | null;
  permissions?: (Permission)[] | null;
};

/** What one wants to be told of in a room; without a level what holds in its workspace. Muted: nothing. */
export type RoomLevel = {
  level?: "all" | "mentions" | "nothing" | null;
  muted?: boolean;
};

/** The same, and where. */
export type RoomLevelOut = {
  level?: "all" | "mentions" | "nothing" | null;
  muted?: boolean;
  room: string;
};

/** A room as one user sees it; `permissions` is what they may do, `users` is for direct rooms. */
export type RoomOut = {
  id: string;
  workspace: string;
  category: string | null;
  kind: "public" | "private" | "direct" | "posts";
  name: string;
  topic: string;
  epoch: string;
  head: number;
  count: number;
  archived: boolean;
  retention_days: number | null;
  member: boolean;
  created_at: string;
  users: (PublicUser)[];
  permissions: (Permission)[];
};

/** What is to change of a room; what is left out stays. */
export type RoomPatch = {
  name?: string | null;
  topic?: string | null;
  category?: string | null;
  archived?: boolean | null;
};

/** A room, and how far it is known; without `since` only what comes from now on is sent. */
export type RoomToSubscribe = {
  room: string;
  since?: number | null;
  epoch?: string | null;
};

/** What is asked of messages to a room, except from its moderators; as it is here, nothing. */
export type Rules = {
  slow_seconds?: number;
  hold_all?: boolean;
  hold_roles?: (string)[];
  hold_first?: number;
  hold_words?: (string)[];
  hold_links?: boolean;
};

/** Run a command of a bot; the same `cid` again is answered with the first one's invocation. */
export type RunFrame = {
  op: "run";
  cid: string;
  room: string;
  command: string;
  args?: string;
  thread?: string | null;
  ref?: number | string | null;
};

/** One was muted, banned or kicked, in a room or (`room` is null) the workspace; or that has ended. */
export type SanctionNotice = {
  op: "notice";
  kind: "sanction";
  sanction: "ban" | "kick" | "mute";
  workspace: string;
  room: string | null;
  reason: string;
  until: string | null;
  ended: boolean;
};

/** A mute or ban that stands, on a workspace or a room. */
export type SanctionOut = {
  id: string;
  kind: "mute" | "ban";
  resource: string;
  user: PublicUser;
  reason: string;
  created_by: string;
  created_at: string;
  until: string | null;
};

/** All messages that one has saved and may read, by their ids, what was saved last first. */
export type SavedIds = {
  messages: (string)[];
};

/** One has saved a message, or let go of it. */
export type SavedNotice = {
  op: "notice";
  kind: "saved";
  message: string;
  saved: boolean;
};

/** A message that one has saved, and when. */
export type SavedOut = {
  message: MessageOut;
  ts: string;
};

/** A scheduled message of one's own was written, changed, sent, refused (for this `reason`) or removed. */
export type ScheduledNotice = {
  op: "notice";
  kind: "scheduled";
  scheduled: string;
  room: string;
  state: "refused" | "removed" | "sent" | "waiting";
  reason: string | null;
};

/** A message of one's own that is sent later; a refused one is kept until it gets another time. */
export type ScheduledOut = {
  id: string;
  room: string;
  thread: string | null;
  text: string;
  attachments: (Attachment)[];
  quote: string | null;
  poll: PollShown | null;
  at: string;
  state: "waiting" | "refused";
  code: string | null;
  reason: string | null;
};

/** Another text, other files, or another time; what is null, or not there, stays. */
export type ScheduledPatch = {
  text?: string | null;
  attachments?: (string)[] | null;
  at?: string | null;
};

/** What one's account has for the second step, and whether it is asked for. */
export type SecondFactor = {
  app: boolean;
  passkeys: number;
  recovery_codes: number;
  required: boolean;
  password: boolean;
  proved: boolean;
};

/** The first step was right; `methods` are what can be the second one: `POST /auth/second-step`. */
export type SecondStepOut = {
  methods: ("code" | "passkey")[];
};

/** The second step: a code or a passkey. */
export type SecondStepTaken = {
  code?: string | null;
  passkey?: PasskeyUse | null;
};

/** Send a message; the same `cid` again is answered with the first one's place. */
export type SendFrame = {
  op: "send";
  cid: string;
  room: string;
  text?: string;
  thread?: string | null;
  attachments?: (string)[];
  quote?: string | null;
  poll?: PollWish | null;
  ref?: number | string | null;
};

/** One of one's own sign-ins. */
export type SessionInfo = {
  id: string;
  kind: "cookie" | "token";
  current: boolean;
  user_agent: string;
  address: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
};

/** What a browser needs to know before it shows anything. */
export type SessionState = {
  user: Me | null;
  csrf: string | null;
  setup_required: boolean;
  registration: "open" | "invite" | "closed";
  mail: boolean;
  address_required: boolean;
  anonymous_readers: boolean;
  second_step: SecondStepOut | null;
  must_enrol: boolean;
  passkeys: boolean;
};

/** What is to change, of what one wants everywhere; null takes a time away. */
export type SettingsPatch = {
  replies?: boolean | null;
  reactions?: "nothing" | "here" | "everywhere" | null;
  until?: string | null;
  hours?: QuietHours | null;
};

/** The first run: the owner, and the first workspace. */
export type Setup = {
  username: string;
  display_name: string;
  password: string;
  email?: string | null;
  workspace: string;
};

/** What the first run made. */
export type SetupDone = {
  user: Me;
  workspace: WorkspaceOut;
};

/** Whether the first run is still to come. */
export type SetupState = {
  required: boolean;
};

/** Where in the web client the person wants to be afterwards. */
export type SignInStart = {
  return_to?: string;
};

/** The page of the provider that the browser has to go to. */
export type SignInStarted = {
  url: string;
};

/** The answer to a sign-in; `csrf` goes into the header `X-CSRF-Token` of every unsafe request. */
export type SignedIn = {
  user: Me;
  csrf: string;
  must_enrol: boolean;
};

/** A piece of a message's text, and whether it is what was searched for; plain text, never markup. */
export type SnippetPart = {
  text: string;
  match: boolean;
};

/** Somebody whose presence one watches shows something else beside their name: this, and nothing more. */
export type StatusNotice = {
  op: "notice";
  kind: "status";
  user: string;
  status: UserStatus;
};

/** What somebody shows beside their name now; `quiet_until`: they are not to be disturbed. */
export type StatusOut = {
  emoji: string | null;
  text: string | null;
  until: string | null;
  quiet_until: string | null;
};

/** Follow rooms; what was missed since the given positions comes first. */
export type Subscribe = {
  op: "sub";
  rooms: (RoomToSubscribe)[];
  ref?: number | string | null;
};

/** A room that is followed now: where its log stands, and whether all that was missed came before this. */
export type Subscribed = {
  room: string;
  epoch: string;
  head: number;
  recovered: boolean;
};

/** The answer to `sub`, after what was missed and before what comes live. */
export type SubscribedFrame = {
  op: "subd";
  rooms: (Subscribed)[];
  refused?: (Refused)[];
  ref?: number | string;
};

/** One stands otherwise to a thread than before; `message` is its first one. */
export type ThreadNotice = {
  op: "notice";
  kind: "thread";
  message: string;
  room: string;
  followed: boolean;
  level: "all" | "mentions" | "nothing" | null;
  read_seq: number;
  marked: number | null;
  unread: number;
  last_seq: number;
};

/** A thread that one follows: its first message, and how one stands to it. */
export type ThreadOut = {
  message: MessageOut;
  level: "all" | "mentions" | "nothing" | null;
  read_seq: number;
  marked: number | null;
  unread: number;
  last_seq: number;
};

/** The last position of the room's log up to which a thread was read. */
export type ThreadReadTo = {
  seq: number;
};

/** How one stands to a thread, which goes by the id of its first message. */
export type ThreadState = {
  message: string;
  room: string;
  followed: boolean;
  level: "all" | "mentions" | "nothing" | null;
  read_seq: number;
  marked: number | null;
  unread: number;
  last_seq: number;
  followers: number;
};

/** The position of the room's log from which on one wants to read a thread again. */
export type ThreadUnreadFrom = {
  seq: number;
};

/** Opens one socket, once, within `expires_in` seconds. */
export type Ticket = {
  ticket: string;
  expires_in: number;
};

/** Something new waits in a queue where one may decide; `room` is null where it is of the workspace. */
export type ToDecideNotice = {
  op: "notice";
  kind: "to_decide";
  what: "appeal" | "held" | "report";
  workspace: string;
  room: string | null;
};

/** A new token, and this once the token itself. */
export type TokenMade = {
  id: string;
  name: string;
  scopes: ("read" | "write" | "members" | "moderate" | "administer")[];
  places: (string)[] | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  token: string;
};

/** A token that was made; itself it is never shown again. */
export type TokenOut = {
  id: string;
  name: string;
  scopes: ("read" | "write" | "members" | "moderate" | "administer")[];
  places: (string)[] | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
};

/** An access token and, but for an assertion, the refresh token that gets the next one (RFC 6749). */
export type TokenPair = {
  access_token: string;
  token_type?: "bearer";
  expires_in: number;
  refresh_token?: string | null;
};

/** A token request (RFC 6749): with username and password, a refresh token, or an assertion (RFC 7523). */
export type TokenRequest = {
  grant_type: string;
  username?: string | null;
  password?: string | null;
  code?: string | null;
  refresh_token?: string | null;
  assertion?: string | null;
};

/** One is writing in a room. */
export type Typing = {
  op: "typing";
  room: string;
  ref?: number | string | null;
};

/** Somebody is writing in a room. */
export type TypingFrame = {
  op: "typing";
  room: string;
  user: string;
};

/** Take one's reaction back. */
export type UnreactFrame = {
  op: "unreact";
  message: string;
  emoji: string;
  cid?: string | null;
  ref?: number | string | null;
};

/** The position from which on one wants to read again. */
export type UnreadFrom = {
  seq: number;
};

/** What is unread in a room: the messages after `read_seq`, or from `marked` on where that is set. */
export type UnreadOut = {
  room: string;
  unread: number;
  mentions: number;
  read_seq: number;
  head: number;
  marked: number | null;
};

/** Follow these rooms no longer. */
export type Unsubscribe = {
  op: "unsub";
  rooms: (string)[];
  ref?: number | string | null;
};

/** Take one's vote back. */
export type UnvoteFrame = {
  op: "unvote";
  message: string;
  ref?: number | string | null;
};

/** An upload in several requests: so many bytes of `size` have come; `file` is what it became. */
export type UploadOut = {
  id: string;
  size: number;
  offset: number;
  file: FileOut | null;
};

/** Someone, as shown on their card. */
export type UserOut = {
  id: string;
  username: string;
  display_name: string;
  bot: boolean;
  time_zone: string | null;
  deactivated: boolean;
};

/** What somebody shows beside their name: a status, and until when they are not to be disturbed. */
export type UserStatus = {
  emoji?: string | null;
  text?: string | null;
  until?: string | null;
  quiet_until?: string | null;
};

export type ValidationError = {
  loc: (string | number)[];
  msg: string;
  type: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
};

/** What is done about it: `dismiss` alone, or one or more of the others. */
export type Verdict = {
  reason?: string;
  actions: ("dismiss" | "delete" | "hold" | "mute" | "ban")[];
  everywhere?: boolean;
  expires_in?: number | null;
};

/** What a post said from a moment on, and who wrote that. */
export type VersionOut = {
  number: number;
  title: string;
  text: string;
  ts: string;
  by: PublicUser;
};

/** Vote for options of a poll, in place of what one voted for before; the first one is 0. */
export type VoteFrame = {
  op: "vote";
  message: string;
  options: (number)[];
  ref?: number | string | null;
};

/** What one votes for, in place of what one voted for before: numbers of options, the first is 0. */
export type VoteIn = {
  options: (number)[];
};

/** One has voted in a poll, on any device, or taken it back; `options` is all that one votes for now. */
export type VoteNotice = {
  op: "notice";
  kind: "vote";
  message: string;
  options: (number)[];
};

/** A command that somebody ran, and waits for its bot; it is answered before `expires_at`. */
export type WaitingOut = {
  id: string;
  workspace: string;
  room: string;
  thread: string | null;
  command: string;
  args: string;
  user: PublicUser;
  ts: string;
  expires_at: string;
};

/** Be told of these people's presence, instead of those named before; `state` says how one is oneself. */
export type Watch = {
  op: "presence";
  users?: (string)[] | null;
  state?: "away" | "online" | null;
  ref?: number | string | null;
};

/** Be told how far others have read this room, and of no other; of none without it. */
export type WatchReaders = {
  op: "readers";
  room?: string | null;
  ref?: number | string | null;
};

/** The answer to a hello that was accepted; `heartbeat` is in seconds. */
export type Welcome = {
  op: "welcome";
  conn: string;
  user: FrameUser;
  heartbeat: number;
  limits: FrameLimits;
  level: number;
  ref?: number | string | null;
};

/** Where the file is, relative to the API: in this session, in ranges too, within `expires_in` seconds. */
export type WorkspaceExportLink = {
  path: string;
  expires_in: number;
};

/** A file with what one may read of a workspace; `lines` of it are written, `size` is in bytes. */
export type WorkspaceExportOut = {
  id: string;
  workspace: string;
  state: "waiting" | "writing" | "ready" | "failed";
  lines: number;
  size: number;
  created_at: string;
  expires_at: string | null;
};

/** What one wants to be told of in a workspace. */
export type WorkspaceLevel = {
  level?: "all" | "mentions" | "nothing";
  keywords?: (string)[];
};

/** The same, and where. */
export type WorkspaceLevelOut = {
  level?: "all" | "mentions" | "nothing";
  keywords?: (string)[];
  workspace: string;
};

/** A workspace, and what the asker is and may do in it. */
export type WorkspaceOut = {
  id: string;
  name: string;
  role: string;
  permissions: (Permission)[];
  link_previews: boolean;
  read_by: boolean;
};

/** What is to change of a workspace; what is left out stays. */
export type WorkspacePatch = {
  name?: string | null;
  link_previews?: boolean | null;
  read_by?: boolean | null;
};

/** The rule for rooms that have none of their own: to delete after so many days, or, null, to keep. */
export type WorkspaceRetention = {
  days: number | null;
};
