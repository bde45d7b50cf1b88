// Why a limit is what it is, in a sentence, and which rate to show first. Pure.
import type { Schemas } from '../../api/client';
import { t } from '../../texts';
import { span } from '../../words/times';

type Limits = Schemas['Limits'];
type Part = Schemas['PartLimit'];
type Rate = Schemas['RateLimit'];

export function whyLimit(part: Part, daysLearned: number): string {
  const limit = span(part.limit_seconds);
  const usual = part.usual_seconds;
  const text = t.leaks.why;
  switch (part.limit_source) {
    case 'owner': return text.owner(limit);
    case 'fallback': return text.fallback(limit);
    case 'floor': return usual === null || usual === 0 ? text.floorNone(limit, daysLearned) : text.floor(limit, span(usual), daysLearned);
    case 'learned': return usual === null ? text.fallback(limit) : text.learned(limit, span(usual), daysLearned);
  }
}

// What is learned says most, and of that what people ask for: a tap that runs, about the middle of the rates.
export function firstShown(limits: Pick<Limits, 'items'>): [rate: number, part: number] {
  const middle = (limits.items.length - 1) / 2;
  const score = (rate: Rate, index: number, part: Part) =>
    (part.running !== null ? 12 : 0) + (part.limit_source === 'learned' ? 20 : 0) + ((part.usual_seconds ?? 0) > 0 ? 10 : 0) + (part.part === 'day' ? 1 : 0) - Math.abs(index - middle) + (rate.on ? 0 : -50);
  let best: [number, number] = [0, 0];
  let most = -Infinity;
  limits.items.forEach((rate, index) =>
    rate.parts.forEach((part, at) => {
      if (score(rate, index, part) <= most) return;
      most = score(rate, index, part);
      best = [index, at];
    }),
  );
  return best;
}

// A length of time is drawn in the unit that its axis can count in.
export const stepOf = (seconds: number): 1 | 60 | 3600 => (seconds >= 3 * 3600 ? 3600 : seconds >= 180 ? 60 : 1);
