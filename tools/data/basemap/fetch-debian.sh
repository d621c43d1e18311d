#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Unpack (not install) the two Debian packages that the basemap takes data from.
set -eu
out=${1:?usage: fetch-debian.sh OUT_DIR}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download qgis-common libgeonames-common
for deb in *.deb; do dpkg-deb -x "$deb" unpacked; done
cd "$here"
python3 debian_sources.py "$work/unpacked" "$out"
