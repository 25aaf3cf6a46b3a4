# Runs caddy with these arguments after the trust bundles were taken apart: of each file it reads the first certificate only.
cd '@RUN@' || exit
export XDG_CONFIG_HOME='@RUN@' XDG_DATA_HOME='@RUN@'
take_apart() {
	rm -f "$1"-*.pem
	awk -v name="$1" '/^-----BEGIN/ { file = name "-" ++n ".pem" } file { print > file } /^-----END/ { close(file); file = "" }' "$2"
	for file in "$1"-*.pem; do echo "trusted_ca_cert_file $PWD/$file"; done >"$1.conf"
	test -e "$1-1.pem" || { echo "no certificate in $2"; exit 1; }
}
take_apart trusted-by-alpha '@CA:alpha@'
take_apart trusted-by-beta '@CA:beta@'
exec '@PROGRAM@' "$@"
