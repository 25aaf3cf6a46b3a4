# A server for each endpoint. When one ends, so does this shell, and the others with it.
serve() {
	{
		'@PROGRAM@' --http -p "$1" --x509certfile "$2" --x509keyfile "$3" $4
		kill -s TERM $$
	} &
}
trusting='--x509cafile @CA:alpha@'
checking='--x509cafile @CA:alpha@ --x509crlfile @CRL:alpha@'
serve @PORT:public@ '@SERVER_CERT@' '@SERVER_KEY@' '@MODE:public@'
serve @PORT:solo-strict@ '@SERVER_CERT@' '@SERVER_KEY@' "@MODE:solo-strict@ $trusting"
serve @PORT:solo-loose@ '@SERVER_CERT:rsa@' '@SERVER_KEY:rsa@' "@MODE:solo-loose@ $trusting"
serve @PORT:revoking-strict@ '@SERVER_CERT@' '@SERVER_KEY@' "@MODE:revoking-strict@ $checking"
serve @PORT:revoking-loose@ '@SERVER_CERT:rsa@' '@SERVER_KEY:rsa@' "@MODE:revoking-loose@ $checking"
wait
