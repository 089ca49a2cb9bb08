# Sourced by the scripts beside it: installs what is missing, and is silent when nothing is.
# Needs Debian or one of its descendants to install; elsewhere it says what to install.

# need PACKAGE=PROBE ...: PROBE is a command that must exist, or a file (beginning with /).
need() {
	local missing=() spec package probe
	for spec in "$@"; do
		package=${spec%%=*} probe=${spec#*=}
		case $probe in
		/*) [ -e "$probe" ] || missing+=("$package") ;;
		*) command -v "$probe" >/dev/null 2>&1 || missing+=("$package") ;;
		esac
	done
	[ ${#missing[@]} -eq 0 ] && return
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "missing: ${missing[*]} (Debian's names); install them with this system's package manager" >&2
		exit 1
	fi
	local sudo=()
	[ "$(id -u)" -eq 0 ] || sudo=(sudo)
	echo "installing ${missing[*]} ..." >&2
	if ! { "${sudo[@]}" apt-get update -qq &&
		"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } >/tmp/sniff-apt.$$ 2>&1; then
		cat /tmp/sniff-apt.$$ >&2
		rm -f /tmp/sniff-apt.$$
		echo "could not install ${missing[*]}" >&2
		exit 1
	fi
	rm -f /tmp/sniff-apt.$$
}

# What the build needs.
need_build() {
	if ! command -v cargo >/dev/null 2>&1; then
		[ -e "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
		command -v cargo >/dev/null 2>&1 || {
			echo "missing: a Rust toolchain (1.88 or newer); see https://rustup.rs" >&2
			exit 1
		}
	fi
	need gcc=cc libc6-dev=/usr/include/stdio.h libpcap-dev=/usr/include/pcap/pcap.h
}

# Where cargo puts what it builds.
target_dir() {
	case ${CARGO_TARGET_DIR:-target} in
	/*) echo "$CARGO_TARGET_DIR" ;;
	*) echo "$PWD/${CARGO_TARGET_DIR:-target}" ;;
	esac
}
