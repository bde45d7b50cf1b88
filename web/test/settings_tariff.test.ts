import { describe, expect, it } from 'vitest';
import { plainDecimal, scaled, typedDecimal, unscaled } from '../src/views/settings/decimals';
import { costOfMonth } from '../src/views/settings/tariff_cost';
import { emptyForm, formOf, monthsLeft, type Tariff, tariffOf, type TariffForm } from '../src/views/settings/tariff_form';

const tariff: Tariff = {
  currency: 'USD',
  unit: 'gal',
  monthly_charge: '12.5',
  tiers: ['0.0102 up to 6000', '0.0185'],
  seasons: [{ months: [6, 7, 8], tiers: ['0.0125 up to 6000', '0.0231'] }],
};

describe('a decimal', () => {
  it('is taken with either separator, but not where it may be thousands', () => {
    expect(plainDecimal('1.50', 'en')).toBe('1.5');
    expect(plainDecimal('1,5', 'en')).toBe('1.5');
    expect(plainDecimal('1,500', 'en')).toBeNull();
    expect(plainDecimal('0,010', 'en')).toBe('0.01');
    expect(plainDecimal('1.500', 'es-ES')).toBeNull();
    expect(plainDecimal('1,500', 'es-ES')).toBe('1.5');
    for (const text of ['', '.', '1.', '.5', '-1', '1e3', '1 2', '1.2.3']) expect(plainDecimal(text, 'en'), text).toBeNull();
  });
  it('keeps every digit', () => {
    expect(scaled('0.000001', 6)).toBe(1n);
    expect(scaled('0.0000001', 6)).toBeNull();
    expect(unscaled(1n, 6)).toBe('0.000001');
    expect(unscaled(12_500_000n, 6)).toBe('12.5');
    expect(typedDecimal('12.5', 'es-ES')).toBe('12,5');
  });
});

describe('the form of a tariff', () => {
  it('gives back what it was made of', () => {
    for (const locale of ['en', 'es-ES']) {
      const { tariff: again, faults } = tariffOf(formOf(tariff, locale, true), locale);
      expect(again).toEqual(tariff);
      expect(faults.size).toBe(0);
    }
  });

  it('takes a single price as a tier without end', () => {
    const form = formOf({ currency: 'EUR', price: '3.14' }, 'en', false);
    expect(form).toMatchObject({ unit: 'm3', charge: '', steps: [{ price: '3.14', upTo: '' }] });
    expect(tariffOf(form, 'en').tariff).toEqual({ currency: 'EUR', unit: 'm3', monthly_charge: '0', tiers: ['3.14'] });
  });

  it('names each fault by the field of the API', () => {
    const form: TariffForm = {
      ...emptyForm(false),
      charge: 'much',
      steps: [{ price: '1', upTo: '10' }, { price: '2', upTo: '10' }, { price: 'x', upTo: '' }],
      seasons: [{ months: [], steps: [{ price: '1', upTo: '' }, { price: '2', upTo: '0' }, { price: '3', upTo: '' }] }],
    };
    expect([...tariffOf(form, 'en').faults].sort()).toEqual([
      ['currency', 'currency'],
      ['monthly_charge', 'price'],
      ['seasons[0].months', 'months'],
      ['seasons[0].tiers[0]', 'noEnd'],
      ['seasons[0].tiers[1]', 'end'],
      ['tiers[1]', 'rising'],
      ['tiers[2]', 'price'],
    ]);
  });

  it('asks for no prices beside seasons that have the whole year', () => {
    const form = emptyForm(true);
    const step = { price: '1', upTo: '' };
    form.seasons = [{ months: [1, 2, 3, 4, 5, 6], steps: [step] }, { months: [7, 8, 9, 10, 11, 12], steps: [step] }];
    expect(monthsLeft(form)).toBe(0);
    const { tariff: made, faults } = tariffOf(form, 'en');
    expect(faults.size).toBe(0);
    expect(made.tiers).toBeUndefined();
  });
});

// The cases of tests/unit/meter/tariff_test.cpp, so that the page's example cannot say another sum than the daemon.
describe('what a month costs', () => {
  const tiers = ['2 up to 10', '4 up to 20', '6'];
  it('has its charge, and each tier its own price up to its edge', () => {
    expect(costOfMonth(tiers, '5', 'm3', 0)).toBe(5_000_000n);
    expect(costOfMonth(tiers, '5', 'm3', 10)).toBe(25_000_000n);
    expect(costOfMonth(tiers, '5', 'm3', 11)).toBe(29_000_000n);
    expect(costOfMonth(tiers, '5', 'm3', 21)).toBe(71_000_000n);
  });
  it('is exact in every unit, and rounded once, halves up', () => {
    expect(costOfMonth(['0.012'], '0', 'gal', 1000)).toBe(12_000_000n);
    expect(costOfMonth(['0.000001 up to 0.5', '0'], '0', 'l', 1)).toBe(1n);
    expect(costOfMonth(['0.000001 up to 0.499', '0'], '0', 'l', 1)).toBe(0n);
  });
});
