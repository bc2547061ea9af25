import { expect, test } from 'vitest';
import type { CommandHost, Invocation } from './command.ts';
import { filesOf, settingsOf } from './data-settings.ts';

const call = (flags: Readonly<Record<string, string | true>>): Invocation => ({
  positionals: [],
  text: (name) => (typeof flags[name] === 'string' ? flags[name] : undefined),
  required: (name) => String(flags[name]),
  whole: () => undefined,
  flag: (name) => flags[name] === true,
  seed: 1,
});

test('nothing said, nothing done', () => {
  expect(settingsOf(call({}))).toEqual({});
});

test('normalization, layout and resizing', () => {
  const flags = { scale: '1/255', mean: '0.485,0.456', deviation: '0.25', layout: 'NHWC', resize: true } as const;
  expect(settingsOf(call(flags))).toEqual({
    preprocessing: { scale: 1 / 255, mean: [0.485, 0.456], deviation: [0.25] },
    layout: 'NHWC',
    resize: true,
  });
});

test.each([
  [{ scale: '1,2' }, '--scale takes one number.'],
  [{ mean: '1,x' }, "--mean takes numbers such as 0.5 or 1/255, not 'x'."],
  [{ deviation: '1/0' }, "--deviation takes numbers such as 0.5 or 1/255, not '1/0'."],
  [{ layout: 'CHW' }, '--layout is NCHW or NHWC.'],
])('%o is refused', (flags, message) => {
  expect(() => settingsOf(call(flags))).toThrow(message);
});

test('a folder stands for its files', () => {
  const file = { name: 'a.npz', bytes: new Uint8Array(1) };
  const inside = [{ name: 'set/cat/1.png', path: '/set/cat/1.png', size: 1 }];
  const host: Pick<CommandHost, 'read' | 'folder'> = {
    read: () => file,
    folder: (path) => (path === 'set' ? inside : undefined),
  };
  expect(filesOf('a.npz,set', host)).toEqual([file, ...inside]);
  expect(filesOf(undefined, host)).toEqual([]);
});
