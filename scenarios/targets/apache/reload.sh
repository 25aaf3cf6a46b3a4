# `-k graceful` would start another server where the first one has not written its process id yet.
until [ -s "$2/apache.pid" ]; do sleep 0.05; done
exec "$1" -f "$2/apache.conf" -k graceful
