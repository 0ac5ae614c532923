#!/usr/bin/env bash
# Installs what the tests start and this machine lacks: a real Redis, a JRE
# with Maven for the MongoDB-protocol server, a real Chromium. As root on
# Debian it installs them; elsewhere it says in one line what to install.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need redis-server redis-server
need java default-jre-headless
need mvn maven
need chromium chromium
need gcc gcc # the race detector links with it

[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "The tests need: ${missing[*]}. Install them (Debian: sudo apt-get install ${missing[*]}) and run this again." >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-noto-color-emoji >/dev/null
