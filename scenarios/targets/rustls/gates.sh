# A gate for each listener. When one ends, so does this shell, and the others with it.
for gate in shared revoking solo-strict solo-loose; do
	{
		'@PROGRAM@' serve --config "@RUN@/$gate.json"
		kill -s TERM $$
	} &
done
wait
