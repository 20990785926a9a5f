// Who takes a million pushes in Google's place, at as little cost as can be?
//
//     node benchmarks/fcm_stand_in.mjs --dir DIR [--delay-ms N] [--streams N]
//
// FCM HTTP v1 over TLS and HTTP/2, and HTTP/1.1 for clients that offer nothing else; Google's token
// service, which asks for no proof. DIR has key.pem and cert.pem; the address is written to
// DIR/url.txt when it listens. GET /stats tells what came in and begins anew with ?reset.
//
// A device counts by the first 13 hex digits of its token or fid (52 bits: of a million made-up
// ones, hardly ever are two taken for one). Every accepted message has been read: its bearer was
// given out here, and its body is JSON with exactly one target.
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { join } from 'node:path';
import tls from 'node:tls';
import { parseArgs } from 'node:util';

const SEND = /^\/v1\/projects\/[^/]+\/messages:send$/;
const DEVICE_DIGITS = 13;
const SLOTS = 2 ** 23; // of the table of devices: 8 million, so that 3 million are found quickly
const SECONDS_KEPT = 3600;

const { values: asked } = parseArgs({
  options: {
    dir: { type: 'string' },
    'delay-ms': { type: 'string', default: '0' },
    streams: { type: 'string', default: '100' },
  },
});
const delayMs = Number(asked['delay-ms']);

// --- what came in

const bearers = new Set();
let keys, times, seen;

function forget() {
  keys = new Float64Array(SLOTS); // 0: free
  times = new Uint16Array(SLOTS);
  seen = {
    accepted: 0,
    distinct: 0,
    refused: 0,
    bodyBytes: 0,
    firstMs: 0,
    lastMs: 0,
    connections: 0,
    perSecond: new Uint32Array(SECONDS_KEPT), // since the first
    cpu: process.cpuUsage(),
  };
}

function nowMs() {
  return performance.timeOrigin + performance.now(); // epoch, with fractions
}

function count(device, bytes) {
  const key = parseInt(device.slice(0, DEVICE_DIGITS), 16) + 1;
  let slot = key % SLOTS;
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) % SLOTS;
  if (keys[slot] === 0) {
    keys[slot] = key;
    seen.distinct += 1;
  }
  times[slot] += 1;
  const now = nowMs();
  if (seen.accepted === 0) seen.firstMs = now;
  seen.lastMs = now;
  seen.accepted += 1;
  seen.bodyBytes += bytes;
  const second = Math.floor((now - seen.firstMs) / 1000);
  if (second < SECONDS_KEPT) seen.perSecond[second] += 1;
}

function stats() {
  const took = process.cpuUsage(seen.cpu);
  const last = seen.accepted ? Math.floor((seen.lastMs - seen.firstMs) / 1000) + 1 : 0;
  return JSON.stringify({
    accepted: seen.accepted,
    distinct: seen.distinct,
    repeats: seen.accepted - seen.distinct,
    most_times: times.reduce((most, one) => Math.max(most, one), 0),
    refused: seen.refused,
    first_ms: seen.firstMs,
    last_ms: seen.lastMs,
    per_second: Array.from(seen.perSecond.subarray(0, last)),
    body_bytes: seen.accepted ? Math.round(seen.bodyBytes / seen.accepted) : 0,
    connections: seen.connections,
    cpu_s: (took.user + took.system) / 1e6,
  });
}

// --- what is answered: [status, body]

const NO_BEARER = [401, failure(401, 'UNAUTHENTICATED', 'invalid authentication credentials')];
const NO_JSON = [400, failure(400, 'INVALID_ARGUMENT', 'the body is not a message')];
const NO_TARGET = [400, failure(400, 'INVALID_ARGUMENT', 'exactly one of token and fid')];
const NO_DEVICE = [400, failure(400, 'INVALID_ARGUMENT', 'a device begins with 13 hex digits')];
const NOT_FOUND = [404, failure(404, 'NOT_FOUND', 'Requested entity was not found.')];

function failure(code, status, message) {
  return JSON.stringify({ error: { code, message, status } });
}

function answer(method, path, authorization, body) {
  if (method === 'POST' && SEND.test(path)) return send(authorization, body);
  if (method === 'POST' && path === '/token') return signIn();
  if (method === 'GET' && path.startsWith('/stats')) {
    const said = stats();
    if (path.endsWith('?reset')) forget();
    return [200, said];
  }
  return NOT_FOUND;
}

function signIn() {
  const bearer = randomBytes(24).toString('base64url');
  bearers.add(`Bearer ${bearer}`);
  return [200, JSON.stringify({ access_token: bearer, expires_in: 3599, token_type: 'Bearer' })];
}

function send(authorization, body) {
  const refused = bearers.has(authorization) ? take(body) : NO_BEARER;
  if (refused === null) return [200, `{"name":"projects/p/messages/${seen.accepted}"}`];
  seen.refused += 1;
  return refused;
}

function take(body) {
  let message;
  try {
    message = JSON.parse(body.toString('utf8')).message;
  } catch {
    return NO_JSON;
  }
  const { token, fid } = message ?? {};
  const device = token ?? fid;
  if (typeof device !== 'string' || (token === undefined) === (fid === undefined)) return NO_TARGET;
  if (Number.isNaN(parseInt(device.slice(0, DEVICE_DIGITS), 16))) return NO_DEVICE;
  count(device, body.length);
  return null;
}

// --- how it is said

const byHttp1 = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    const [status, said] = answer(method, url, headers.authorization, Buffer.concat(chunks));
    const write = () => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(said);
    };
    later(url, write);
  });
});
byHttp1.keepAliveTimeout = 60_000; // ms; a client that reuses a closed connection sees an error

function onStream(stream, headers) {
  let first = null;
  let chunks = null; // most messages come in one piece
  stream.on('data', (chunk) => {
    if (first === null) first = chunk;
    else (chunks ??= [first]).push(chunk);
  });
  stream.on('error', () => {}); // whoever hung up counts as accepted all the same
  stream.on('end', () => {
    const body = chunks ? Buffer.concat(chunks) : (first ?? Buffer.alloc(0));
    const path = headers[':path'];
    const [status, said] = answer(headers[':method'], path, headers.authorization, body);
    later(path, () => {
      if (stream.destroyed) return;
      stream.respond({ ':status': status, 'content-type': 'application/json' });
      stream.end(said);
    });
  });
}

function later(path, write) {
  if (delayMs > 0 && path !== '/token' && !path.startsWith('/stats')) setTimeout(write, delayMs);
  else write();
}

const server = tls.createServer({
  key: readFileSync(join(asked.dir, 'key.pem')),
  cert: readFileSync(join(asked.dir, 'cert.pem')),
  ALPNProtocols: ['h2', 'http/1.1'],
});
server.on('secureConnection', (socket) => {
  socket.setNoDelay(true);
  seen.connections += 1;
  if (socket.alpnProtocol !== 'h2') {
    byHttp1.emit('connection', socket);
    return;
  }
  const settings = { maxConcurrentStreams: Number(asked.streams) };
  const session = http2.performServerHandshake(socket, { settings });
  session.on('stream', onStream);
  session.on('error', () => {});
});
server.on('tlsClientError', () => {});

forget();
server.listen(0, '127.0.0.1', 1024, () => {
  const made = join(asked.dir, 'url.txt.new');
  writeFileSync(made, `https://127.0.0.1:${server.address().port}\n`);
  renameSync(made, join(asked.dir, 'url.txt'));
});
for (const ending of ['SIGTERM', 'SIGINT']) process.on(ending, () => process.exit(0));
