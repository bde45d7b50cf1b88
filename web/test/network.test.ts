import { describe, expect, it } from 'vitest';
import { bars, basis, byKind, inBasis, links, messagesOf } from '../src/views/network/figures';

const tally = (count: number, relayed = 0) => ({ count, bytes: count * 10, relayed, here: count - relayed });
const traffic = (messages: Record<string, ReturnType<typeof tally>>) => ({ messages }) as unknown as Parameters<typeof messagesOf>[0];
const kHour = 3_600_000;

describe('what passes in a day', () => {
  it('is a rate once there was a day to speak of, and the plain count before', () => {
    expect(basis(2 * kHour)).toEqual({ perDay: false, factor: 1 });
    expect(basis(240 * kHour)).toEqual({ perDay: true, factor: 0.1 });
  });
  it('never makes nothing of something', () => {
    expect([inBasis(0, basis(240 * kHour)), inBasis(2, basis(240 * kHour)), inBasis(96, basis(240 * kHour))]).toEqual([0, 1, 10]);
  });
});

describe('messages', () => {
  const both = { to_cloud: traffic({ boot: tally(2), samples: tally(40, 30) }), to_bridge: traffic({ boot_response: tally(3), boot: tally(50) }) };
  it('are summed, with what went on to the cloud', () => {
    expect(messagesOf(both.to_cloud)).toEqual({ count: 42, bytes: 420, relayed: 30, here: 12 });
  });
  it('of both ways share a row, the most frequent first', () => {
    const rows = byKind(both);
    expect(rows.map((row) => [row.name, row.up.count, row.down.count])).toEqual([['boot', 2, 50], ['samples', 40, 0], ['boot_response', 0, 3]]);
  });
});

describe('sizes and gaps', () => {
  it('are shown from the first to the last that occurred', () => {
    const buckets = [{ at_most: 2, count: 0 }, { at_most: 4, count: 5 }, { at_most: 8, count: 0 }, { at_most: null, count: 10 }];
    expect(bars(buckets)).toEqual([
      { above: 2, atMost: 4, count: 5, share: 0.5 },
      { above: 4, atMost: 8, count: 0, share: 0 },
      { above: 8, atMost: null, count: 10, share: 1 },
    ]);
    expect(bars([{ at_most: 2, count: 0 }])).toEqual([]);
  });
});

it('a way is live, waits, or is not used', () => {
  expect(links(true, 'none')).toEqual({ bridge: 'live', cloud: 'off' });
  expect(links(true, 'standing_in').cloud).toBe('waiting');
  expect(links(false, 'catching_up')).toEqual({ bridge: 'waiting', cloud: 'live' });
});
