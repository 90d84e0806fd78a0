import { all } from "../../lib/api";
import type { Id, Room } from "../../lib/wire";

/** All rooms of a workspace that have a name and that one may know of, joined or not. */
export async function namedRooms(workspace: Id | undefined): Promise<Room[]> {
  if (!workspace) return [];
  const rooms = await all<Room>(`/workspaces/${workspace}/rooms`);
  return rooms
    .filter((room) => room.kind !== "direct" && !room.archived)
    .sort((a, b) => a.name.localeCompare(b.name));
}
