#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An example of a print program: HTML on stdin to the room's printer. Chromium makes a
# PDF of it, CUPS prints it. Exit 0 means printed; the node waits 60 s at most and has
# the same page in DATA/print/queue.html.
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/queue.html"
HOME=$dir chromium --headless --no-sandbox --disable-gpu --user-data-dir="$dir/profile" \
	--print-to-pdf="$dir/queue.pdf" "file://$dir/queue.html" >/dev/null 2>&1
test -s "$dir/queue.pdf"
${KUMAK_LP:-lp} -t "Kumak queue" "$dir/queue.pdf" >/dev/null
