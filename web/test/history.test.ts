import { describe, expect, it } from 'vitest';
import { indexAt } from '../src/charts/bars';
import { pinched } from '../src/charts/touch_zoom';
import { held, scaledBy } from '../src/charts/window';
import { parseRoute } from '../src/shell/route';
import { addressOf, parseShown } from '../src/views/history/address';
import { barOf, beforeSoFar, byDayAndHour, compared, flowsOf, known, merged, type Reading, totals } from '../src/views/history/figures';
import { questionOf } from '../src/views/history/question';
import { counterpart, edgesOf, kHour, sameTimeIn, shift, startOf, stepFor } from '../src/views/history/ranges';
import { comparisonSentence } from '../src/views/history/words';
import { dateOf } from '../src/words/zones';

const kDenver = 'America/Denver';
const at = (time: string) => Date.parse(time);
const hours = ({ from, to }: { from: number; to: number }) => (to - from) / kHour;

describe('ranges', () => {
  it('gives a day 23, 24 or 25 hours', () => {
    const day = (date: string) => hours(edgesOf('day', date, kDenver, 0, 0));
    expect([day('2026-03-08'), day('2026-07-01'), day('2026-11-01')]).toEqual([23, 24, 25]);
    expect(edgesOf('day', '2026-11-01', kDenver, 0, 0).from).toBe(at('2026-11-01T00:00:00-06:00'));
  });

  it('begins a day at the jump where its midnight does not exist', () => {
    const { from } = edgesOf('day', '2026-09-06', 'America/Santiago', 0, 0);
    expect(new Date(from).toISOString()).toBe('2026-09-06T04:00:00.000Z');
    expect(dateOf(from, 'America/Santiago')).toBe('2026-09-06');
    expect(dateOf(from - 1, 'America/Santiago')).toBe('2026-09-05');
  });

  it('begins weeks on Monday', () => {
    expect(['2026-11-23', '2026-11-28', '2026-11-29', '2026-11-30'].map((date) => startOf('week', date))).toEqual([
      '2026-11-23', '2026-11-23', '2026-11-23', '2026-11-30',
    ]);
    expect(hours(edgesOf('week', '2026-11-01', kDenver, 0, 0))).toBe(7 * 24 + 1);
  });

  it('goes on and back by whole ranges', () => {
    expect(shift('day', '2026-03-01', -1)).toBe('2026-02-28');
    expect(shift('week', '2026-11-28', 1)).toBe('2026-12-05');
    expect(shift('month', '2026-01-31', 1)).toBe('2026-02-01');
    expect(shift('year', '2026-05-05', -1)).toBe('2025-01-01');
  });

  it('has whole years for all of them', () => {
    const { from, to } = edgesOf('all', '2026-11-28', kDenver, at('2024-06-01T00:00:00Z'), at('2026-11-28T12:00:00Z'));
    expect([from, to]).toEqual([at('2024-01-01T07:00:00Z'), at('2027-01-01T07:00:00Z')]);
  });

  it('finds what a range is set beside', () => {
    expect(counterpart('day', '2028-02-29', 'year')).toBe('2027-02-28');
    expect(counterpart('day', '2026-11-28', 'week')).toBe('2026-11-21');
    expect(counterpart('week', '2026-11-28', 'year')).toBe('2025-11-29'); // a Saturday too
    expect(counterpart('month', '2026-03-31', 'previous')).toBe('2026-02-01');
    expect(counterpart('all', '2026-03-31', 'previous')).toBeNull();
  });

  it('compares a part with the same time by the clock', () => {
    const whole = edgesOf('day', '2026-11-02', kDenver, 0, 0);
    const other = edgesOf('day', '2026-11-01', kDenver, 0, 0); // of 25 hours
    const part = sameTimeIn({ from: at('2026-11-02T06:00:00-07:00'), to: at('2026-11-02T07:00:00-07:00') }, whole, other, kDenver);
    expect(part).toEqual({ from: at('2026-11-01T06:00:00-07:00'), to: at('2026-11-01T07:00:00-07:00') });
    expect(sameTimeIn(whole, whole, other, kDenver)).toEqual(other);
  });

  it('draws bars that can be told apart, finer when one looks closer', () => {
    const day = 24 * kHour;
    expect(stepFor('day', day, 330, false, null)).toBe('30');
    expect(stepFor('day', day, 1100, false, null)).toBe('15');
    expect(stepFor('day', 3 * kHour, 1100, true, null)).toBe('1');
    expect(stepFor('year', 90 * day, 1100, true, null)).toBe('day');
    expect(stepFor('month', 10 * day, 1600, true, null)).toBe('hour');
    expect(stepFor('year', 365 * day, 330, false, 'hour')).toBe('hour');
    expect(stepFor('day', day, 330, false, 'year')).toBe('30'); // not of a day
  });
});

