import { strToU8, unzipSync, zipSync } from 'fflate';
import { canonicalJson, messageOf } from '../../base/index.ts';
import { checkExploration } from './check-exploration.ts';
import { Checked } from './checked.ts';
import { damagedFile, notAFile, tooLarge } from './errors.ts';
import { migrate, SHARE_VERSION } from './migrations.ts';
import type { Json, ShareState } from './state.ts';

/** What a `.paretoscope` file holds: the state of a link in full precision, and perhaps the model's files. */
export interface ParetoscopeFile extends ShareState {
  /** Model and external data by file name; empty if the file does not carry the model. */
  readonly model: ReadonlyMap<string, Uint8Array>;
}

const STATE = 'exploration.json';
const MODEL_FOLDER = 'model/';
/** Fixed, so that equal content gives equal bytes. */
const TIME = new Date(2000, 0, 1);
const LIMIT_BYTES = 1 << 30;

/** A zip of `exploration.json` ({format, version, exploration, view}) and, if given, `model/<file>`. Deterministic. */
export function writeParetoscope({ exploration, view, model }: ParetoscopeFile): Uint8Array {
  const text = canonicalJson({ format: 'paretoscope', version: SHARE_VERSION, exploration, view });
  const files: Record<string, [Uint8Array, { level: 0 | 9; mtime: Date }]> = {
    [STATE]: [strToU8(text), { level: 9, mtime: TIME }],
  };
  for (const name of [...model.keys()].sort()) {
    // Weights hardly compress, and storing them keeps saving fast.
    files[`${MODEL_FOLDER}${name}`] = [model.get(name) as Uint8Array, { level: 0, mtime: TIME }];
  }
  return zipSync(files);
}

/** Reads a `.paretoscope` file. Throws `share/…` user errors: not-a-file, damaged-file, newer-version, content, too-large. */
export function readParetoscope(bytes: Uint8Array, name: string): ParetoscopeFile {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw notAFile(name);
  const files = unzip(bytes, name);
  const stateBytes = files[STATE];
  if (!stateBytes) throw notAFile(name);
  let raw: Json;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(stateBytes)) as Json;
  } catch (thrown) {
    throw damagedFile(name, messageOf(thrown));
  }
  const version = new Checked(raw, name).get('version').whole();
  const json = new Checked(migrate(raw, version, 'file'), name);
  const model = new Map<string, Uint8Array>();
  for (const path of Object.keys(files)) {
    if (path.startsWith(MODEL_FOLDER) && path.length > MODEL_FOLDER.length) {
      model.set(path.slice(MODEL_FOLDER.length), files[path] as Uint8Array);
    }
  }
  return { exploration: checkExploration(json.get('exploration')), view: json.get('view').value ?? null, model };
}

function unzip(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  let total = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        total += originalSize;
        return total <= LIMIT_BYTES;
      },
    });
  } catch (thrown) {
    throw damagedFile(name, messageOf(thrown));
  }
  if (total > LIMIT_BYTES) throw tooLarge(LIMIT_BYTES);
  return files;
}
