import { deflateSync } from 'fflate';
import { canonicalJson, messageOf, sha256Hex, UserError } from '../../base/index.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { checkExploration } from './check-exploration.ts';
import { Checked } from './checked.ts';
import { cutLink, damagedLink, notALink } from './errors.ts';
import { inflateLimited } from './inflate.ts';
import { migrate, SHARE_VERSION } from './migrations.ts';
import { pack, unpack, withIds } from './pack.ts';
import type { Json, ShareState } from './state.ts';

/**
 * The part of a link behind '#': `version.length.check.payload`. The payload is base64url of deflated columnar JSON
 * (`pack.ts`), `length` its number of characters in base 36 (tells a cut link from a damaged one), `check` the first eight
 * hex digits of its SHA-256. Deterministic: equal states give equal text. Never holds weights or samples.
 */
export function encodeLink(state: ShareState): string {
  const { columns, ...main } = pack(state);
  const payload = toBase64url(joinStreams([canonicalJson(main), ...columns]));
  return `${SHARE_VERSION}.${payload.length.toString(36)}.${checkOf(payload)}.${payload}`;
}

/**
 * Reads a link, or the part behind its '#'. White space is ignored (mail programs break lines). Objectives come back to the
 * printed four digits, without diagnostics. Throws `share/…` user errors: not-a-link, cut, damaged, newer-version,
 * unknown-version, content, too-large.
 */
export function decodeLink(link: string): ShareState {
  const text = link.replace(/\s+/g, '');
  const hash = text.slice(text.lastIndexOf('#') + 1);
  const match = /^(\d{1,6})\.([0-9a-z]{1,6})\.([0-9a-f]{8})\.([^.]*)$/.exec(hash);
  if (!match) {
    if (/^\d{1,6}(\.[0-9a-z]{0,6}(\.[0-9a-f]{0,8})?)?$/.test(hash) && hash.includes('.')) throw cutLink(0, hash.length);
    throw notALink();
  }
  const [, version = '', length = '', check = '', payload = ''] = match;
  const json = contentOf(payload, Number.parseInt(length, 36), check, Number(version));
  const { exploration, view } = unpack(new Checked(migrate(json, Number(version)), 'link'));
  return { exploration: withIds(checkExploration(new Checked(exploration, 'exploration'))), view };
}

const checkOf = (payload: string): string => sha256Hex(new TextEncoder().encode(payload)).slice(0, 8);

function contentOf(payload: string, length: number, check: string, version: number): Json {
  // Before anything is unpacked: a later version may pack in another way.
  migrateGuard(version);
  if (payload.length < length) throw cutLink(length, payload.length);
  if (payload.length > length || checkOf(payload) !== check) throw damagedLink('its check sum does not match');
  const packed = fromBase64url(payload);
  if (!packed) throw damagedLink('it holds characters that do not belong there');
  try {
    const [main = '', ...columns] = splitStreams(packed);
    return { ...(JSON.parse(main) as { readonly [key: string]: Json }), columns };
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw damagedLink(messageOf(thrown));
  }
}

/**
 * Texts deflated one by one, each behind its length (seven bits a byte, the last with the top bit clear): columns differ in
 * their letters, and one table for all of them would make links a sixth longer.
 */
function joinStreams(texts: readonly string[]): Uint8Array {
  const out: number[] = [];
  for (const text of texts) {
    const packed = deflateSync(new TextEncoder().encode(text), { level: 9, mem: 12 });
    let length = packed.length;
    for (; length > 127; length >>>= 7) out.push((length & 127) | 128);
    out.push(length);
    for (const byte of packed) out.push(byte);
  }
  return Uint8Array.from(out);
}

function splitStreams(bytes: Uint8Array): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    let length = 0;
    let shift = 0;
    let byte = 128;
    while (byte > 127) {
      byte = bytes[at++] ?? 0;
      length |= (byte & 127) << shift;
      shift += 7;
    }
    if (length <= 0 || at + length > bytes.length) throw damagedLink('a column is incomplete');
    texts.push(decoder.decode(inflateLimited(bytes.subarray(at, at + length))));
    at += length;
  }
  return texts;
}

function migrateGuard(version: number): void {
  if (version > SHARE_VERSION || version < 1) migrate(null, version);
}
