// What the history asks of the API: bounded questions for the range that is shown, several at once.
import { api, said } from '../../api/client';
import type { Answer, Gap, Reading } from './figures';
import { type ApiBucket, type Edges, kDay } from './ranges';

const kLongestGapsMs = 31 * kDay; // the API's limit for one question
const kMostGapsMs = 370 * kDay;
const kMostReadingPages = 3;
const kReadingsOnPage = 5000;
// Nobody had such a sensor before.
const kEarliest = '2015-01-01T00:00:00Z';

const rfc = (moment: number): string => new Date(Math.round(moment)).toISOString();

export async function usage(uuid: string, bucket: ApiBucket, { from, to }: Edges, split: boolean): Promise<Answer> {
  const query = { bucket, from: rfc(from), to: rfc(to), ...(split ? { split: 'category' as const } : {}) };
  return said(api.GET('/api/v1/sensors/{uuid}/usage', { params: { path: { uuid }, query } }));
}

// Silences of a range that is no longer than a year; of a longer one none.
export async function gaps(uuid: string, { from, to }: Edges): Promise<Gap[]> {
  if (to - from > kMostGapsMs || to <= from) return [];
  const parts: Edges[] = [];
  for (let begin = from; begin < to; begin += kLongestGapsMs) parts.push({ from: begin, to: Math.min(to, begin + kLongestGapsMs) });
  const answers = await Promise.all(
    parts.map((part) =>
      said(api.GET('/api/v1/sensors/{uuid}/gaps', { params: { path: { uuid }, query: { from: rfc(part.from), to: rfc(part.to) } } })),
    ),
  );
  // One that goes over from part to part is in both.
  const found = new Map<string, Gap>();
  for (const gap of answers.flatMap((answer) => answer.items)) {
    const before = found.get(gap.from);
    if (before === undefined || before.to === null) found.set(gap.from, gap);
  }
  return [...found.values()];
}

// When the first was heard, in milliseconds of Unix time; null where nothing ever was.
export async function since(uuid: string): Promise<number | null> {
  const months = await said(api.GET('/api/v1/sensors/{uuid}/usage', { params: { path: { uuid }, query: { bucket: 'month', from: kEarliest } } }));
  const first = months.items.find((month) => month.peaks > 0);
  if (first === undefined) return null;
  const query = { from: first.start, limit: 1 };
  const readings = await said(api.GET('/api/v1/sensors/{uuid}/readings', { params: { path: { uuid }, query } }));
  const time = readings.items[0]?.time;
  return Date.parse(time ?? first.start);
}

// The readings of an hour or two; of so many that they would not be seen apart, the first.
export async function readings(uuid: string, { from, to }: Edges): Promise<Reading[]> {
  const found: Reading[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < kMostReadingPages; ++page) {
    const query: { from: string; to: string; limit: number; cursor?: string } = { from: rfc(from), to: rfc(to), limit: kReadingsOnPage };
    if (cursor !== null) query.cursor = cursor;
    const answer = await said(api.GET('/api/v1/sensors/{uuid}/readings', { params: { path: { uuid }, query } }));
    found.push(...answer.items);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return found;
}

// The same figures as a file, by a plain link that the browser downloads.
export function exportAddress(uuid: string, bucket: ApiBucket, { from, to }: Edges, format: 'csv' | 'json', split: boolean): string {
  const query = new URLSearchParams({ bucket, from: rfc(from), to: rfc(to), format });
  if (split) query.set('split', 'category');
  return `api/v1/sensors/${encodeURIComponent(uuid)}/usage?${query.toString()}`;
}
