# shellcheck shell=sh
preflight_install() { :; }
download_packages() { :; }
mask_installed() { :; }
start_masked() { :; }
undo_packages() { :; }
