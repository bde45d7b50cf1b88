// The time zones that a browser knows, for a list to search in.
export function timeZones(present: string): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set([present, 'UTC', ...known])].filter((zone) => zone !== '').sort();
}
