import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

test('CSV quotes what needs it and leaves unknown values empty', () => {
  const text = csvOf({
    caption: '',
    columns: ['Layer', 'a "b"'],
    rows: [
      ['x,y', undefined],
      ['line\nbreak', 2.5],
    ],
  });
  expect(text).toBe('Layer,"a ""b"""\r\n"x,y",\r\n"line\nbreak",2.5');
});
