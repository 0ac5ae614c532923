#!/usr/bin/env bash
# Installs what the tests start and this machine lacks: a real Redis and a real
# Valkey, a JRE with Maven for the MongoDB-protocol server, a real Chromium. As
# root on Debian it installs them; elsewhere it says in one line what to install.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
need redis-server redis-server
need redis-cli redis-tools
need valkey-server valkey-server
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

# Debian 12 has Valkey in its backports alone. They are asked this once, from
# where the release comes from; the machine's own list of sources stays as it is.
options=()
if [[ " ${missing[*]} " == *" valkey-server "* ]] && ! apt-cache show valkey-server >/dev/null 2>&1; then
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	uri=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Codename: $codename" "Component: main" | head -n 1)
	sources=$(mktemp -d)
	trap 'rm -rf "$sources"' EXIT
	find /etc/apt/sources.list.d -type f \( -name '*.list' -o -name '*.sources' \) -exec ln -s {} "$sources" \;
	echo "deb $uri $codename-backports main" >"$sources/backports.list"
	options=(-o "Dir::Etc::sourceparts=$sources")
	apt-get "${options[@]}" update -qq
fi
apt-get "${options[@]}" install -y -qq --no-install-recommends "${missing[@]}" fonts-noto-color-emoji >/dev/null
