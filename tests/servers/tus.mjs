// Uploads by the client that most others of the protocol are made after: two parts, a stop, and on from there.
// node tus.mjs ENDPOINT TOKEN BYTES PART; prints what it did as one line of JSON.
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

const { Upload } = createRequire(join(process.cwd(), "package.json"))("tus-js-client");
const [endpoint, token, size, part] = process.argv.slice(2);
const content = randomBytes(Number(size));
const asked = [];
const options = {
  endpoint,
  chunkSize: Number(part),
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "räka.bin", filetype: "text/html" },
  onBeforeRequest: (request) => void asked.push(request.getMethod()),
};

const url = await new Promise((resolve, reject) => {
  const upload = new Upload(content, {
    ...options,
    onError: reject,
    onChunkComplete: async () => {
      await upload.abort();
      resolve(upload.url);
    },
  });
  upload.start();
});
await new Promise((resolve, reject) =>
  new Upload(content, { ...options, uploadUrl: url, onError: reject, onSuccess: resolve }).start(),
);
const { createHash } = await import("node:crypto");
const sha256 = createHash("sha256").update(content).digest("hex");
console.log(JSON.stringify({ url, asked, sha256 }));
