// When a backend is left alone, and when it is tried again.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Breaker, type StoreState } from '../../src/store/breaker.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

function breaker(failures = 3, pause = 1000) {
  const seen: [StoreState, unknown][] = [];
  return { it: new Breaker({ failures, pause }, (...change) => void seen.push(change)), seen };
}

test('opens after so many failures in a row, and tells the last one', () => {
  const { it, seen } = breaker();
  for (const cause of ['one', 'two']) it.failed(cause);
  it.succeeded();
  for (const cause of ['three', 'four']) it.failed(cause);
  expect([it.state, it.admits()]).toEqual(['closed', true]);
  it.failed('five');
  expect([it.state, it.admits(), seen]).toEqual(['open', false, [['open', 'five']]]);
});

test('lets one operation through after the pause, which decides', () => {
  const { it, seen } = breaker();
  for (let i = 0; i < 3; i++) it.failed('why');
  vi.advanceTimersByTime(999);
  expect(it.admits()).toBe(false);
  vi.advanceTimersByTime(1);
  expect([it.admits(), it.admits()]).toEqual([true, false]);
  it.failed('still');
  expect([it.state, it.admits()]).toEqual(['open', false]);
  vi.advanceTimersByTime(1000);
  expect(it.admits()).toBe(true);
  it.succeeded();
  expect([it.state, it.admits()]).toEqual(['closed', true]);
  expect(seen.map(([state]) => state)).toEqual(['open', 'halfOpen', 'open', 'halfOpen', 'closed']);
});

test('failures of what began before it opened prolong the pause, and open it once', () => {
  const { it, seen } = breaker();
  for (let i = 0; i < 3; i++) it.failed('why');
  vi.advanceTimersByTime(500);
  it.failed('late');
  vi.advanceTimersByTime(999);
  expect(it.admits()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(it.admits()).toBe(true);
  expect(seen.map(([state]) => state)).toEqual(['open', 'halfOpen']);
});
