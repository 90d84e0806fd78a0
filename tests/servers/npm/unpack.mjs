// node unpack.mjs FILE.br TARGET: Python's standard library does not know Brotli.
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [, , source, target] = process.argv;
await pipeline(createReadStream(source), createBrotliDecompress(), createWriteStream(target));