describe('address', () => {
  it('says all that is shown, and gives it back', () => {
    const shown = parseShown(parseRoute('#/history/day/2026-11-20?compare=week&split=category&by=5&zoom=100-200'), '2026-11-28');
    expect(shown).toEqual({ range: 'day', date: '2026-11-20', compare: 'week', split: true, by: '5', zoom: [100, 200] });
    expect(parseShown(parseRoute(addressOf(shown)), '2026-11-28')).toEqual(shown);
  });

  it('leaves out what makes no sense', () => {
    const shown = parseShown(parseRoute('#/history/month/2027-01-01?compare=week&by=eon&zoom=9-3'), '2026-11-28');
    expect(shown).toEqual({ range: 'month', date: '2026-11-28', compare: 'none', split: false, by: null, zoom: null });
  });
});

const bucket = (start: string, end: string, volume: number, categories?: Record<string, number>) =>
  barOf({ start, end, volume, peaks: volume, ...(categories === undefined ? {} : { categories }) });

function minutes(from: string, offset: string, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const text = (moment: number) => `${new Date(at(`${from}Z`) + moment * 60_000).toISOString().slice(0, 19)}${offset}`;
    return bucket(text(index), text(index + 1), 1, { shower: 1 });
  });
}

describe('figures', () => {
  it('puts minutes together by the clock, kinds of use too', () => {
    const bars = merged(minutes('2026-11-28T10:07:00', '-07:00', 20), 15);
    expect(bars.map((bar) => [bar.start.slice(11, 16), bar.volume, bar.categories['shower']])).toEqual([
      ['10:07', 8, 8],
      ['10:15', 12, 12],
    ]);
  });

  it('keeps the hour that comes twice apart', () => {
    const twice = [...minutes('2026-11-01T01:00:00', '-06:00', 60), ...minutes('2026-11-01T01:00:00', '-07:00', 60)];
    expect(merged(twice, 60).map((bar) => bar.volume)).toEqual([60, 60]);
  });

  it('sets an hour beside the same hour of a day that is shorter', () => {
    const day = [bucket('2026-03-09T01:00:00-06:00', '2026-03-09T02:00:00-06:00', 1), bucket('2026-03-09T03:00:00-06:00', '2026-03-09T04:00:00-06:00', 2)];
    const short = [bucket('2026-03-08T01:00:00-07:00', '2026-03-08T03:00:00-06:00', 5), bucket('2026-03-08T03:00:00-06:00', '2026-03-08T04:00:00-06:00', 7)];
    expect(compared(day, short, true).map((bar) => bar.previous_volume)).toEqual([5, 7]);
  });

  it('does not take silence for zero, nor the future', () => {
    const bars = [
      bucket('2026-11-28T00:00:00Z', '2026-11-28T01:00:00Z', 0),
      bucket('2026-11-28T01:00:00Z', '2026-11-28T02:00:00Z', 0),
      bucket('2026-11-28T02:00:00Z', '2026-11-28T03:00:00Z', 3),
      bucket('2026-11-28T03:00:00Z', '2026-11-28T04:00:00Z', 0),
    ];
    const silence = [{ from: at('2026-11-28T01:00:00Z'), to: at('2026-11-28T02:30:00Z') }];
    const now = at('2026-11-28T03:00:00Z');
    expect(known(bars, silence, now).map((bar) => bar.volume)).toEqual([0, null, 3]);
    expect(totals(known(bars, silence, now), silence, now)).toMatchObject({ volume: 3, known: true, unknown: 1.5 * kHour, aDay: null });
    expect(totals(known(bars.slice(1, 2), silence, now), silence, now).known).toBe(false);
  });

  it('takes the mean of the days that are known', () => {
    const days = ['01', '02', '03', '04'].map((day, index) => bucket(`2026-11-${day}T00:00:00Z`, `2026-11-0${index + 2}T00:00:00Z`, index === 0 ? 0 : 30));
    const silence = [{ from: at('2026-11-01T00:00:00Z'), to: at('2026-11-02T00:00:00Z') }];
    const sums = totals(days, silence, at('2026-12-01T00:00:00Z'));
    expect(sums.aDay).toBe(30);
    expect(sums.highest?.volume).toBe(30);
  });

  it('compares what runs with the same part of the time before', () => {
    const bars = [
      { ...bucket('2026-11-27T00:00:00Z', '2026-11-28T00:00:00Z', 8), previous_volume: 10 },
      { ...bucket('2026-11-28T00:00:00Z', '2026-11-29T00:00:00Z', 2), previous_volume: 40 },
    ];
    const others = [10, 40, 50].map((volume) => bucket('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', volume));
    expect(beforeSoFar(bars, others, at('2026-11-28T06:00:00Z'), at('2026-11-30T00:00:00Z'))).toBe(20);
    expect(beforeSoFar(bars, others, at('2026-12-28T06:00:00Z'), at('2026-11-30T00:00:00Z'))).toBe(100);
  });

  it('names the kinds of use by their share, the unnamed last', () => {
    const bars = [bucket('2026-11-27T00:00:00Z', '2026-11-28T00:00:00Z', 9, { uncategorised: 5, toilet: 1, shower: 3, hose: 0 })];
    expect(totals(bars, [], at('2026-12-01T00:00:00Z')).categories).toEqual([['shower', 3], ['toilet', 1], ['uncategorised', 5]]);
  });

  it('puts hours in columns of days by the clock, the hour that comes twice in one cell', () => {
    const heat = byDayAndHour([
      bucket('2026-11-01T01:00:00-06:00', '2026-11-01T01:00:00-07:00', 2),
      bucket('2026-11-01T01:00:00-07:00', '2026-11-01T02:00:00-07:00', 3),
      bucket('2026-11-02T05:00:00-07:00', '2026-11-02T06:00:00-07:00', 4),
    ]);
    expect(heat.days).toHaveLength(2);
    expect([heat.cells[0]![1], heat.cells[0]![2], heat.cells[1]![5]]).toEqual([5, null, 4]);
  });

  it('draws the flow of readings: nothing in a pause, each told once', () => {
    const reading = (seconds: number, volume: number, total: number): Reading => ({
      time: new Date(seconds * 1000).toISOString(), received: '', time_is_receipt: false, total_peaks: total, peaks: 1, volume, series: 1, kind: 'advance',
    });
    const line = flowsOf([reading(105, 0.5, 10), reading(105, 0.5, 10), reading(110, 1, 20), reading(300, 0.5, 25)], 'L', 'L/min', 100, 400);
    expect(line.times).toEqual([100, 105, 110, 295, 300, 400]);
    expect(line.flows).toEqual([6, 12, 0, 6, 0, 0]);
  });
});

