/** The shapes on the wire. Every other file imports them from here. */

export type Id = string;
/** RFC 3339, UTC, with microseconds. */
export type Time = string;

export interface Page<T> {
  items: T[];
  next: string | null;
  previous: string | null;
}

export interface User {
  id: Id;
  username: string;
  display_name: string;
  bot: boolean;
  deactivated?: boolean;
  time_zone?: string | null;
}

export interface Me extends User {
  email: string | null;
  created_at: Time;
}

export type Registration = "open" | "invite" | "closed";

export interface SessionState {
  user: User | null;
  csrf: string | null;
  setup_required: boolean;
  registration: Registration;
}

export interface LoginSession {
  id: Id;
  kind: "cookie" | "token";
  user_agent: string;
  address: string;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
  current: boolean;
}

export interface Workspace {
  id: Id;
  name: string;
  role: string;
  permissions: string[];
}

export interface Member {
  user: User;
  role: string;
  joined_at: Time;
}

export interface Category {
  id: Id;
  name: string;
  position: number;
}

export type RoomKind = "public" | "private" | "direct" | "posts";

export interface Room {
  id: Id;
  workspace: Id;
  category: Id | null;
  kind: RoomKind;
  name: string;
  topic: string;
  epoch: string;
  head: number;
  count: number;
  archived: boolean;
  member: boolean;
  created_at: Time;
  users?: User[];
  permissions: string[];
}

/** A room and how much of it is unread. */
export interface KnownRoom extends Room {
  unread: number;
  read_seq: number;
}

export interface Message {
  id: Id;
  room: Id;
  seq: number;
  sender: User;
  text: string;
  ts: Time;
  edited_at: Time | null;
  deleted: boolean;
  thread: Id | null;
  reply_count: number;
}

export interface Unread {
  room: Id;
  unread: number;
  mentions: number;
  read_seq: number;
  head: number;
}

export interface RoomEvent {
  room: Id;
  seq: number;
  id: Id;
  type: string;
  sender: Id | null;
  cid: Id | null;
  ts: Time;
  body: Record<string, unknown>;
}

export interface EventPage {
  epoch: string;
  head: number;
  events: RoomEvent[];
}

export interface FieldError {
  field: string;
  code: string;
  detail: string;
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  retryable: boolean;
  errors?: FieldError[];
}

export type Presence = "online" | "away" | "offline";

export interface Welcome {
  op: "welcome";
  conn: Id;
  user: User;
  heartbeat: number;
  level: number;
}

export interface Subscribed {
  room: Id;
  epoch: string;
  head: number;
  recovered: boolean;
}

export interface RefusedRoom {
  room: Id;
  code: string;
}

export type Notice =
  | { op: "notice"; kind: "read"; room: Id; seq: number; unread: number }
  | { op: "notice"; kind: "room.joined"; room: Room }
  | { op: "notice"; kind: "room.left"; room: Id };

export type ServerFrame =
  | Welcome
  | ({ op: "ev" } & RoomEvent)
  | { op: "subd"; ref?: number; rooms: Subscribed[]; refused?: RefusedRoom[] }
  | { op: "ack"; ref?: number; cid: Id; room: Id; seq: number; id: Id; ts: Time; dup: boolean }
  | { op: "nack"; ref?: number; cid?: Id; code: string; retryable: boolean; retry_after?: number }
  | { op: "ok"; ref?: number }
  | { op: "error"; ref?: number; code: string; detail: string; retryable: boolean }
  | { op: "hb"; ref?: number; heads?: Record<Id, number | { head: number; count: number }> }
  | { op: "heads"; heads: Record<Id, { head: number; count: number }> }
  | { op: "typing"; room: Id; user: Id }
  | { op: "presence"; ref?: number; users: Record<Id, Presence> }
  | { op: "reset"; room: Id; reason: string }
  | { op: "gone"; room: Id; seq?: number }
  | { op: "drain"; after_ms: number }
  | Notice;

/** A frame of the client, without the reference that the transport adds. */
export type ClientFrame = { op: string } & Record<string, unknown>;

export const TEXT_LIMIT = 16_000;
