# One server for each mode. When one ends, so does this shell, and the other with it.
common='-www -CAfile @CA:alpha@ -verify_return_error'
{
    openssl s_server -accept 127.0.0.1:@PORT:solo-loose@ -cert @SERVER_CERT:rsa@ -key @SERVER_KEY:rsa@ -verify 10 $common
    kill -s TERM $$
} &
exec openssl s_server -accept 127.0.0.1:@PORT:solo-strict@ -cert @SERVER_CERT@ -key @SERVER_KEY@ -Verify 10 $common
