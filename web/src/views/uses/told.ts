// What Millrace tells of a use by itself, in words: how sure it is, and why. Its sentence in the API is English and has
// the API's digits, so the same is said anew from its figures. Figures may be missing, as from a daemon that has none. Pure.
import type { Schemas, Use } from '../../api/client';
import { categoryName } from '../../parts/categories';
import { kindTexts } from '../../texts/kinds';
import { t } from '../../texts';
import { flowWithUnit, number, percent, volumeWithUnit } from '../../words/numbers';
import { span } from '../../words/times';

// Only the owner's word is certain.
const kSurest = 0.99;

// What it was: the name given to it, or its kind.
export const useName = (use: Use): string => use.name ?? categoryName(use.category);

// By Millrace, and not by its owner.
export const isTold = (use: Use): boolean => use.category !== null && (use.category_source === 'millrace' || use.provisional === true);

const share = ({ confidence }: Use): string | null =>
  confidence === null || confidence === undefined ? null : percent(Math.min(confidence, kSurest));

// What stands beside the name. A name is the owner's, so nothing is said of how sure the kind is.
export function marks(use: Use): string {
  const found: string[] = [];
  if (isTold(use) && use.name === null) {
    const sure = share(use);
    found.push(sure === null ? kindTexts.probably : kindTexts.sure(sure));
    if (use.provisional === true) found.push(kindTexts.provisional);
  }
  if (use.fills > 1) found.push(kindTexts.fills(number(use.fills, 0)));
  return found.join(' · ');
}

export const useWords = (use: Use): string => [useName(use), marks(use)].filter((words) => words !== '').join(' · ');

// Why it is taken for that; null where nothing was told.
export function reason(use: Use, units: Pick<Schemas['UsePage'], 'unit' | 'flow_unit'>, guessed: boolean): string | null {
  if (!isTold(use)) return null;
  const volume = `${guessed ? '≈\u202f' : ''}${volumeWithUnit(use.volume, units.unit)}`;
  const lasted = span(use.seconds);
  const amount = t.uses.inTime(volume, lasted);
  const flow = flowWithUnit(use.mean_flow, units.flow_unit);
  const facts =
    use.fills > 1
      ? kindTexts.cycle(volume, number(use.fills, 0), lasted)
      : use.steady ? kindTexts.steady(amount, flow) : kindTexts.unsteady(amount, flow);
  const others = use.alike_this_week ?? 0;
  const alike = others > 0 ? kindTexts.alike(others) : '';
  const sure = share(use);
  return sure === null ? kindTexts.thinks(facts, alike) : kindTexts.because(sure, facts, alike);
}
