import { describe, expect, it } from 'vitest';
import type { VolumeUnit } from '../src/api/client';
import { amountShown, budgetOf, changesOf, formOf, formInUnit, litresTyped, periodOf } from '../src/views/settings/budget_amount';

const units: VolumeUnit[] = ['L', 'm3', 'gal', 'ft3', 'ccf'];
const settings = (day: number | null, week: number | null = null) =>
  ({ budget_day_litres: day, budget_week_litres: week, budget_month_litres: null }) as Parameters<typeof formOf>[0];

describe('a budget', () => {
  it('is exact in litres', () => {
    expect(litresTyped('500', 'L', 'en')).toBe(500);
    expect(litresTyped('0.75', 'm3', 'en')).toBe(750);
    expect(litresTyped('1000', 'gal', 'en')).toBe(3785.411784);
    expect(litresTyped('100', 'ft3', 'en')).toBe(2831.684659); // 2831.6846592, in whole microlitres
    expect(litresTyped('1', 'ccf', 'en')).toBe(2831.684659);
  });

  it('comes back as it was entered, in every unit', () => {
    for (const unit of units) {
      for (const typed of ['1', '132', '132.5', '7.123456', '33.333333', '199.999999']) {
        const litres = litresTyped(typed, unit, 'en');
        if (litres === 'range') continue;
        expect(amountShown(litres as number, unit, 'en'), `${typed} ${unit}`).toBe(typed);
      }
    }
  });

  it('is written as the language writes decimals', () => {
    expect(amountShown(1.5, 'L', 'es-ES')).toBe('1,5');
    expect(litresTyped('1,5', 'L', 'es-ES')).toBe(1.5);
    expect(litresTyped('1.5', 'L', 'es-ES')).toBe(1.5);
  });

  it('may be none, and is refused where the daemon would', () => {
    expect(litresTyped('  ', 'L', 'en')).toBeNull();
    expect(amountShown(null, 'gal', 'en')).toBe('');
    expect(litresTyped('0.2', 'gal', 'en')).toBe('range');
    expect(litresTyped('1001', 'm3', 'en')).toBe('range');
    for (const typed of ['much', '-5', '1e3', '1 000', '1.2345678', '1,000']) expect(litresTyped(typed, 'L', 'en')).toBe('wrong');
  });

  it('is sent only where it was changed', () => {
    const saved = formOf(settings(500.123457, 2000), 'gal', 'en');
    expect(changesOf(saved, saved, 'en')).toEqual({});
    expect(changesOf({ ...saved, week: '', month: '3000' }, saved, 'en')).toEqual({
      budget_week_litres: null,
      budget_month_litres: 11356.235352,
    });
  });

  it('that was typed goes over to another unit of the site', () => {
    const typed = { ...formOf(settings(600), 'L', 'en'), week: '1000', month: 'much' };
    expect(formInUnit(typed, 'gal', 'en')).toEqual({ unit: 'gal', day: '158.503231', week: '264.172052', month: 'much' });
    expect(formInUnit(typed, 'gal', 'en').day).toBe(formOf(settings(600), 'gal', 'en').day);
    expect(formInUnit(typed, 'L', 'en')).toBe(typed);
  });

  it('knows its member of the API', () => {
    expect(periodOf('budget_week_litres')).toBe('week');
    expect(periodOf('off')).toBeUndefined();
    expect(budgetOf(settings(null, 7), 'week')).toBe(7);
  });
});
