# HAProxy, reloaded as its manual says: `-sf` has a new process ask the old ones to finish, once it holds the ports. One
# that cannot read its configuration ends, and asks nobody.
# (The master process of `-W` does the same at SIGUSR2, but loses the signal while it starts.)
haproxy=$1 configuration=$2 processes=

start() {
    "$haproxy" -db -f "$configuration" "$@" &
    processes="$processes $!"
}

trap 'start -sf $processes' HUP
trap 'kill -s TERM $processes; wait; exit 0' TERM
start
# Until all have ended; a signal interrupts the wait, and fails it.
until wait; do :; done
exit 1
