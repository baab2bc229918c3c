#!/bin/sh
# Asks for the class of a picture over REST: rest.sh http://HOST:8501/v1/models/NAME BODY
# BODY is a file with {"instances": [[[[R, G, B], ...], ...]]}: curl reads no pictures.
set -eu

# A key is on standard input, since everyone on a machine sees what is on command lines.
authorization() {
  if [ -n "${TF_SERVING_API_KEY_FILE:-}" ]; then
    printf 'header = "Authorization: Bearer %s"\n' "$(cat "$TF_SERVING_API_KEY_FILE")"
  fi
}

# Sent again where the service was not reached, says that nothing is ready (503) or is slow: curl
# has one list of these, and a prediction changes nothing. Seconds for one attempt, and for all.
# Without the empty "Expect:" curl asks whether it may before it sends more than 1 MB.
answer=$(authorization | curl --config - --silent --show-error --fail-with-body \
  ${TF_SERVING_CA_FILE:+--cacert "$TF_SERVING_CA_FILE"} \
  --retry 3 --retry-connrefused --connect-timeout 1 --max-time 10 --retry-max-time 20 \
  --header 'Content-Type: application/json' --header 'Expect:' \
  --data-binary "@$2" "$1:predict")

printf '%s' "$answer" | tr -d ' \n' | sed 's/.*\[\[//; s/\]\].*//' | tr ',' '\n' |
  awk '$1 > best { best = $1; at = NR - 1 }
       END { printf "predicted class= %d with confidence level of %.2f\n", at, best }'
