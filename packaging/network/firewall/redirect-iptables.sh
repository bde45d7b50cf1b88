#!/bin/sh
# iptables: what the bridge sends to port 1883, wherever to, comes to Millrace. The same as redirect.nft, which explains it;
# for routers that have no nftables.
#
# Set the four values; `sh redirect-iptables.sh` sets it (as often as you like: all of it or nothing, and only chains that
# begin with MILLRACE are changed), `sh redirect-iptables.sh undo` takes it back, `… show` tells what it has counted.
set -eu

bridge_address=192.168.1.50     # give the bridge a fixed address in your DHCP server
bridge_network=192.168.1.0/24   # the network the bridge is in
millrace=192.168.1.10
millrace_port=1883              # where Millrace listens (bridge.listen in its config file)

variant=${IPTABLES_VARIANT:-}   # -legacy or -nft, where a system has both and the usual one is not meant

# The lines that send CHAIN through ours, unless they are there. First, so that no earlier rule decides.
jump() {  # CHAIN OURS
    "iptables$variant" -w -t nat -C "$1" -j "$2" 2>/dev/null || echo "-I $1 1 -j $2"
}

# A line ":CHAIN" makes the chain or empties it; --noflush leaves all others as they are. Two rules of HAIRPIN, because one
# cannot name two destinations: who is not in the bridge's network needs no masquerade.
rules() {
    echo "*nat"
    echo ":MILLRACE_REDIRECT - [0:0]"
    echo ":MILLRACE_HAIRPIN - [0:0]"
    jump PREROUTING MILLRACE_REDIRECT
    jump POSTROUTING MILLRACE_HAIRPIN
    cat <<RULES
-A MILLRACE_REDIRECT -s $bridge_address -p tcp --dport 1883 -j DNAT --to-destination $millrace:$millrace_port
-A MILLRACE_HAIRPIN ! -d $bridge_network -j RETURN
-A MILLRACE_HAIRPIN -s $bridge_address -d $millrace -p tcp --dport $millrace_port -j MASQUERADE
COMMIT
RULES
}

remove() {  # CHAIN OURS
    "iptables$variant" -w -t nat -C "$1" -j "$2" 2>/dev/null && "iptables$variant" -w -t nat -D "$1" -j "$2"
    "iptables$variant" -w -t nat -S "$2" >/dev/null 2>&1 || return 0
    "iptables$variant" -w -t nat -F "$2"
    "iptables$variant" -w -t nat -X "$2"
}

case ${1:-set} in
    set)
        # Made first, loaded then: iptables-restore holds the lock from its start that `jump` needs.
        new=$(rules)
        echo "$new" | "iptables$variant-restore" -w --noflush
        ;;
    undo)
        remove PREROUTING MILLRACE_REDIRECT
        remove POSTROUTING MILLRACE_HAIRPIN
        ;;
    show) "iptables$variant" -w -t nat -nvL MILLRACE_REDIRECT ;;
    *) echo "$0: set, undo or show" >&2; exit 2 ;;
esac
