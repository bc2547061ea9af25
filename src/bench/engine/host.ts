/** What the measures of the engines need of the place they run in: Node, or a page. */
export interface EngineHost {
  /** 'Node 20.20.2', 'Chromium 156'. */
  readonly place: string;
  /** Seconds of a clock that only moves forward. */
  now(): number;
  /** The compiled kernels, as bytes. */
  kernels(): Promise<Uint8Array<ArrayBuffer>>;
  /** Where a page finds onnxruntime's WebAssembly; absent in Node, where the package finds its own. */
  readonly onnxruntimeUrl?: string;
  /** A file of the data folder beside the repository; undefined where it is absent. */
  data(path: string): Promise<Uint8Array | undefined>;
  /** TensorFlow.js, installed for the measurement alone; undefined where it is not to be had here. */
  tensorflow(): Promise<{ readonly library: unknown; readonly backend: string } | undefined>;
  /** jax-js on WebAssembly; undefined where it is not to be had here. */
  jax(): Promise<unknown>;
  /** What was left out, and why. */
  note(text: string): void;
}
