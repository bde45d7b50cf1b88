// What is to be asked and shown for what the address says. Pure.
import type { Shown } from './address';
import { type ApiBucket, apiBucket, counterpart, type Edges, edgesOf, kDay, kHour, sameTimeIn, type Step, stepFor } from './ranges';

export interface Question {
  whole: Edges; // the day, week, month…
  window: Edges; // what of it is shown
  asked: Edges; // what is asked of the API
  other: Edges | null; // and what it is set beside
  otherWhole: Edges | null;
  step: Step;
  bucket: ApiBucket;
  heat: boolean; // hours of so long a time that bars of them could not be seen apart
  flow: boolean; // short enough for a line of flow
  close: boolean; // short enough for single readings
  zoomed: boolean;
}

const kFlowMs = 50 * kHour;
const kReadingsMs = 90 * 60_000;
const kHeatMs = 60 * kDay;

export function questionOf(shown: Shown, zone: string, since: number, now: number, width: number): Question {
  const whole = edgesOf(shown.range, shown.date, zone, since, now);
  const zoom = shown.zoom === null ? null : { from: Math.max(whole.from, shown.zoom[0] * 1000), to: Math.min(whole.to, shown.zoom[1] * 1000) };
  const window = zoom !== null && zoom.to > zoom.from ? zoom : whole;
  const zoomed = window.from > whole.from || window.to < whole.to;
  const span = window.to - window.from;
  const step = stepFor(shown.range, span, width, zoomed, shown.by);
  // A day is asked for by the minute at once: bars, flow and every zoom come of the same answer.
  const minutes = shown.range === 'day';
  const bucket = minutes ? 'minute' : apiBucket(step);
  const asked = minutes ? whole : window;
  const otherDate = counterpart(shown.range, shown.date, shown.compare);
  const otherWhole = otherDate === null ? null : edgesOf(shown.range, otherDate, zone, since, now);
  return {
    whole, window, asked, otherWhole, step, bucket, zoomed,
    other: otherWhole === null ? null : sameTimeIn(asked, whole, otherWhole, zone),
    heat: step === 'hour' && span > kHeatMs,
    flow: bucket === 'minute' && span <= kFlowMs,
    close: span <= kReadingsMs,
  };
}

export const keyOf = (question: Question, uuid: string, split: boolean): string =>
  [uuid, question.bucket, question.asked.from, question.asked.to, question.other?.from, question.other?.to, split].join();
