# It accepts connections before it has started up, and then refuses everybody.
for port in @PORT:solo@ @PORT:revoking@; do
    until "$(dirname @PROGRAM@)/pg_isready" -q -h 127.0.0.1 -p $port; do sleep 0.02; done
done
