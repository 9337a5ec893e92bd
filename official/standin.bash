# Sourced by the run scripts: what they have in common. They go on in the repository's own
# folder; $work is one for temporary files, which ends with the script.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

# serve starts a server, which ends with the script, and waits for what it says of itself in
# a file.
serve() {
	"${@:2}" >"$1" &
	server=$!
	for _ in $(seq 100); do
		[ -s "$1" ] && break
		sleep 0.1
	done
}

# start_standin starts the simulator, which ends with the script. $root is its address, and
# $work/about.json what it says of itself.
start_standin() {
	go build -o "$work/simulator" ./examples/simulator
	serve "$work/about.json" "$work/simulator" -addr 127.0.0.1:0 -json
	root=$(grep -o '"base_url":"http://[^/]*' "$work/about.json" | head -n 1 | cut -d'"' -f4)
	[ -n "$root" ] || { echo 'the simulator did not start'; exit 1; }
}

# photo writes a picture that the stand-in accepts of every vendor that reads PNG:
# 480×640, white.
photo() {
	base64 -d >"$1" <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAeAAAAKAAQAAAABss5b/AAAAjElEQVR42u3LoQEAAAwCIP9/Wh9Y
W4VO+hBZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZ
lmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZlmVZ
lmVZli8Dy/JyvIGMEEUAAAAASUVORK5CYII=
PNG
}

# not_installed ends a script whose official client cannot be had here. .ci/official
# knows this end from a failure, and says so.
not_installed() {
	echo "not installed: $1"
	exit 77
}

# install_npm takes a folder's package.json and scripts into $work/npm and installs
# what they need. Nothing is locked there: a lock file would name a registry.
install_npm() {
	command -v npm >/dev/null && command -v node >/dev/null || not_installed 'node and npm'
	mkdir "$work/npm"
	cp "$1"/package.json $(find "$1" -maxdepth 1 -name '*.*js') "$work/npm"
	(cd "$work/npm" && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --omit=optional --loglevel=error >npm.log 2>&1) ||
		{ tail -n 5 "$work/npm/npm.log"; not_installed "$(grep -o '"dependencies": {[^}]*' "$1/package.json" || echo "what $1/package.json asks for")"; }
}
