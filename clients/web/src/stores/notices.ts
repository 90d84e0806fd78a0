import type { Notice, PresenceFrame, ReadersFrame } from "../lib/wire";
import type { Chat } from "./chat.svelte";
import { toasts } from "./toasts.svelte";

/** Takes over what the server says of people: of the person alone, and of those whom they watch. */
export function take(chat: Chat, notice: Notice | PresenceFrame | ReadersFrame): void {
  if (notice.op === "presence") chat.attendance.told(notice);
  else if (notice.op === "readers") chat.attendance.readers.told(notice);
  else if (notice.kind === "read") {
    if (notice.marked !== null) chat.reading.hold(notice.room);
    chat.rooms.readElsewhere(notice);
    chat.own.bell.moved();
  } else if (notice.kind === "thread") {
    if (chat.rooms.get(notice.room)) chat.threads.put(notice); // of another workspace it counts there
    chat.own.bell.moved();
  } else if (notice.kind === "room.joined") chat.admit(notice.room);
  else if (notice.kind === "room.left") chat.expel(notice.room);
  else if (notice.kind === "held" && notice.edits) chat.own.edits.told(notice, notice.edits);
  else if (notice.kind === "held") chat.outbox.decided(notice);
  else if (notice.kind === "status") chat.people.statuses.put(notice.user, notice.status);
  else if (notice.kind === "person") chat.people.add(notice.user);
  else if (!chat.own.told(notice)) toasts.moderated(notice);
}
