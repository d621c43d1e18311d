#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An example of a second path. The node runs it once for each page, with one line of
# JSON on stdin:
#   {"page","incident","number","kind","priority","site","text","at","phone"?}
# With a phone the text is for that number alone: a person's, or of one who called.
# Exit 0 means that the page was passed on. Anything else, or 30 s without an end, and
# the node tries again after 5, 10, 20, 40, then each 60 s. A page may come twice (the
# node died in between): the same "page" is the same page.
#
# Here each page is written to a log and handed to `send-sms NUMBER TEXT`, which stands
# for the program of your SMS gateway. The numbers are in NUMBERS, one a line.
set -eu

NUMBERS=${KUMAK_NUMBERS:-/etc/kumak/duty-officer.numbers}
LOG=${KUMAK_PAGE_LOG:-/var/lib/kumak/pages.log}
SEND=${KUMAK_SEND:-/usr/local/bin/send-sms}

IFS= read -r page
id=$(printf '%s' "$page" | jq -r '.page')
text=$(printf '%s' "$page" | jq -r '.text')
phone=$(printf '%s' "$page" | jq -r '.phone // empty')

# One that was passed on whole is not sent again.
if grep -qxF "sent $id" "$LOG" 2>/dev/null; then
	exit 0
fi
printf '%s\n' "$page" >>"$LOG"

if [ -n "$phone" ]; then
	"$SEND" "$phone" "$text" </dev/null || exit 1
	printf 'sent %s\n' "$id" >>"$LOG"
	exit 0
fi

failed=0
reached=0
while read -r number || [ -n "$number" ]; do
	case $number in '' | '#'*) continue ;; esac
	if "$SEND" "$number" "$text" </dev/null; then
		reached=$((reached + 1))
	else
		failed=$((failed + 1))
	fi
done <"$NUMBERS"

# Nobody reached: the node must try again.
[ "$reached" -gt 0 ] || exit 1
if [ "$failed" -gt 0 ]; then
	echo "second path: $failed of $((failed + reached)) numbers failed" >&2
fi
printf 'sent %s\n' "$id" >>"$LOG"
