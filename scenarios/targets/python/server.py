"""A gate with Python's ssl and http.server: server.py ENDPOINTS CERTIFICATE KEY.

ENDPOINTS has a line for each endpoint: role, host, port, mode, CA file, CRL file, secret, generation. It is read again on SIGHUP.

A socket keeps the verify_mode and verify_flags of the context that it was made with, whatever context an sni_callback gives it. Where
several endpoints share a port, the TLS layer therefore only verifies what clients show, and each request looks whether there was something.
"""

import contextlib
import hashlib
import json
import signal
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FILE, CERTIFICATE, KEY = sys.argv[1:]
MODES = {"strict": ssl.CERT_REQUIRED, "loose": ssl.CERT_OPTIONAL, "public": ssl.CERT_NONE}


def make_context(verify_mode, ca=None, crl=None):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    context.load_cert_chain(CERTIFICATE, KEY)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = verify_mode
    if crl:
        # Revocation lists are loaded like CAs, and do nothing without the flag.
        context.load_verify_locations(crl)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    return context


class Endpoint:
    """What one host on one port promises."""

    def __init__(self, mode, ca, crl, secret):
        ca, crl = (None if name == "-" else name for name in (ca, crl))
        self.mode, self.secret = mode, secret
        self.policy = [mode] + [Path(name).read_bytes() for name in (ca, crl) if name]
        self.context = make_context(MODES[mode], ca, crl)


class Table(dict):
    """The endpoints by port, and by host within it."""

    def __init__(self, before):
        for line in Path(FILE).read_text().splitlines():
            _, host, port, mode, ca, crl, secret, self.generation = line.split("\t")
            hosts = self.setdefault(int(port), {})
            if host in hosts:
                raise ValueError(f"two endpoints are called {host}")
            here, known = Endpoint(mode, ca, crl, secret), before.get(int(port), {}).get(host)
            # What has not changed keeps its context, and its sessions with it.
            hosts[host] = known if known and known.policy == here.policy else here


class Server(ThreadingHTTPServer):
    request_queue_size = 256

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.port = port
        self.shared = make_context(ssl.CERT_OPTIONAL)
        self.shared.sni_callback = self.choose

    def choose(self, connection, name, _):
        """Gives a connection the context of its server name; None goes on with it."""
        here = TABLE[self.port].get((name or "").lower())
        if here is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = here.context
        return None

    def get_request(self):
        connection, address = super().get_request()
        hosts = list(TABLE[self.port].values())
        context = hosts[0].context if len(hosts) == 1 else self.shared
        # The handshake would otherwise happen here, and one slow client would keep all others waiting.
        return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        print(client_address, repr(sys.exc_info()[1]), file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # For each read, and for the whole handshake.
    timeout = 5

    def setup(self):
        super().setup()
        self.request.do_handshake()

    def finish(self):
        super().finish()
        # OpenSSL forgets the session of a connection that ends without close_notify.
        with contextlib.suppress(OSError, ValueError):
            self.request.unwrap()

    def do_GET(self):
        connection, names = self.request, self.headers.get_all("Host", [])
        host = names[0].partition(":")[0].lower() if len(names) == 1 else None
        here = TABLE[self.server.port].get(host)
        # The client was verified by the policy of the server name, as it was then: that must be the one of Host, as it is now.
        if here is None or here.context is not connection.context:
            self.close_connection = True
            return self.answer(421)
        # Empty for a client without a certificate.
        client = connection.getpeercert()
        if self.path == "/whoami" and (client or here.mode != "strict"):
            who = {"verified": bool(client), "resumed": connection.session_reused}
            if client:
                who["subject"] = ",".join(f"{name}={value}" for part in client["subject"] for name, value in part)
                who["sha256"] = hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()
            return self.answer(200, json.dumps(who))
        if self.path == "/protected" and client:
            return self.answer(200, here.secret)
        return self.answer(404 if client else 403)

    def answer(self, status, body=""):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-generation", TABLE.generation)
        self.end_headers()
        self.wfile.write(body.encode())


# Another thread may get the signal that the main one pauses for: it is blocked in all of them, and waited for.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
TABLE = Table({})
for port in TABLE:
    threading.Thread(target=Server(port).serve_forever, daemon=True).start()
while signal.sigwait({signal.SIGHUP}):
    try:
        TABLE = Table(TABLE)
    except (OSError, ValueError) as error:
        print("the policy before stays in force:", error, file=sys.stderr)
