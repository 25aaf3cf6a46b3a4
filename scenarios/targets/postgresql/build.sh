# A data directory with a user for each role. It is copied for each start: initdb takes longer than all the rest.
set -eu
bin=$(dirname "$1")
"$bin/initdb" --pgdata=data --username=postgres --auth=reject --no-sync --no-instructions \
    --encoding=UTF8 --locale=C --wal-segsize=1
for role in solo-strict solo-loose revoking-strict revoking-loose; do
    echo "CREATE ROLE \"$role\" LOGIN;"
done | "$bin/postgres" --single -D data postgres
