#!/bin/sh
# What a newcomer does, on a machine with nothing but Node, git and apt, no network, no terminal and an empty HOME.
# A clone, its node_modules and npm's folder are in /in.
set -eu

export HOME=/home/newcomer CI=true
mkdir "$HOME"
cp -R --preserve=mode,timestamps,links /in/harden /in/npm /srv/
cp -R --preserve=mode,timestamps,links /in/node_modules /srv/harden/
ln -s /srv/npm/bin/npm-cli.js /usr/local/bin/npm
cd /srv/harden

npm start >/tmp/start 2>&1 || {
  cat /tmp/start
  echo "npm start failed"
  exit 1
}
status=0
npm test --silent -- unit host || status=$?
if grep -E '^ *[0-9]+: \S+ \S+ 0A' /proc/net/tcp /proc/net/tcp6; then
  echo "what the tests installed listens"
  exit 1
fi
exit "$status"
