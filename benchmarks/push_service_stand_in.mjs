// Who takes a hundred thousand Web Pushes in a push service's place, at as little cost as can be?
//
//     node benchmarks/push_service_stand_in.mjs --dir DIR
//
// RFC 8030 over TLS: HTTP/2, and HTTP/1.1 for clients that offer nothing else. DIR has key.pem and
// cert.pem; the address is written to DIR/url.txt when it listens. GET /stats tells what came in and
// begins anew; of every thousandth push it has the endpoint and the body, to be opened and read.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { join } from 'node:path';
import tls from 'node:tls';
import { parseArgs } from 'node:util';

const STREAMS = 100;
const SAMPLE_EVERY = 1000;
const HEAD_BYTES = 86; // RFC 8188: salt, record size, key id's length, key id of 65 bytes
const MOST_BYTES = 4096;

const { values: asked } = parseArgs({ options: { dir: { type: 'string' } } });
let seen;

function forget() {
  seen = { accepted: 0, refused: 0, body_bytes: 0, connections: 0, paths: new Set(), samples: [] };
}

function stats() {
  const { paths, ...said } = seen;
  forget();
  return JSON.stringify({ ...said, distinct: paths.size });
}

function isPush(headers, body) {
  return (
    headers.authorization?.startsWith('vapid t=') &&
    headers['content-encoding'] === 'aes128gcm' &&
    /^\d+$/.test(headers.ttl) &&
    body.length > HEAD_BYTES &&
    body.length <= MOST_BYTES &&
    body[20] === 65
  );
}

function answer(method, path, headers, body) {
  if (method === 'GET' && path === '/stats') return [200, stats()];
  if (method !== 'POST' || !isPush(headers, body)) {
    seen.refused += 1;
    return [400, ''];
  }
  if (seen.accepted % SAMPLE_EVERY === 0) seen.samples.push([path, body.toString('base64')]);
  seen.accepted += 1;
  seen.body_bytes += body.length;
  seen.paths.add(path);
  return [201, ''];
}

const byHttp1 = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    const [status, said] = answer(method, url, headers, Buffer.concat(chunks));
    response.writeHead(status, { 'content-length': Buffer.byteLength(said) });
    response.end(said);
  });
});
byHttp1.keepAliveTimeout = 60_000; // ms; a client that reuses a closed connection sees an error

function onStream(stream, headers) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  stream.on('error', () => {}); // whoever hung up counts as accepted all the same
  stream.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const [status, said] = answer(headers[':method'], headers[':path'], headers, body);
    if (stream.destroyed) return;
    stream.respond({ ':status': status, 'content-length': Buffer.byteLength(said) });
    stream.end(said);
  });
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
  const settings = { maxConcurrentStreams: STREAMS };
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
