// The texts of the language chosen: `t.now.title`. Chosen once, before anything is drawn; another choice loads the
// page anew.
import { remember, remembered } from '../live/memory';
import type { Texts } from './en';

export const languages = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof languages;

export let t: Texts;
// For numbers and dates: the browser's own variety of the language, where it has one.
export let locale = 'en';
export let spoken: Language = 'en';

const kChoice = 'language';
// Each language is a chunk, so that nobody loads the texts of two.
const catalogues: Record<Language, () => Promise<Texts>> = {
  en: () => import('./en').then((module) => module.en),
  es: () => import('./es').then((module) => module.es),
};

const known = (name: string): name is Language => Object.hasOwn(languages, name);

export function languageFor(chosen: string | null, wanted: readonly string[]): Language {
  for (const name of [chosen ?? '', ...wanted.map((tag) => tag.slice(0, 2).toLowerCase())]) if (known(name)) return name;
  return 'en';
}

export async function speak(language: Language, tag: string = language): Promise<void> {
  t = await catalogues[language]();
  spoken = language;
  locale = tag;
}

export async function chooseLanguage(): Promise<void> {
  const language = languageFor(remembered(kChoice), navigator.languages);
  await speak(language, navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() === language));
  document.documentElement.lang = language;
}

// `null`: as the browser says.
export function setLanguage(chosen: Language | null): void {
  remember(kChoice, chosen);
  location.reload();
}

export const chosenLanguage = (): string | null => remembered(kChoice);
