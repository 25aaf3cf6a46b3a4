# A data directory with a user for each role. It is copied for each start, as initdb takes longer than all the rest, and without
# the templates, which nobody needs, there is less to copy.
set -eu
bin=$(dirname "$1")
"$bin/initdb" --pgdata=data --username=postgres --auth=reject --no-sync --no-instructions \
    --encoding=UTF8 --locale=C --wal-segsize=1
{
    for role in solo-strict solo-loose revoking-strict revoking-loose; do
        echo "CREATE ROLE \"$role\" LOGIN;"
    done
    echo "UPDATE pg_database SET datistemplate = false;"
    echo "DROP DATABASE template0;"
    echo "DROP DATABASE template1;"
} | "$bin/postgres" --single -F -D data postgres
