import { expect, it } from 'vitest';
import { href, parseRoute } from '../src/shell/route';

it('An address says what is looked at, and is made of it', () => {
  const route = parseRoute('#/history/day/2026-11-28?compare=week');
  expect([route.view, route.path, route.query.get('compare')]).toEqual(['history', ['day', '2026-11-28'], 'week']);
  expect(parseRoute(href('devices', ['a/b%', 'reports'])).path).toEqual(['a/b%', 'reports']);
  expect(parseRoute('').view).toBe('now');
});

it('An address that was cut in the middle of a letter is taken as it stands', () => {
  expect(parseRoute('#/history/day/%E2%8').path).toEqual(['day', '%E2%8']);
});
