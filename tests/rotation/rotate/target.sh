#!/bin/sh
# The commands of a driver. The target is a file with the values that it accepts, one on each line.
set -eu
target=$HOME/target
# Without a program that would have the value among its arguments.
accepts() { while read -r value; do [ "$value" = "$1" ] && return; done <"$target"; return 1; }
put() { printf '%s\n' "$@" >"$target.new" && mv "$target.new" "$target"; }
echo "$ENVWARD_STEP" >>"$HOME/steps"
# What a careless command prints.
echo "old ${ENVWARD_OLD_VALUE-} new ${ENVWARD_NEW_VALUE-}" >&2
case $1 in
set)
    accepts "$ENVWARD_OLD_VALUE" || accepts "$ENVWARD_NEW_VALUE"
    put "$ENVWARD_NEW_VALUE"
    ;;
set-both)
    accepts "$ENVWARD_OLD_VALUE" || accepts "$ENVWARD_NEW_VALUE"
    put "$ENVWARD_OLD_VALUE" "$ENVWARD_NEW_VALUE"
    ;;
test) accepts "$ENVWARD_NEW_VALUE" ;;
finish) put "$ENVWARD_NEW_VALUE" ;;
esac
