# Traefik, with the application behind it; both end together.
traefik=$1 python=$2
"$python" backend.py @PORT:backend@ @ENDPOINTS@ &
exec "$traefik" --configFile=@RUN@/traefik.yaml
