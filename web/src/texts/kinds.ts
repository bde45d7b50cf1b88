// The texts of the kinds of use that Millrace tells by itself: they come with the view of uses and not with the first page.
import { type Language, spoken } from '.';
import type { kinds } from './en/kinds';

type Texts = typeof kinds;

export let kindTexts: Texts;

const catalogues: Record<Language, () => Promise<Texts>> = {
  en: () => import('./en/kinds').then((module) => module.kinds),
  es: () => import('./es/kinds').then((module) => module.kinds),
};

// In the language of the page, which is chosen already.
export async function speakOfKinds(): Promise<void> {
  kindTexts = await catalogues[spoken]();
}
