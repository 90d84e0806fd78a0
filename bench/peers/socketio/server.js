// The chat of Socket.IO's tutorial: rooms, acknowledgements, and a history where DATABASE names a file.
import { createServer } from "node:http";
import Database from "better-sqlite3";
import express from "express";
import { Server } from "socket.io";

const app = express();
app.disable("x-powered-by");
const server = createServer(app);
const io = new Server(server, { serveClient: false });
const store = process.env.DATABASE ? open(process.env.DATABASE) : null;
let last = 0;

function open(path) {
  const database = new Database(path);
  database.pragma("journal_mode = WAL"); // as better-sqlite3 advises; synchronous is then NORMAL in its build
  database.exec(`CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL,
    user TEXT NOT NULL, text TEXT NOT NULL, created_at TEXT NOT NULL)`);
  database.exec("CREATE INDEX IF NOT EXISTS place ON messages (room, id)");
  return {
    insert: database.prepare("INSERT INTO messages (room, user, text, created_at) VALUES (?, ?, ?, ?)"),
    newest: database.prepare("SELECT * FROM messages WHERE room = ? ORDER BY id DESC LIMIT ?"),
    seed: database.transaction((room, number) => {
      for (let n = 0; n < number; n++) {
        save(room, "seed", String(n).padStart(200, "0"));
      }
    }),
  };
}

function save(room, user, text) {
  const created_at = new Date().toISOString();
  const id = store ? store.insert.run(room, user, text, created_at).lastInsertRowid : ++last;
  return { id, room, user, text, created_at };
}

io.on("connection", (socket) => {
  const { room, user } = socket.handshake.query;
  socket.join(room);
  socket.on("message", (text, acknowledge) => {
    const message = save(room, user, text);
    io.to(room).emit("message", message);
    acknowledge({ id: message.id });
  });
});

app.get("/rooms/:room/messages", (request, response) => {
  response.json(store.newest.all(request.params.room, Number(request.query.limit ?? 50)).reverse());
});

if (store && process.env.SEED_ROOM) {
  store.seed(process.env.SEED_ROOM, Number(process.env.SEED_MESSAGES));
}
server.listen(Number(process.env.PORT), "127.0.0.1");
