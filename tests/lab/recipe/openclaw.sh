#!/bin/bash
# SPDX-License-Identifier: MIT
# openclaw.sh LAYER: the real OpenClaw, and the Node that it needs, below LAYER/opt/openclaw; both from npm.
set -euo pipefail
umask 022
prefix=$1/opt/openclaw
mkdir -p "$prefix" "$1/usr/bin"
cd "$prefix"
echo '{ "private": true }' >package.json
install=(npm install --no-audit --no-fund --no-update-notifier --prefix "$prefix")

# This machine's own Node may be too old for OpenClaw, and for its installation: the new one installs the rest.
"${install[@]}" node@24 npm@latest
export PATH=$prefix/node_modules/.bin:$PATH
node --version
"${install[@]}" openclaw@latest
chown -R 0:0 "$1"

ln -s /opt/openclaw/node_modules/node/bin/node "$1/usr/bin/node"
node node_modules/openclaw/openclaw.mjs --version
