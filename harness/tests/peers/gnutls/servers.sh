# One server for each mode. When one ends, so does this shell, and the other with it.
common='--http --x509cafile @CA:alpha@ --verify-client-cert'
{
    gnutls-serv -p @PORT:solo-loose@ --x509certfile @SERVER_CERT:rsa@ --x509keyfile @SERVER_KEY:rsa@ $common
    kill -s TERM $$
} &
exec gnutls-serv -p @PORT:solo-strict@ --x509certfile @SERVER_CERT@ --x509keyfile @SERVER_KEY@ --require-client-cert $common