describe('question', () => {
  const now = at('2026-11-28T12:00:00-07:00');
  const of = (hash: string) => questionOf(parseShown(parseRoute(hash), '2026-11-28'), kDenver, at('2025-01-05T00:00:00Z'), now, 1000);

  it('asks for a day by the minute once, however near one looks', () => {
    const near = of('#/history/day/2026-11-20?zoom=1795235400-1795239000');
    expect(near).toMatchObject({ bucket: 'minute', step: '1', close: true, flow: true, zoomed: true });
    expect(near.asked).toEqual(of('#/history/day/2026-11-20').asked);
  });

  it('asks for finer figures of a part of a year', () => {
    const from = at('2026-11-01T06:00:00Z') / 1000;
    const near = of(`#/history/year/2026-11-20?zoom=${from}-${from + 5 * 86_400}`);
    expect(near).toMatchObject({ bucket: 'hour', zoomed: true, flow: false, heat: false });
    expect(near.asked).toEqual({ from: from * 1000, to: (from + 5 * 86_400) * 1000 });
  });

  it('never asks for more buckets than the API gives', () => {
    const hoursOfYear = of('#/history/year/2024-11-20?by=hour');
    expect(hoursOfYear).toMatchObject({ heat: true, bucket: 'hour' });
    expect(hours(hoursOfYear.asked)).toBeLessThan(10_000);
  });
});

describe('words', () => {
  const say = (now: number, before: number, running = false, knownOf: 'all' | 'partly' | 'none' = 'all') =>
    comparisonSentence(now, before, 'L', 'week', 'previous', running, false, knownOf).replaceAll('\u202f', ' ');

  it('says a comparison as one says it', () => {
    expect(say(812, 923)).toBe('12 % less than the week before: 812 L against 923 L.');
    expect(say(50, 20, true)).toBe('So far 150 % more than the week before up to the same point: 50 L against 20 L.');
    expect(say(100, 100.2)).toContain('As much as');
    expect(say(900, 100)).toContain('9 times as much');
    expect(say(5, 0)).toContain('none in the week before');
    expect(say(5, 0, false, 'none')).toBe('Nothing is known of the week before.');
    expect(say(5, 2, false, 'partly')).toContain('Only a part');
  });
});

describe('charts', () => {
  it('finds the bar that a moment lies in', () => {
    expect([5, 10, 19.9, 20, 99].map((moment) => indexAt([10, 20, 30], moment))).toEqual([null, 0, 0, 1, 2]);
  });

  it('holds a zoom inside the whole', () => {
    expect(held([-50, 950], [0, 2000])).toEqual([0, 1000]);
    expect(held([1900, 2900], [0, 2000])).toEqual([1000, 2000]);
    expect(held([0, 9000], [0, 2000])).toEqual([0, 2000]);
    expect(held([1000, 1001], [0, 2000])).toEqual([850.5, 1150.5]); // not shorter than five minutes
    expect(scaledBy([0, 100], 0.5)).toEqual([25, 75]);
  });

  it('keeps under two fingers what was under them', () => {
    expect(pinched([0, 1000], 0.25, 0.75, 0, 1)).toEqual([250, 750]);
    expect(pinched([0, 1000], 0.25, 0.75, 0.35, 0.85)).toEqual([-100, 900]); // a pan
    const [from, to] = pinched([0, 1000], 0.2, 0.6, 0.1, 0.9);
    expect(from + 0.1 * (to - from)).toBeCloseTo(200);
    expect(from + 0.9 * (to - from)).toBeCloseTo(600);
  });
});
