import { describe, expect, it } from 'vitest';
import { grade, isFar, restored, spread } from '../src/parts/draw';
import { change, perTurn } from '../src/parts/per_turn';

const kNow = Date.UTC(2026, 10, 28, 12);
const draw = { sensor: 'A', started: kNow - 60_000, lifetime: 12.5, stopped: null };

describe('a draw that was begun', () => {
  it('is found again after the page was loaded anew', () => {
    expect(restored(JSON.stringify(draw), 'A', kNow)).toEqual(draw);
    expect(restored(JSON.stringify({ ...draw, stopped: kNow - 1000 }), 'A', kNow)?.stopped).toBe(kNow - 1000);
  });
  it('is not taken for another sensor, a day later, or from garbage', () => {
    expect(restored(JSON.stringify(draw), 'B', kNow)).toBeNull();
    expect(restored(JSON.stringify(draw), 'A', kNow + 25 * 3_600_000)).toBeNull();
    expect(restored(JSON.stringify(draw), 'A', kNow - 3_600_000)).toBeNull();
    for (const text of [null, '', 'null', '[]', '{"sensor":"A"}', '{']) expect(restored(text, 'A', kNow)).toBeNull();
  });
  it('cannot have stopped before it started', () => {
    expect(restored(JSON.stringify({ ...draw, stopped: draw.started - 1 }), 'A', kNow)?.stopped).toBeNull();
  });
});

describe('a result', () => {
  it('is as sure as one turn more or less allows', () => {
    const share = spread({ volume_per_peak_ml: 100, least_ml: 99, most_ml: 102 });
    expect(share).toBeCloseTo(0.02);
    expect([grade(0.01), grade(share), grade(0.031)]).toEqual(['good', 'fair', 'poor']);
  });
  it('far from a measured value is doubted, from a guess only when very far', () => {
    expect([isFar(-12, true), isFar(12, false), isFar(60, false), isFar(9, true)]).toEqual([true, false, true, false]);
  });
  it('is said in the units of the house', () => {
    expect(perTurn(32.933, 'L')).toBe('32.93 mL');
    expect(perTurn(32.933, 'gal')).toBe('0.0087 gal (32.93 mL)');
    expect(perTurn(3.2933, 'm3')).toBe('3.293 mL');
    expect(change(0.04)).toBe('the same as what holds now');
    expect(change(-1.25)).toContain('−1.3');
  });
});
