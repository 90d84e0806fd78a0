import { ApiError, csrfToken, problemOfText } from "./api";
import { PIECE, uploadInParts } from "./parts";
import type { Id, UploadedFile } from "./wire";

/** A file on its way to the server; `stop` gives it up. */
export interface Upload {
  done: Promise<UploadedFile>;
  stop(): void;
}

/**
 * Sends a file for a room, and tells how much of it has left, from 0 to 1, or that it waits for the connection.
 * A large one goes in pieces; a voice message has a waveform, and is small.
 */
export function upload(room: Id, file: File, tell: Tell, waveform?: string): Upload {
  return file.size > PIECE && !waveform
    ? uploadInParts(room, file, tell)
    : uploadWhole(room, file, tell, waveform);
}

type Tell = (share: number, waiting: boolean) => void;

function uploadWhole(room: Id, file: File, tell: Tell, waveform?: string): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<UploadedFile>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && tell(event.loaded / event.total, false);
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as UploadedFile);
      else reject(problemOfText(request.status, request.responseText));
    };
    request.onerror = () =>
      reject(new ApiError(0, "offline", "The connection broke. Try again when you are online.", true));
    request.onabort = () => reject(new ApiError(0, "stopped", "It was stopped.", true));
  });
  const form = new FormData();
  form.append("file", file, file.name || "file");
  const asked = new URLSearchParams({ room, ...(waveform && { waveform }) });
  request.open("POST", `/api/v1/files?${asked}`);
  const token = csrfToken();
  if (token) request.setRequestHeader("X-CSRF-Token", token);
  request.send(form);
  return { done, stop: () => request.abort() };
}

/** Why a file was not taken, in words that say what to do. */
export function refusal(error: unknown): string {
  if (!(error instanceof ApiError)) return "It could not be uploaded.";
  switch (error.code) {
    case "too_large":
    case "quota":
      return `${error.message}.`;
    case "storage_full":
      return "The server has no space left. Tell who runs it.";
    case "forbidden":
    case "not_found":
      return "You may not send files to this room.";
    default:
      return error.message;
  }
}

/** Why nobody gets a file, in words. */
export const withheld = (scan: "infected" | "refused"): string =>
  scan === "infected"
    ? "A virus was found in it, and it was deleted"
    : "It could not be checked for viruses, and was deleted";

/** A number of bytes as people say it. */
export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
