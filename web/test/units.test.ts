import { expect, it } from 'vitest';
import { flowOf, fromLitres, inUnit, isMetric, litresOf } from '../src/words/units';

it('Litres come back from every unit as they went', () => {
  for (const unit of ['L', 'm3', 'gal', 'ft3', 'ccf', 'L/min', 'm3/h', 'gal/min', 'ft3/min']) {
    expect(litresOf(1, unit)).toBeGreaterThan(0);
    expect(inUnit(litresOf(12.34, unit), unit)).toBeCloseTo(12.34);
    expect(fromLitres(litresOf(12.34, unit), unit)).toBe(12.34);
  }
});

it('A volume and its time are a flow, in each pair of units that the API tells', () => {
  expect(flowOf(6, 60, 'L', 'L/min')).toBeCloseTo(6);
  expect(flowOf(0.006, 60, 'm3', 'm3/h')).toBeCloseTo(0.36);
  expect(flowOf(3, 30, 'gal', 'gal/min')).toBeCloseTo(6);
  expect(flowOf(0.5, 60, 'ft3', 'ft3/min')).toBeCloseTo(0.5);
  expect(flowOf(0.06, 3600, 'ccf', 'gal/min')).toBeCloseTo(0.748, 3);
});

it('Gallons, cubic feet and their hundreds are not metric', () => {
  expect(['L', 'm3', 'gal', 'ft3', 'ccf'].filter(isMetric)).toEqual(['L', 'm3']);
});
