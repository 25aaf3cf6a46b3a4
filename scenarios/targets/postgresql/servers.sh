# One server for each configuration of TLS. QUIT is how PostgreSQL is told to wait for nobody.
start() {
    data=$1
    shift
    "@PROGRAM@" -D "@RUN@/$data" -c config_file=@RUN@/postgresql.conf "$@" &
}
start solo -c port=@PORT:solo@
solo=$!
start revoking -c port=@PORT:revoking@ -c ssl_crl_file=@CRL:alpha@
revoking=$!
trap 'kill -s QUIT $solo' TERM
wait $solo
kill -s QUIT $solo $revoking
wait
