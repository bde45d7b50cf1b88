// What Millrace tells of uses by itself, and what used the water.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Schemas, Use } from '../src/api/client';
import { speak, type Language } from '../src/texts';
import { speakOfKinds } from '../src/texts/kinds';

vi.stubGlobal('document', { baseURI: 'http://localhost/', createTreeWalker: () => null }); // as far as importing Lit needs one
const { thirstiestFirst } = await import('../src/views/uses/sums');
const { hintSentence } = await import('../src/views/uses/hints');
const { isTold, marks, reason, useWords } = await import('../src/views/uses/told');
const { askCategories } = await import('../src/views/uses/api');

const narrow = (text: string | null) => text?.replace(/[\u202f\u00a0]/g, ' ') ?? null;
const speakAll = async (language: Language, tag?: string) => {
  await speak(language, tag);
  await speakOfKinds();
};
beforeEach(() => speakAll('en'));

const flush = {
  category: 'toilet', category_source: 'millrace', confidence: 0.921, alike_this_week: 14, steady: true, provisional: false, fills: 1,
  name: null, volume: 9, seconds: 60, mean_flow: 9,
} as Use;
const bySomeOlderDaemon = { category: 'toilet', category_source: 'owner', name: null, volume: 9, seconds: 60, mean_flow: 9 } as Use;
const units = { unit: 'L', flow_unit: 'L/min' } as const;

describe('A kind that Millrace told', () => {
  it('has beside it how sure that is', () => {
    expect(narrow(useWords(flush))).toBe('Toilet · 92 % sure');
    expect(useWords({ ...flush, confidence: null })).toBe('Toilet · probably');
  });
  it('is never as certain as its owner', () => {
    expect(narrow(marks({ ...flush, confidence: 1 }))).toBe('99 % sure');
    expect(useWords({ ...flush, category_source: 'owner', confidence: null })).toBe('Toilet');
    expect(isTold({ ...flush, category_source: 'owner' })).toBe(false);
  });
  it('is provisional while the water runs', () => {
    expect(narrow(useWords({ ...flush, provisional: true, confidence: 0.6 }))).toBe('Toilet · 60 % sure · provisional');
  });
  it('is not told of what has no kind, or of an older daemon', () => {
    expect(useWords({ ...flush, category: null, category_source: null, confidence: null })).toBe('Not named');
    expect(useWords(bySomeOlderDaemon)).toBe('Toilet');
    expect(reason(bySomeOlderDaemon, units, false)).toBeNull();
    expect(reason({ ...flush, category: null, category_source: null }, units, false)).toBeNull();
  });
  it('stands back behind a name of the owner', () => {
    expect(useWords({ ...flush, name: 'Guest bath' })).toBe('Guest bath');
  });
  it('says how many fills a cycle had, whoever named it', () => {
    expect(useWords({ ...flush, category: 'dishwasher', category_source: 'owner', fills: 6 })).toBe('Dishwasher · 6 fills');
  });
});

describe('Why it is taken for that', () => {
  it('is said with the figures of the list', () => {
    expect(narrow(reason(flush, units, false))).toBe('Millrace is 92 % sure: 9 L in 60 s at a steady 9.0 L/min, like 14 others this week.');
    expect(narrow(reason({ ...flush, steady: false, alike_this_week: 1 }, units, true))).toBe(
      'Millrace is 92 % sure: ≈ 9 L in 60 s at 9.0 L/min on average, like one other this week.',
    );
  });
  it('leaves out what is not known', () => {
    expect(narrow(reason({ ...flush, confidence: null, alike_this_week: null }, units, false))).toBe('Millrace thinks so: 9 L in 60 s at a steady 9.0 L/min.');
    expect(narrow(reason({ ...flush, alike_this_week: 0 }, units, false))).toBe('Millrace is 92 % sure: 9 L in 60 s at a steady 9.0 L/min.');
  });
  it('counts the fills of a cycle, whose mean flow over its pauses says nothing', () => {
    const cycle = { ...flush, fills: 6, volume: 48, seconds: 4800 };
    expect(narrow(reason(cycle, units, false))).toBe('Millrace is 92 % sure: 48 L in 6 fills within 80 min, like 14 others this week.');
  });
  it('is said in Spanish, and not in the English of the API', async () => {
    await speakAll('es');
    const told = reason({ ...flush, explanation: '9.0 l in 60 s' }, units, false);
    expect(narrow(told)).toBe('Millrace está seguro al 92 %: 9 L en 60 s con un caudal constante de 9,0 L/min, como otros 14 de esta semana.');
    expect(narrow(useWords(flush))).toBe('Inodoro · seguro al 92 %');
  });
});

it('The thirstiest kind of the month is first, what nobody knows last', () => {
  const kind = (category: string, month: number, total: number) => ({ category, month, total }) as Schemas['CategoryWater'];
  const kinds = [kind('uncategorised', 900, 900), kind('bath', 0, 10), kind('hose', 0, 50), kind('toilet', 400, 400), kind('shower', 500, 500)];
  expect(thirstiestFirst(kinds).map(({ category }) => category)).toEqual(['shower', 'toilet', 'hose', 'bath', 'uncategorised']);
});

describe('What is worth knowing', () => {
  const said = (hint: unknown, about = '') => narrow(hintSentence(hint as Schemas['Hint'], 'L', about));
  const leak = { kind: 'leak_cost', volume: 120, cost: 0.4, currency: 'EUR' };
  it('is a sentence for each kind', () => {
    expect(said({ kind: 'toilet_flush', flushes: 46, volume_per_flush: 9 })).toBe('A flush takes 9 L (46 this month).');
    expect(said({ kind: 'shower_length', showers: 12, minutes: 8.1, volume_per_shower: 55 })).toBe('A shower lasts 8 min and takes 55 L.');
    expect(said({ kind: 'irrigation_week', volume: 3200 }, '≈ ')).toBe('Irrigation takes ≈ 3,200 L a week.');
    expect(said(leak)).toBe('Leaks and running toilets took 120 L this month, about €0.40.');
  });
  it('has no cost where there is no tariff', () => {
    for (const none of [{ cost: null, currency: null }, { cost: null }, { currency: null }]) {
      expect(said({ ...leak, ...none })).toBe('Leaks and running toilets took 120 L this month.');
    }
  });
  it('leaves out what this page does not know', () => expect(said({ kind: 'pool_level' })).toBeNull());
  it('is said in Spanish', async () => {
    await speakAll('es');
    expect(said(leak)).toBe('Las fugas y los inodoros que pierden agua gastaron 120 L este mes, unos 0,40 €.');
  });
});

describe('What used the water', () => {
  const answers = (status: number, body: unknown) =>
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })));
  it('is what the daemon says', async () => {
    answers(200, { unit: 'L', categories: [], hints: [] });
    expect(await askCategories('A')).toEqual({ unit: 'L', categories: [], hints: [] });
  });
  it('is not told by a daemon that does not know the question, which is no mistake', async () => {
    answers(404, { detail: 'no such address' });
    expect(await askCategories('A')).toBeNull();
  });
  it('may fail as all questions may', async () => {
    answers(503, { detail: 'busy' });
    await expect(askCategories('A')).rejects.toThrow('busy');
  });
});
