import { BugError } from '../base/index.ts';
import {
  type BufferId,
  type ConstantId,
  type KernelCall,
  type Program,
  type ProgramBuffer,
  type ProgramConstant,
  type ProgramPort,
  planArena,
  type Shape,
  type StorageType,
  storageBytes,
  type TensorId,
  type TensorQuant,
} from '../ir/index.ts';

/** Storage of the codes of an activation. */
export function storageOf({ bits, signed }: Pick<TensorQuant, 'bits' | 'signed'>): StorageType {
  if (bits > 8) return signed ? 'int16' : 'uint16';
  return signed ? 'int8' : 'uint8';
}

export const scaleOf = (q: TensorQuant): number => q.scale[0] as number;
export const zeroOf = (q: TensorQuant): number => q.zeroPoint[0] as number;

type Draft = Omit<ProgramBuffer, 'offset' | 'bytes' | 'firstTick' | 'lastTick'>;

const count = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/** Collects the buffers, constants and calls of a program; ticks and offsets come at the end. */
export class ProgramBuilder {
  readonly #buffers: Draft[] = [];
  readonly #constants: ProgramConstant[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #views = new Map<string, BufferId>();
  /** In-place results: the buffer whose memory they take over, if nobody reads that later. */
  readonly #inPlace = new Map<BufferId, BufferId>();

  buffer(tensor: TensorId, shape: Shape, quant: TensorQuant): BufferId {
    const id = this.#buffers.length;
    this.#buffers.push({
      id,
      tensor,
      type: storageOf(quant),
      shape,
      scale: scaleOf(quant),
      zeroPoint: zeroOf(quant),
      bits: quant.bits,
    });
    return id;
  }

  /** The same memory seen with another shape; the buffer itself where the shape is the same. */
  view(id: BufferId, shape: Shape): BufferId {
    const buffer = this.#at(id);
    const base = buffer.viewOf ?? id;
    if (count(shape) !== count(buffer.shape))
      throw new BugError(`Buffer [${buffer.shape.join(', ')}] seen as [${shape.join(', ')}].`);
    const same = (s: Shape) => s.length === shape.length && s.every((d, i) => d === shape[i]);
    if (same(buffer.shape)) return id;
    if (same(this.#at(base).shape)) return base;
    const key = `${base}:${shape.join(',')}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = this.#buffers.length;
    this.#buffers.push({ ...this.#at(base), id: view, shape, viewOf: base });
    this.#views.set(key, view);
    return view;
  }

  constant(
    role: ProgramConstant['role'],
    label: string,
    data: ProgramConstant['data'],
    shape: Shape = [data.length],
    bits?: number,
  ): ConstantId {
    const id = this.#constants.length;
    const type = constantType(data);
    this.#constants.push({ id, label, role, type, bits: bits ?? storageBytes(type) * 8, shape, data });
    return id;
  }

  call(call: KernelCall): void {
    this.#calls.push(call);
  }

  /** The result may take the memory of `input`: element i is written after element i was read, and only it. */
  allowInPlace(output: BufferId, input: BufferId): void {
    const from = this.#at(input).viewOf ?? input;
    const [a, b] = [this.#at(output), this.#at(from)];
    if (storageBytes(a.type) * count(a.shape) === storageBytes(b.type) * count(b.shape))
      this.#inPlace.set(output, from);
  }

  shapeOf(id: BufferId): Shape {
    return this.#at(id).shape;
  }

  finish(name: string, inputs: readonly ProgramPort[], outputs: readonly ProgramPort[]): Program {
    const lives = this.#lives(inputs, outputs);
    const owner = this.#owners(lives, new Set(inputs.map((p) => this.#base(p.buffer))));
    const bytes = (b: Draft) => count(b.shape) * storageBytes(b.type);
    const whole = new Map<BufferId, { firstTick: number; lastTick: number }>();
    for (const [id, life] of lives) {
      const root = owner.get(id) ?? id;
      const known = whole.get(root);
      whole.set(root, {
        firstTick: Math.min(known?.firstTick ?? life.firstTick, life.firstTick),
        lastTick: Math.max(known?.lastTick ?? life.lastTick, life.lastTick),
      });
    }
    const arena = [...whole].map(([id, life]) => ({ id, bytes: bytes(this.#at(id)), ...life }));
    const alignment = this.#buffers.reduce((a, b) => Math.max(a, storageBytes(b.type)), 1);
    const plan = planArena(arena, { alignment });
    const buffers = this.#buffers.map((draft): ProgramBuffer => {
      const base = this.#base(draft.id);
      const root = owner.get(base) ?? base;
      const life = (draft.id === root ? whole.get(root) : lives.get(base)) ?? { firstTick: -1, lastTick: -1 };
      const { viewOf: _, ...rest } = draft;
      return {
        ...rest,
        offset: plan.offsets.get(root) ?? 0,
        bytes: bytes(draft),
        ...(draft.id === root ? {} : { viewOf: root }),
        ...life,
      };
    });
    return {
      version: 1,
      name,
      arenaBytes: plan.arenaBytes,
      buffers,
      constants: this.#constants,
      calls: this.#calls,
      inputs,
      outputs,
    };
  }

  /** When each memory of its own is written first and read last. */
  #lives(inputs: readonly ProgramPort[], outputs: readonly ProgramPort[]) {
    const lives = new Map<BufferId, { firstTick: number; lastTick: number }>();
    for (const port of inputs) lives.set(this.#base(port.buffer), { firstTick: -1, lastTick: -1 });
    for (const [tick, call] of this.#calls.entries()) {
      for (const input of call.inputs) {
        const life = lives.get(this.#base(input));
        if (!life) throw new BugError(`Call ${tick} (${call.kernel}) reads a buffer that nothing wrote.`);
        life.lastTick = tick;
      }
      lives.set(this.#base(call.output), { firstTick: tick, lastTick: tick });
    }
    for (const port of outputs) {
      const life = lives.get(this.#base(port.buffer));
      if (life) life.lastTick = this.#calls.length;
    }
    return lives;
  }

  /** Buffer → the buffer whose memory it takes over, followed to the first. Network inputs are never overwritten. */
  #owners(
    lives: ReadonlyMap<BufferId, { firstTick: number; lastTick: number }>,
    kept: ReadonlySet<BufferId>,
  ): ReadonlyMap<BufferId, BufferId> {
    const owners = new Map<BufferId, BufferId>();
    for (const [output, input] of this.#inPlace) {
      if (!kept.has(input) && lives.get(input)?.lastTick === lives.get(output)?.firstTick)
        owners.set(output, owners.get(input) ?? input);
    }
    return owners;
  }

  #base(id: BufferId): BufferId {
    return this.#at(id).viewOf ?? id;
  }

  #at(id: BufferId): Draft {
    const buffer = this.#buffers[id];
    if (!buffer) throw new BugError(`There is no buffer ${id}.`);
    return buffer;
  }
}

function constantType(data: ProgramConstant['data']): StorageType {
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int16Array) return 'int16';
  return data instanceof Uint16Array ? 'uint16' : 'int32';
}
