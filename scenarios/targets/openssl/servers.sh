# A server for each endpoint. When one ends, so does this shell, and the others with it.
serve() {
	{
		'@PROGRAM@' s_server -www -accept "127.0.0.1:$1" -cert "$2" -key "$3" $4
		kill -s TERM $$
	} &
}
trusting='-CAfile @CA:alpha@ -verify_return_error'
# A file of CAs may hold revocation lists, too; -CRL would read the first of a file only.
cat '@CA:alpha@' '@CRL:alpha@' >'@RUN@/ca-and-crl.pem'
checking='-CAfile @RUN@/ca-and-crl.pem -crl_check_all -verify_return_error'
serve @PORT:public@ '@SERVER_CERT@' '@SERVER_KEY@' '@MODE:public@'
serve @PORT:solo-strict@ '@SERVER_CERT@' '@SERVER_KEY@' "@MODE:solo-strict@ $trusting"
serve @PORT:solo-loose@ '@SERVER_CERT:rsa@' '@SERVER_KEY:rsa@' "@MODE:solo-loose@ $trusting"
serve @PORT:revoking-strict@ '@SERVER_CERT@' '@SERVER_KEY@' "@MODE:revoking-strict@ $checking"
serve @PORT:revoking-loose@ '@SERVER_CERT:rsa@' '@SERVER_KEY:rsa@' "@MODE:revoking-loose@ $checking"
wait
