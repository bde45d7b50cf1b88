// A key as it was typed or pasted.
export const kKeyDigits = 64;

export type KeyFault = { kind: 'empty' } | { kind: 'letters' } | { kind: 'length'; digits: number };

// White space between the digits is forgiven, as the daemon does.
export function keyFault(typed: string): KeyFault | null {
  const digits = typed.replace(/\s/g, '');
  if (digits === '') return { kind: 'empty' };
  if (!/^[0-9a-fA-F]+$/.test(digits)) return { kind: 'letters' };
  return digits.length === kKeyDigits ? null : { kind: 'length', digits: digits.length };
}

export const keyText = (typed: string): string => typed.replace(/\s/g, '');
