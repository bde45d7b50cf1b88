// How bridges are brought here by what stands in people's houses: what to type or to paste. Names of menus are those of
// the makers' present versions, in English as most of them have it; the steps around them are texts.
export const kNames = ['mqtt.prod.flumetech.com', 'mqtt.flumewater.com', 'device.flumetech.com'] as const;

export const kWays = ['pihole', 'adguard', 'dnsmasq', 'openwrt', 'opnsense', 'unifi', 'homeassistant', 'fritzbox', 'nat'] as const;
export type Way = (typeof kWays)[number];

const each = (line: (name: string) => string): string => kNames.map(line).join('\n');

// What is pasted somewhere, where anything is. `port` is the one Millrace listens at.
export function snippet(way: Way, address: string, port: string): string | null {
  switch (way) {
    case 'dnsmasq':
      return each((name) => `address=/${name}/${address}`);
    case 'openwrt':
      return [
        ...kNames.map((name) => `uci add_list dhcp.@dnsmasq[0].address='/${name}/${address}'`),
        'uci commit dhcp',
        '/etc/init.d/dnsmasq restart',
      ].join('\n');
    case 'homeassistant':
      return ['hosts:', ...kNames.map((name) => `  - host: ${name}\n    ip: ${address}`)].join('\n');
    case 'pihole':
    case 'adguard':
    case 'opnsense':
    case 'unifi':
      return each((name) => `${name}  →  ${address}`);
    case 'nat':
      return [
        '# nftables, on the router; 192.168.1.50 is the bridge',
        'table ip millrace {',
        '  chain prerouting {',
        '    type nat hook prerouting priority dstnat;',
        `    ip saddr 192.168.1.50 tcp dport 1883 dnat to ${address}:${port}`,
        '  }',
        '  chain postrouting {',
        '    type nat hook postrouting priority srcnat;',
        `    ip saddr 192.168.1.50 ip daddr ${address} tcp dport ${port} masquerade`,
        '  }',
        '}',
      ].join('\n');
    case 'fritzbox':
      return null;
  }
}
