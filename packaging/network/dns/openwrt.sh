#!/bin/sh
# OpenWrt: Flume bridges are told Millrace's address. Run it on the router, as root: `sh openwrt.sh` sets it, `sh openwrt.sh
# undo` takes it back. It may be run again, with another address too. uci keeps it over reboots and upgrades that keep settings.
#
# `server` with a name and nothing behind it keeps the name's other questions (its IPv6 address) in the house; see dnsmasq.conf.
# In LuCI: Network, DHCP and DNS: "Addresses" and, under Forwards, "DNS forwards". Written from OpenWrt's documentation. Tested
# with a stand-in for uci that makes dnsmasq's configuration of it, not on a router.
set -eu

millrace=192.168.1.10   # where Millrace runs

names="mqtt.prod.flumetech.com mqtt.flumewater.com device.flumetech.com"

for name in $names; do
    for address in $(uci -q get dhcp.@dnsmasq[0].address || true); do
        case $address in "/$name/"*) uci del_list dhcp.@dnsmasq[0].address="$address" ;; esac
    done
    uci -q del_list dhcp.@dnsmasq[0].server="/$name/" || true
    [ "${1:-}" = undo ] && continue
    uci add_list dhcp.@dnsmasq[0].address="/$name/$millrace"
    uci add_list dhcp.@dnsmasq[0].server="/$name/"
done
uci commit dhcp
/etc/init.d/dnsmasq restart
