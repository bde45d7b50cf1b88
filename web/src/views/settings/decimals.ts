// Decimals as people type them, which stay texts: prices and limits are to arrive at the daemon with every digit.

function separatorOf(locale: string): string {
  return new Intl.NumberFormat(locale).formatToParts(0.5).find((part) => part.type === 'decimal')?.value ?? '.';
}

// With a point and without needless zeros, or null where it is no decimal. Both `1.5` and `1,5` are taken, but not what
// may as well be thousands: `1,500` where the language writes a point before decimals.
export function plainDecimal(text: string, locale: string): string | null {
  const found = /^(\d+)(?:([.,])(\d+))?$/.exec(text.trim());
  if (found === null) return null;
  const [, whole = '', separator, fraction = ''] = found;
  const foreign = separator !== undefined && separator !== separatorOf(locale);
  if (foreign && fraction.length === 3 && !/^0+$/.test(whole)) return null;
  const short = fraction.replace(/0+$/, '');
  const number = whole.replace(/^0+(?=\d)/, '');
  return short === '' ? number : `${number}.${short}`;
}

export const typedDecimal = (plain: string, locale: string): string => plain.replace('.', separatorOf(locale));

// A plain decimal times ten to the power of `digits`, or null where it has more digits than that.
export function scaled(plain: string, digits: number): bigint | null {
  const [whole = '', fraction = ''] = plain.split('.');
  return fraction.length > digits ? null : BigInt(whole + fraction.padEnd(digits, '0'));
}

// The other way round.
export function unscaled(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  const fraction = text.slice(text.length - digits).replace(/0+$/, '');
  const whole = text.slice(0, text.length - digits);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

// Halves up; both above zero.
export const divided = (value: bigint, by: bigint): bigint => (value + by / 2n) / by;
