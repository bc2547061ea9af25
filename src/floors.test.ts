import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exceptions, floors, uiMayImport } from './floors.ts';

const src = resolve(import.meta.dirname);
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'))
  .map((f) => f.replaceAll('\\', '/'));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found: Import[] = [];
  for (const [, kind, target] of text.matchAll(
    /(?:^|\n)\s*(import type|export type|import|export)\b[^;'"]*?['"](\.[^'"]+)['"]/g,
  )) {
    const path = relative(src, resolve(src, dirname(file), (target as string).replace(/\?.*$/, ''))).replaceAll(
      '\\',
      '/',
    );
    found.push({ from: file, to: path, typeOnly: (kind as string).endsWith('type') });
  }
  for (const [, target] of text.matchAll(/import\(\s*['"](\.[^'"]+)['"]\s*\)/g)) {
    found.push({
      from: file,
      to: relative(src, resolve(src, dirname(file), target as string)).replaceAll('\\', '/'),
      typeOnly: false,
    });
  }
  return found;
}

const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '');
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file) || roomOf(file) === 'test-kit';
const all = files.flatMap(importsOf);
const allowed = (i: Import): boolean => exceptions.some((e) => e.from === i.from && e.to === i.to);

describe('floors', () => {
  test('every room is on a floor, and every floor entry is a room', () => {
    const rooms = readdirSync(src).filter((f) => statSync(join(src, f)).isDirectory() && f !== 'test-kit');
    expect(rooms.filter((r) => floors[r] === undefined)).toEqual([]);
    expect(Object.keys(floors).filter((r) => !existsSync(join(src, r)))).toEqual([]);
  });

  test('imports go down, or stay in the room', () => {
    const offences = all.filter((i) => {
      const from = roomOf(i.from);
      const to = roomOf(i.to);
      if (from === to || from === '' || isTest(i.from) || i.to.startsWith('..')) return false;
      if (to === 'test-kit') return true;
      return !((floors[to] ?? 99) < (floors[from] ?? -1)) && !allowed(i);
    });
    expect(offences).toEqual([]);
  });

  test('tests import downwards too, plus test-kit', () => {
    const offences = all.filter((i) => {
      const from = roomOf(i.from);
      const to = roomOf(i.to);
      if (
        !isTest(i.from) ||
        from === 'test-kit' ||
        from === to ||
        from === '' ||
        to === 'test-kit' ||
        i.to.startsWith('..')
      )
        return false;
      return !((floors[to] ?? 99) < (floors[from] ?? -1)) && !allowed(i);
    });
    expect(offences).toEqual([]);
  });

  test('other rooms are imported by their index (or the entries ui may use)', () => {
    const offences = all.filter((i) => {
      const to = roomOf(i.to);
      if (to === '' || roomOf(i.from) === to || to === 'test-kit' || i.to.startsWith('..') || roomOf(i.from) === '')
        return false;
      return !/^[a-z-]+\/index\.ts$/.test(i.to) && !uiMayImport.includes(i.to) && !allowed(i);
    });
    expect(offences).toEqual([]);
  });

  test('ui takes values only from its four doors', () => {
    const offences = all.filter(
      (i) =>
        roomOf(i.from) === 'ui' &&
        !isTest(i.from) &&
        !['ui', ''].includes(roomOf(i.to)) &&
        !i.typeOnly &&
        !uiMayImport.includes(i.to) &&
        !allowed(i),
    );
    expect(offences).toEqual([]);
  });

  test('the core never imports the workers', () => {
    const offences = all.filter(
      (i) =>
        i.to.startsWith('../workers') && !['ui', 'cli', 'bench', 'jobs'].includes(roomOf(i.from)) && !isTest(i.from),
    );
    expect(offences.filter((i) => !allowed(i))).toEqual([]);
  });
});
