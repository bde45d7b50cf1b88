import { afterEach, describe, expect, it, vi } from 'vitest';
import { remember, remembered } from '../src/live/memory';

afterEach(() => vi.unstubAllGlobals());

describe('What the browser remembers', () => {
  it('is kept, and forgotten again', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value), removeItem: (name: string) => kept.delete(name) });
    remember('theme', 'dark');
    expect([remembered('theme'), [...kept.keys()]]).toEqual(['dark', ['millrace-theme']]);
    remember('theme', null);
    expect(remembered('theme')).toBeNull();
  });

  it('may be nothing, without harm', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
    remember('theme', 'dark');
    remember('theme', null);
    expect(remembered('theme')).toBeNull();
  });
});
