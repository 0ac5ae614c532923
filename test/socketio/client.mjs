// Drives real Socket.IO clients: one JSON command a line on standard input, one
// JSON report a line on standard output. Binary values travel as {"$binary": base64}.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const sockets = new Map();

function report(line) {
	process.stdout.write(`${JSON.stringify(line, (_, v) => (v === undefined ? null : v))}\n`);
}

function revive(value) {
	if (Array.isArray(value)) return value.map(revive);
	if (value && typeof value === "object") {
		if (typeof value.$binary === "string") return Buffer.from(value.$binary, "base64");
		return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v)]));
	}
	return value;
}

const commands = {
	connect({ socket, url, options }) {
		const s = io(url, { forceNew: true, reconnection: false, ...options });
		sockets.set(socket, s);
		s.on("connect", () => report({ socket, kind: "connect", transport: s.io.engine.transport.name }));
		s.io.engine?.on("upgrade", (t) => report({ socket, kind: "upgrade", transport: t.name }));
		s.on("connect_error", (e) => report({ socket, kind: "connect_error", message: e.message, data: e.data, status: e.context?.status ?? e.description }));
		s.on("disconnect", (reason) => report({ socket, kind: "disconnect", reason }));
		s.onAny((event, ...args) => report({ socket, kind: "event", event, args }));
	},
	emit({ socket, seq, event, args, ack }) {
		const s = sockets.get(socket);
		if (!ack) {
			s.emit(event, ...revive(args));
			return;
		}
		s.timeout(15000).emit(event, ...revive(args), (error, ...reply) => {
			report({ socket, kind: "ack", seq, error: error?.message, args: reply });
		});
	},
	disconnect({ socket }) {
		sockets.get(socket)?.disconnect();
	},
	drop({ socket }) {
		// As when the network goes: no farewell.
		sockets.get(socket)?.io.engine?.close();
	},
	async crowd({ url, options, count, atOnce, event }) {
		// Connects count clients, atOnce at a time, and counts those that receive event in time.
		let received = 0;
		let next = 0;
		const one = async () => {
			while (next++ < count) {
				await new Promise((done) => {
					const s = io(url, { forceNew: true, reconnection: false, ...options });
					const end = () => {
						clearTimeout(timer);
						s.disconnect();
						done();
					};
					const timer = setTimeout(end, 10000);
					s.on(event, () => {
						received++;
						// Stay until the upgrade is through: that is what is looked at.
						setTimeout(end, 150);
					});
				});
			}
		};
		await Promise.all(Array.from({ length: atOnce }, one));
		report({ socket: "", kind: "crowd", count: received });
	},
	async storm({ url, options, count, atOnce, token, bad }) {
		// Connects and leaves count times, every other time with a bad token when asked to.
		let refused = 0;
		let next = 0;
		const one = async () => {
			for (let i = next++; i < count; i = next++) {
				await new Promise((done) => {
					const auth = { token: bad && i % 2 ? "not a token" : token };
					const s = io(url, { forceNew: true, reconnection: false, ...options, auth });
					s.on("connect", () => s.disconnect());
					s.on("disconnect", () => done());
					s.on("connect_error", (error) => {
						if (error.message === "unauthorized") refused++;
						s.disconnect();
						done();
					});
				});
			}
		};
		await Promise.all(Array.from({ length: atOnce }, one));
		report({ socket: "", kind: "storm", count, refused });
	},
};

createInterface({ input: process.stdin })
	.on("line", (line) => {
		const command = JSON.parse(line);
		commands[command.op](command);
	})
	.on("close", () => process.exit(0));
