"""An application behind Traefik: it knows its clients by the certificate that Traefik passes on.

usage: backend.py PORT ENDPOINTS
"""

import base64
import hashlib
import socket
import ssl
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRETS = {}


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            # Nobody reads the rest of such a body.
            self.close_connection = True
        self.rfile.read(length)
        # The end-entity certificate alone: Base64 without PEM's first and last line. Others follow after commas.
        certificate = urllib.parse.unquote(self.headers.get("X-Forwarded-Tls-Client-Cert", "")).split(",")[0]
        path = self.path.split("?")[0]
        if path == "/whoami":
            return self.send(200, b"", certificate)
        if path != "/protected":
            return self.send(404, b"", certificate)
        secret = SECRETS.get(self.headers.get("X-Endpoint"))
        if not certificate or not secret:
            return self.send(403, b"", certificate)
        return self.send(200, secret.encode(), certificate)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer

    def send(self, status, body, certificate):
        self.send_response(status)
        self.send_header("X-Client-Verify", "SUCCESS" if certificate else "NONE")
        if certificate:
            digest = hashlib.sha256(base64.b64decode(certificate)).hexdigest()
            self.send_header("X-Client-Sha256", digest)
            subject = urllib.parse.unquote(self.headers.get("X-Forwarded-Tls-Client-Cert-Info", ""))
            self.send_header("X-Client-Subject", subject.encode("ascii", "backslashreplace").decode())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def wait_for_traefik(host, port):
    """It accepts connections, and shakes hands, before it has its routes. Until then nothing is found."""
    while True:
        try:
            if routes(host, port):
                return
        except OSError:
            pass
        time.sleep(0.02)


def routes(host, port):
    """Whether clients come to the endpoint: those without a certificate are refused there, or sent to an application not yet up."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 5) as plain:
        with context.wrap_socket(plain, server_hostname=host) as secure:
            try:
                secure.sendall(f"GET /whoami HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                status = secure.recv(12)
            except ssl.SSLError as error:
                return error.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
            return status.startswith(b"HTTP/1.1 ") and not status.endswith(b"404")


def main():
    with open(sys.argv[2]) as endpoints:
        for line in endpoints:
            role, host, port, *_, secret, _generation = line.rstrip("\n").split("\t")
            if role != "public":
                SECRETS[role] = secret
            wait_for_traefik(host, int(port))
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Application).serve_forever()


main()
