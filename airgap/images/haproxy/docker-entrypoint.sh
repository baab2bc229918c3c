#!/bin/sh
# Options alone, or the command haproxy, start HAProxy in master-worker mode in the foreground;
# any other command runs as it is.
set -e
case ${1:-} in
  haproxy) shift && set -- haproxy -W -db "$@" ;;
  -*) set -- haproxy -W -db "$@" ;;
esac
exec "$@"
