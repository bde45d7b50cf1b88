// How bridges are brought here by what stands in people's houses: what to type or to paste. Names of menus are those of
// the makers' present versions, in English as most of them have it; the steps around them are texts. packaging/network has
// the same, tested, and more.
export const kNames = ['mqtt.prod.flumetech.com', 'mqtt.flumewater.com', 'device.flumetech.com'] as const;

export const kWays = ['pihole', 'adguard', 'dnsmasq', 'openwrt', 'opnsense', 'unifi', 'homeassistant', 'fritzbox', 'nat'] as const;
export type Way = (typeof kWays)[number];

const each = (line: (name: string) => string): string => kNames.map(line).join('\n');

// Makes dnsmasq keep to itself what else is asked about the names, above all their IPv6 addresses.
const kLocal = `local=/${kNames.join('/')}/`;

// What is pasted somewhere, where anything is. `port` is the one Millrace listens at.
export function snippet(way: Way, address: string, port: string): string | null {
  switch (way) {
    case 'dnsmasq':
      return `${kLocal}\n${each((name) => `address=/${name}/${address}`)}`;
    case 'openwrt':
      return [
        ...kNames.map((name) => `uci add_list dhcp.@dnsmasq[0].address='/${name}/${address}'`),
        ...kNames.map((name) => `uci add_list dhcp.@dnsmasq[0].server='/${name}/'`),
        'uci commit dhcp',
        '/etc/init.d/dnsmasq restart',
      ].join('\n');
    case 'homeassistant':
      return ['hosts:', ...kNames.map((name) => `  - host: ${name}\n    ip: ${address}`)].join('\n');
    case 'pihole':
      return `${each((name) => `${name}  →  ${address}`)}\n\n${kLocal}`;
    case 'adguard':
    case 'opnsense':
    case 'unifi':
      return each((name) => `${name}  →  ${address}`);
    case 'nat':
      return [
        'table ip millrace_redirect',
        'delete table ip millrace_redirect',
        'table ip millrace_redirect {',
        '    define bridge_address = 192.168.1.50',
        '    define bridge_network = 192.168.1.0/24',
        `    define millrace = ${address}`,
        `    define millrace_port = ${port}`,
        '    counter redirected {}',
        '    chain prerouting {',
        '        type nat hook prerouting priority dstnat - 1; policy accept;',
        '        ip saddr $bridge_address tcp dport 1883 counter name redirected dnat to $millrace:$millrace_port',
        '    }',
        '    chain postrouting {',
        '        type nat hook postrouting priority srcnat - 1; policy accept;',
        '        ip saddr $bridge_address ip daddr $millrace ip daddr $bridge_network tcp dport $millrace_port masquerade',
        '    }',
        '}',
      ].join('\n');
    case 'fritzbox':
      return null;
  }
}
