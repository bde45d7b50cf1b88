// What is drawn and said, made of the API's answers. Pure.
import type { Band } from '../../charts/bands';
import { t } from '../../texts';
import { flowOf } from '../../words/units';
import { type Answer, type Bar, barOf, beforeSoFar, compared, type Gap, known, merged, totals, type Totals } from './figures';
import type { Question } from './question';
import { type Edges, minutesOf } from './ranges';
import { gapWords } from './words';

export interface Loaded {
  answer: Answer;
  other: Answer | null;
  gaps: Gap[];
}

export interface Scene {
  bars: Bar[]; // of the window that is shown
  sums: Totals;
  bands: Band[];
  recovered: number; // of the silences' water, what came in later
  before: number | null; // what is compared with, up to the same point
  running: boolean; // the window is not over
  otherKnown: 'all' | 'partly' | 'none';
  flow: { times: number[]; flows: (number | null)[] } | null; // of minutes
}

const inside = (bars: readonly Bar[], { from, to }: Edges): Bar[] => bars.filter((bar) => bar.to > from && bar.from < to);

export function sceneOf(loaded: Loaded, question: Question, since: number, now: number, flowUnit: string): Scene {
  const { window, step } = question;
  const { unit } = loaded.answer;
  const silences = [
    ...(since > window.from ? [{ from: window.from, to: Math.min(since, window.to), words: t.history.beforeShort }] : []),
    ...loaded.gaps.map((gap) => ({ from: Date.parse(gap.from), to: gap.to === null ? now : Date.parse(gap.to), words: gapWords(gap, unit) })),
  ].filter((one) => one.to > window.from && one.from < window.to);

  const minutes = minutesOf(step) ?? (question.bucket === 'minute' ? 60 : null);
  const byClock = step === 'hour' || minutes !== null;
  const finest = loaded.answer.items.map(barOf);
  const shape = (bars: Bar[]) => (minutes === null ? bars : merged(bars, minutes));
  const unheard = [{ from: -Infinity, to: since }];
  const others = loaded.other === null ? [] : known(shape(loaded.other.items.map(barOf)), unheard, now);
  const all = shape(finest);
  const bars = known(inside(loaded.other === null ? all : compared(all, others, byClock), window), silences, now);
  // What is compared with is cut to the window by its bars, when more than the window was asked for.
  const cut = question.asked.from !== window.from || question.asked.to !== window.to;
  const running = window.to > now && window.from < now;
  const heardLater = question.other === null ? 0 : since - question.other.from;
  return {
    bars,
    sums: totals(bars, silences, now),
    bands: silences.map((one) => ({ from: one.from / 1000, to: one.to / 1000, words: one.words })),
    recovered: loaded.gaps.reduce((sum, gap) => sum + gap.recovered_volume, 0),
    before: loaded.other === null ? null : beforeSoFar(bars, others, now, running || cut ? Infinity : window.to),
    running,
    otherKnown: question.other === null || heardLater <= 0 ? 'all' : since >= question.other.to ? 'none' : 'partly',
    flow: question.flow ? flowLine(inside(finest, window), silences, now, unit, flowUnit) : null,
  };
}

function flowLine(minutes: readonly Bar[], silences: readonly Edges[], now: number, unit: string, flowUnit: string) {
  const bars = known(minutes, silences, now);
  const times = bars.map((bar) => bar.from / 1000);
  const flows = bars.map((bar) => (bar.volume === null ? null : flowOf(bar.volume, (bar.to - bar.from) / 1000, unit, flowUnit)));
  const last = bars.at(-1);
  if (last !== undefined) {
    times.push(Math.min(last.to, now) / 1000);
    flows.push(flows.at(-1)!);
  }
  return { times, flows };
}
