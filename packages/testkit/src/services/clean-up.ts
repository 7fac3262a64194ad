/** For `guard`, with a server's folder: ends the process whose number is in its `pid` file, and removes the folder. */
export const endAndRemove = `
pid=$(cat "$1/pid" 2>/dev/null) && kill -KILL "$pid"
n=0; while [ -n "$pid" ] && [ $n -lt 100 ] && kill -0 "$pid"; do sleep 0.1; n=$((n+1)); done
rm -rf "$1"`
