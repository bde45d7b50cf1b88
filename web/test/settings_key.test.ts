import { expect, it } from 'vitest';
import { keyFault, keyText } from '../src/views/settings/key_digits';

const key = '00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF';

it('a key is 64 hexadecimal digits, with white space forgiven', () => {
  expect(keyFault(key)).toBeNull();
  expect(keyFault(` ${key.slice(0, 32)}\n${key.slice(32)} `)).toBeNull();
  expect(keyText(` ${key.slice(0, 32)}\n${key.slice(32)} `)).toBe(key);
});

it('says what is wrong with a key', () => {
  expect(keyFault(' ')).toEqual({ kind: 'empty' });
  expect(keyFault(`${key.slice(0, 63)}g`)).toEqual({ kind: 'letters' });
  expect(keyFault(key.slice(2))).toEqual({ kind: 'length', digits: 62 });
  expect(keyFault(`${key}0`)).toEqual({ kind: 'length', digits: 65 });
});
