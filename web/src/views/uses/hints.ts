// What is worth knowing of the kinds of use, in sentences. Pure.
import type { Schemas } from '../../api/client';
import { locale } from '../../texts';
import { kindTexts } from '../../texts/kinds';
import { number, volumeWithUnit } from '../../words/numbers';
import { span } from '../../words/times';

type Hint = Schemas['Hint'];

const money = (cost: number, currency: string): string => new Intl.NumberFormat(locale, { style: 'currency', currency }).format(cost);

// Null for what this page does not know yet. `about` stands before volumes that rest on a guess.
export function hintSentence(hint: Hint, unit: string, about: string): string | null {
  const water = (volume: number): string => about + volumeWithUnit(volume, unit);
  switch (hint.kind) {
    case 'toilet_flush':
      return kindTexts.flush(water(hint.volume_per_flush), number(hint.flushes, 0));
    case 'shower_length':
      return kindTexts.shower(span(hint.minutes * 60), water(hint.volume_per_shower));
    case 'irrigation_week':
      return kindTexts.irrigation(water(hint.volume));
    case 'leak_cost':
      return hint.cost === null || hint.currency === null
        ? kindTexts.leaks(water(hint.volume))
        : kindTexts.leaksCost(water(hint.volume), money(hint.cost, hint.currency));
    default:
      return null;
  }
}
