#!/bin/sh
# Runs in a host with an engine that isn't booted, with the file system of the services in /mnt: keeps it for the engine.
set -eu

cp /mnt/services.tar /mnt/images.sh /srv/
