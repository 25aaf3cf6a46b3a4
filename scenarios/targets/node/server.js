// A gate with Node's http2 and https: server.js ENDPOINTS CERTIFICATE KEY.
//
// ENDPOINTS has a line for each endpoint: role, host, port, mode, CA file, CRL file, secret, generation. It is read again on SIGHUP.
//
// requestCert and rejectUnauthorized belong to a server, not to the contexts of SNICallback. An endpoint alone on its port is STRICT by
// rejectUnauthorized. Where several share a port, the server asks everybody and rejects nobody, and the application must look at
// socket.authorized in each request. An endpoint that asks nobody cannot be among them.
'use strict';
const fs = require('fs');
const http2 = require('http2');
const net = require('net');
const tls = require('tls');

const [, , file, certificate, key] = process.argv;
const own = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };

// The endpoints by port, and by host within it.
let table = new Map();
// The TLS server of each port, with the options that it was made from.
const servers = new Map();

function readTable() {
  const read = new Map();
  for (const line of fs.readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const [, host, port, mode, ca, crl, secret, generation] = line.split('\t');
    // Without `ca` the roots that come with Node would be trusted.
    const anchors = ca === '-' ? [] : pem(ca);
    const options = { ca: anchors, crl: crl === '-' ? undefined : pem(crl), ...own };
    const context = tls.createSecureContext(options);
    const endpoint = { mode, secret, generation, options, context, policy: JSON.stringify([mode, options]) };
    if (!read.has(port)) read.set(port, new Map());
    if (read.get(port).has(host)) throw new Error(`two endpoints are called ${host}`);
    read.get(port).set(host, endpoint);
  }
  return read;
}

function pem(path) {
  const blocks = fs.readFileSync(path, 'utf8').match(/-----BEGIN [^]+?-----END [A-Z0-9 ]+-----/g);
  if (!blocks) throw new Error(`no PEM in ${path}`);
  return blocks;
}

// The endpoint that a connection is for; one that is alone on its port is it whatever the server name.
function endpointOf(port, servername) {
  const hosts = table.get(port);
  return hosts.size === 1 ? [...hosts.values()][0] : hosts.get(String(servername).toLowerCase());
}

function answer(port, request, response) {
  const { socket } = request;
  const host = (request.authority ?? request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const endpoint = table.get(port).get(host);
  const say = (status, body = '') => response.writeHead(status).end(body);
  if (endpoint) response.setHeader('x-generation', endpoint.generation);
  // In TLS 1.2 a resumed session does not tell its server name (nodejs/node#57175). Host has to do.
  if (!socket.servername && socket.isSessionReused()) socket.policy ??= endpoint?.policy;
  // The client was verified by the policy of the server name, as it was then: that must be the one of Host, as it is now.
  if (endpoint?.policy !== socket.policy) return say(421);
  // `authorized` alone is not enough: it is true for a client without a certificate that resumes a session (nodejs/node#35317).
  // A certificate alone is not enough: it need not be authorized.
  const client = socket.getPeerX509Certificate();
  const verified = socket.authorized && client !== undefined;
  if (endpoint.mode === 'strict' && !verified) return say(403);
  if (request.url === '/whoami') {
    return say(200, JSON.stringify({
      verify: verified ? 'SUCCESS' : client ? String(socket.authorizationError) : 'NONE',
      subject: client?.subject,
      sha256: client?.fingerprint256.replaceAll(':', ''),
      resumed: socket.isSessionReused(),
    }));
  }
  if (request.url !== '/protected') return say(404);
  return verified ? say(200, endpoint.secret) : say(403);
}

function makeServer(port, options) {
  const common = { ...own, allowHTTP1: true, minVersion: 'TLSv1.2', handshakeTimeout: 5000 };
  const server = http2.createSecureServer({ ...common, ...options }, (request, response) => answer(port, request, response));
  server.on('secureConnection', (socket) => {
    socket.policy = endpointOf(port, socket.servername)?.policy;
  });
  return server;
}

// What the server of a port is made from.
function serverOptions(port) {
  const [endpoint, ...others] = table.get(port).values();
  if (others.length === 0) {
    return { ...endpoint.options, requestCert: endpoint.mode !== 'public', rejectUnauthorized: endpoint.mode === 'strict' };
  }
  return {
    // For clients that send no name: SNICallback is not called then.
    ca: [],
    requestCert: true,
    rejectUnauthorized: false,
    SNICallback: (name, done) => {
      const found = endpointOf(port, name);
      done(found ? null : new Error('nobody here is called so'), found?.context);
    },
  };
}

function apply() {
  table = readTable();
  for (const port of table.keys()) {
    const options = serverOptions(port);
    const from = JSON.stringify(options);
    if (servers.get(port)?.from !== from) servers.set(port, { from, server: makeServer(port, options) });
  }
}

apply();
process.on('SIGHUP', () => {
  try {
    apply();
  } catch (error) {
    console.error('the policy before stays in force:', error.message);
  }
});
// A port stays open while its server is exchanged.
for (const port of table.keys()) {
  const take = (socket) => servers.get(port).server.emit('connection', socket);
  net.createServer({ noDelay: true }, take).listen(Number(port), '127.0.0.1');
}
