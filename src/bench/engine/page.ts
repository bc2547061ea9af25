import type { EngineHost } from './host.ts';
import { engineFigures } from './suite.ts';

/** The measures of the engines in a page, asked for by `chromium.ts`, which serves every file named here. */
declare global {
  var measureEngines: (
    place: string,
  ) => Promise<{ readonly figures: readonly object[]; readonly notes: readonly string[] }>;
}

const bytesOf = async (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const reply = await fetch(path);
  return reply.ok ? new Uint8Array(await reply.arrayBuffer()) : undefined;
};

globalThis.measureEngines = async (place) => {
  const notes: string[] = [];
  const host: EngineHost = {
    place,
    onnxruntimeUrl: new URL('ort.wasm', location.href).href,
    now: () => performance.now() / 1000,
    note: (text) => notes.push(text),
    kernels: async () => (await bytesOf('kernels.wasm')) ?? new Uint8Array(0),
    data: (path) => bytesOf(`data/${path}`),
    tensorflow: async () => {
      const source = await bytesOf('tf.js');
      if (!source) return undefined;
      await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
      return { library: Reflect.get(globalThis, 'tf') as unknown, backend: 'webgl' };
    },
    jax: async () => {
      const jax = await import('@jax-js/jax');
      await jax.init('wasm');
      jax.defaultDevice('wasm');
      return jax;
    },
  };
  return { figures: await engineFigures(host), notes };
};
