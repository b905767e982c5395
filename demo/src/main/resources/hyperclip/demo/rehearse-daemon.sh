# Runs the daemon for a moment, with a command that asks it something: what it loads then goes into its cache.
#
#   rehearse-daemon.sh CACHE JAVA OPTION...    the options make java run hyperclip
cache=$1 java=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$java" "-XX:AOTCacheOutput=$cache" "$@" guest --listen "$folder/socket" --port "$folder/none" 2> "$folder/log" &
daemon=$!
tries=0
until [ -S "$folder/socket" ] || [ "$tries" -gt 600 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
"$java" "$@" sessions --connect "$folder/socket" > "$folder/sessions" 2>&1
answered=$?
kill "$daemon"
wait "$daemon"
if [ "$answered" != 0 ] || [ ! -s "$cache" ]; then
    cat "$folder/sessions" "$folder/log" >&2
    exit 1
fi
