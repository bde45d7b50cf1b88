import type { ReactiveController } from 'lit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const page = Object.assign(new EventTarget(), { baseURI: 'http://localhost/', hidden: false, createTreeWalker: () => ({}) }); // Lit's
vi.stubGlobal('document', page);
vi.stubGlobal('window', globalThis);
const { Asked } = await import('../src/parts/asked');

const host = { addController: (_: ReactiveController) => undefined, removeController: () => undefined, requestUpdate: vi.fn(), updateComplete: Promise.resolve(true) };

// A question whose answers are given when the test says so.
function answers() {
  const open: { resolve: (value: string) => void; reject: (error: unknown) => void }[] = [];
  const question = vi.fn(() => new Promise<string>((resolve, reject) => open.push({ resolve, reject })));
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { question, give: async (at: number, value: string) => (open[at]!.resolve(value), settle()), fail: async (at: number) => (open[at]!.reject(new Error('no')), settle()) };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  page.hidden = false;
});

describe('A question', () => {
  it('is asked once for a key, and its newest answer stands', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question);
    asked.hostConnected();
    asked.ask('a');
    asked.ask('a');
    asked.ask('b');
    expect(question).toHaveBeenCalledTimes(2);
    await give(1, 'of b');
    await give(0, 'of a, late');
    expect([asked.value, asked.waiting]).toEqual(['of b', false]);
  });

  it('of another version is asked again, and its answer stands meanwhile', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question);
    asked.hostConnected();
    asked.ask('a', '1');
    await give(0, 'one');
    asked.ask('a', '1');
    asked.ask('a', '2');
    expect([asked.value, asked.waiting, question.mock.calls.length]).toEqual(['one', true, 2]);
    await give(1, 'two');
    expect(asked.value).toBe('two');
  });

  it('about something else is not answered by what went wrong before', async () => {
    const { question, fail } = answers();
    const asked = new Asked(host, question);
    asked.hostConnected();
    asked.ask('a');
    await fail(0);
    expect(asked.problem).not.toBeNull();
    asked.ask('b');
    expect(asked.problem).toBeNull();
  });

  it('whose answer is known otherwise is not overwritten by an older one', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question);
    asked.hostConnected();
    asked.ask('a');
    asked.take('of a change');
    await give(0, 'of before the change');
    expect([asked.value, asked.waiting]).toEqual(['of a change', false]);
  });
});

describe('A question that is repeated', () => {
  it('is repeated as long as it is shown', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question, 1000);
    asked.hostConnected();
    asked.ask('a');
    await give(0, 'one');
    await vi.advanceTimersByTimeAsync(1000);
    expect(question).toHaveBeenCalledTimes(2);
    asked.hostDisconnected();
    await give(1, 'two');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(question).toHaveBeenCalledTimes(2);
  });

  it('is not taken up again for something that is gone', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question, 1000);
    asked.hostConnected();
    asked.ask('a');
    await give(0, 'one');
    asked.hostDisconnected();
    await asked.again(); // a change that was under way has come back
    await vi.advanceTimersByTimeAsync(10_000);
    expect(question).toHaveBeenCalledTimes(1);
    asked.hostConnected();
    expect(question).toHaveBeenCalledTimes(2);
  });

  it('rests in a hidden page, and goes on once when that is seen', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question, 1000);
    asked.hostConnected();
    asked.ask('a');
    await give(0, 'one');
    page.hidden = true;
    await vi.advanceTimersByTimeAsync(5000);
    expect(question).toHaveBeenCalledTimes(1);
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(new Event('visibilitychange'));
    expect(question).toHaveBeenCalledTimes(2);
  });

  it('is forgotten in a hidden page when what showed it is gone', async () => {
    const { question, give } = answers();
    const asked = new Asked(host, question, 1000);
    asked.hostConnected();
    asked.ask('a');
    await give(0, 'one');
    page.hidden = true;
    await vi.advanceTimersByTimeAsync(1000);
    asked.hostDisconnected();
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(question).toHaveBeenCalledTimes(1);
  });

  it('may be repeated only while there is a reason', async () => {
    const { question, give } = answers();
    let every: number | null = 1000;
    const asked = new Asked(host, question, () => every);
    asked.hostConnected();
    asked.ask('a');
    await give(0, 'one');
    every = null;
    await vi.advanceTimersByTimeAsync(1000);
    await give(1, 'two');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(question).toHaveBeenCalledTimes(2);
  });
});
