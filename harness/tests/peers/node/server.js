// One server for every six arguments: MODE PORT CERTIFICATE KEY CA MARKER.
'use strict';
const fs = require('fs');
const https = require('https');

function serve(mode, port, cert, key, ca, marker) {
  const options = {
    cert: fs.readFileSync(cert),
    key: fs.readFileSync(key),
    ca: fs.readFileSync(ca),
    requestCert: true,
    rejectUnauthorized: mode === 'strict',
    minVersion: 'TLSv1.2',
  };
  const answer = ({ socket, url }, response) => {
    const client = socket.getPeerCertificate();
    const shown = Boolean(client.raw);
    response.setHeader('x-client-verify', socket.authorized ? 'SUCCESS' : shown ? 'FAILED' : 'NONE');
    if (shown) response.setHeader('x-client-sha256', client.fingerprint256.replaceAll(':', ''));
    if (url === '/protected' && !socket.authorized) response.statusCode = 403;
    response.end(url === '/protected' && socket.authorized ? marker : '');
  };
  https.createServer(options, answer).listen(Number(port), '127.0.0.1');
}

const given = process.argv.slice(2);
while (given.length > 0) serve(...given.splice(0, 6));
