#!/bin/sh
# iptables, on the router: the bridge may speak to Millrace, and ask for its address, for names and for the time; all else it
# says is dropped and counted. The same as shut-in.nft, which explains it; for routers that have no nftables.
#
# Set the six values; `sh shut-in-iptables.sh` sets it (as often as you like; IPv4 and IPv6 each all of it or nothing, and only
# chains that begin with MILLRACE are changed), `sh shut-in-iptables.sh undo` takes it back, `… show` tells what it has counted.
set -eu

bridge_mac=00:00:00:00:00:00    # holds for IPv6 and for changing addresses; the router's list of leases has it
bridge_address=192.0.2.1        # where the router does not see its MAC, behind a repeater; else leave it
millrace=192.168.1.10
millrace_port=1883              # where Millrace listens
dns_servers=192.168.1.1         # what your DHCP server names; several with commas
time_servers=192.168.1.1        # the same for NTP (DHCP option 42)

variant=${IPTABLES_VARIANT:-}   # -legacy or -nft, where a system has both and the usual one is not meant

# The line that sends CHAIN through ours, unless it is there. First, so that no earlier rule decides.
jump() {  # IPTABLES CHAIN OURS
    "$1$variant" -w -C "$2" -j "$3" 2>/dev/null || echo "-I $2 1 -j $3"
}

remove() {  # IPTABLES CHAIN
    for hook in INPUT FORWARD; do
        "$1$variant" -w -C "$hook" -j "$2" 2>/dev/null && "$1$variant" -w -D "$hook" -j "$2"
    done
    "$1$variant" -w -S "$2" >/dev/null 2>&1 || return 0
    "$1$variant" -w -F "$2"
}

delete() {  # IPTABLES CHAINS
    tables=$1
    shift
    for chain in "$@"; do remove "$tables" "$chain"; done
    for chain in "$@"; do "$tables$variant" -w -X "$chain" 2>/dev/null || true; done
}

# RETURN leaves the decision to the router's own rules, and -g instead of -j makes it leave all our chains at once. As with
# nftables, connections that stand already are not let through: one to the cloud from before these rules must end too.
ipv4() {
    echo "*filter"
    for chain in INPUT FORWARD TO_ROUTER ANYWHERE; do echo ":MILLRACE_$chain - [0:0]"; done
    jump iptables INPUT MILLRACE_INPUT
    jump iptables FORWARD MILLRACE_FORWARD
    cat <<RULES
-A MILLRACE_INPUT -m mac --mac-source $bridge_mac -g MILLRACE_TO_ROUTER
-A MILLRACE_INPUT -s $bridge_address -g MILLRACE_TO_ROUTER
-A MILLRACE_FORWARD -m mac --mac-source $bridge_mac -g MILLRACE_ANYWHERE
-A MILLRACE_FORWARD -s $bridge_address -g MILLRACE_ANYWHERE
-A MILLRACE_TO_ROUTER -p udp --sport 68 --dport 67 -j RETURN
-A MILLRACE_TO_ROUTER -m conntrack --ctdir REPLY -j RETURN
-A MILLRACE_TO_ROUTER -g MILLRACE_ANYWHERE
-A MILLRACE_ANYWHERE -d $millrace -p tcp --dport $millrace_port -j RETURN
-A MILLRACE_ANYWHERE -d $dns_servers -p udp --dport 53 -j RETURN
-A MILLRACE_ANYWHERE -d $dns_servers -p tcp --dport 53 -j RETURN
-A MILLRACE_ANYWHERE -d $time_servers -p udp --dport 123 -j RETURN
-A MILLRACE_ANYWHERE -p tcp --dport 1883 -m comment --comment refused_mqtt -j DROP
-A MILLRACE_ANYWHERE -p udp --dport 1338 -m comment --comment refused_daily_udp -j DROP
-A MILLRACE_ANYWHERE -p udp --dport 53 -m comment --comment refused_dns -j DROP
-A MILLRACE_ANYWHERE -p tcp --dport 53 -m comment --comment refused_dns -j DROP
-A MILLRACE_ANYWHERE -p udp --dport 123 -m comment --comment refused_ntp -j DROP
-A MILLRACE_ANYWHERE -m comment --comment refused_other -j DROP
COMMIT
RULES
}

ipv6() {
    echo "*filter"
    for chain in INPUT FORWARD; do echo ":MILLRACE_$chain - [0:0]"; done
    for chain in INPUT FORWARD; do
        jump ip6tables "$chain" "MILLRACE_$chain"
        echo "-A MILLRACE_$chain -m mac --mac-source $bridge_mac -m comment --comment refused_ipv6 -j DROP"
    done
    echo "COMMIT"
}

case ${1:-set} in
    set)
        # Made first, loaded then: iptables-restore holds the lock from its start that `jump` needs.
        new4=$(ipv4)
        new6=$(ipv6)
        echo "$new4" | "iptables$variant-restore" -w --noflush
        echo "$new6" | "ip6tables$variant-restore" -w --noflush
        ;;
    undo)
        delete iptables MILLRACE_INPUT MILLRACE_FORWARD MILLRACE_TO_ROUTER MILLRACE_ANYWHERE
        delete ip6tables MILLRACE_INPUT MILLRACE_FORWARD
        ;;
    show)
        "iptables$variant" -w -nvL MILLRACE_ANYWHERE
        "ip6tables$variant" -w -nvL MILLRACE_FORWARD
        "ip6tables$variant" -w -nvL MILLRACE_INPUT
        ;;
    *) echo "$0: set, undo or show" >&2; exit 2 ;;
esac
