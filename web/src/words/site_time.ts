// Times that people type, which are by the site's clock wherever the browser is: `2026-11-28T14:05`, as the browser's
// own field for date and time gives and takes them.
const formats = new Map<string, Intl.DateTimeFormat>();

function wall(ms: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', ...digits });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}`;
}

export const typedTime = (ms: number, zone: string): string => wall(ms, zone);

// Milliseconds of Unix time, or null where it is no time. Of an hour that comes twice, the first; one that is left out
// in spring counts as the hour after it.
export function timeTyped(text: string, zone: string): number | null {
  const asUtc = (typed: string): number => Date.parse(`${typed.slice(0, 16)}:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  const wanted = asUtc(text);
  if (Number.isNaN(wanted)) return null;
  const offsetAt = (ms: number): number => asUtc(wall(ms, zone)) - ms;
  const candidates = [wanted - offsetAt(wanted - 86_400_000), wanted - offsetAt(wanted + 86_400_000)];
  return candidates.find((ms) => asUtc(wall(ms, zone)) === wanted) ?? candidates[0]!;
}
