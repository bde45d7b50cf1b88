// The texts of the set-up: long, and read by few and seldom, so they come with its view and not with the first page.
import { type Language, spoken } from '.';
import type { setup } from './en/setup';

type Texts = typeof setup;

export let setupTexts: Texts;

const catalogues: Record<Language, () => Promise<Texts>> = {
  en: () => import('./en/setup').then((module) => module.setup),
  es: () => import('./es/setup').then((module) => module.setup),
};

// In the language of the page, which is chosen already.
export async function speakOfSetup(): Promise<void> {
  setupTexts = await catalogues[spoken]();
}
