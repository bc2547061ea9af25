import { UserError } from '../../base/index.ts';
import {
  beforeNormalization,
  groupsOf,
  type Layout,
  layoutOf,
  type Preview,
  previewsOf,
  sampleGenerators,
  splitForTraining,
  TRAINING_PARTS,
  type TrainingPart,
  type ValueFigures,
  valueFigures,
} from '../../datasets/index.ts';
import type { Diagnostic, SampleInput, SampleSet, Shape, TensorId } from '../../ir/index.ts';
import type { DataReference } from '../exploration.ts';
import { bindData, classesOf, type DataRequest, type DataSettings } from './data.ts';
import type { OpenedModel } from './open.ts';

/** An input of the model and what the data give it. */
export interface InputDescription {
  readonly input: TensorId;
  /** Of one sample, as the model takes it. */
  readonly shape: Shape;
  /** Where the channels of pictures lie: in the model, and in the data as they were read. Absent: no pictures. */
  readonly layout?: { readonly model: Layout; readonly data: Layout; readonly how: 'said' | 'told from the shape' };
  /** As the model gets them. */
  readonly fed: { readonly all: ValueFigures; readonly channels: readonly ValueFigures[] };
  /** Per channel, before the normalization. */
  readonly before: readonly ValueFigures[];
}

/** Data as a page shows them before anything is computed on them. */
export interface DataDescription {
  readonly reference: DataReference;
  readonly settings: DataSettings;
  readonly inputs: readonly InputDescription[];
  /** How training would divide the set; empty where it cannot be divided, or where parts are made from seeds of their own. */
  readonly parts: readonly { readonly part: TrainingPart; readonly count: number }[];
  /** Classes by label; `counts` are of the parts in their order. Absent: no labels. */
  readonly classes?: readonly {
    readonly label: number;
    readonly name?: string;
    /** Where the class stands in a hierarchy, from the top: ['round', 'full']. */
    readonly groups?: readonly string[];
    readonly count: number;
    readonly counts: readonly number[];
  }[];
  /** Of the first input. */
  readonly previews: readonly Preview[];
  readonly diagnostics: readonly Diagnostic[];
}

const PREVIEWS = 24;

/** The whole set, whichever part the request asks for. Throws what `bindData` throws. */
export function describeData(opened: OpenedModel, request: DataRequest): DataDescription {
  const { part: _, ...whole } = request;
  const { preprocessing, layout, resize } = request;
  const { samples, reference, classNames, diagnostics } = bindData(opened, whole);
  const classes = classesOf(opened);
  const divided = request.files.length > 0 ? divisionOf(samples, classes) : { parts: [], members: [], diagnostics: [] };
  const first = samples.inputs[0];
  const moved = diagnostics.some((d) => d.code === 'datasets/channels-moved');
  const inputs = samples.inputs.map((input) => describeInput(input, request, moved));
  return {
    reference,
    settings: { ...(preprocessing && { preprocessing }), ...(layout && { layout }), ...(resize && { resize }) },
    inputs,
    parts: divided.parts,
    ...(samples.labels
      ? { classes: classCounts(samples.labels, divided.members, { classNames, groups: groupsIn(request), classes }) }
      : {}),
    previews: first ? previewsOf(samples, first, PREVIEWS, inputs[0]?.fed) : [],
    diagnostics: [...diagnostics, ...divided.diagnostics, ...imbalance(samples)],
  };
}

function describeInput(input: SampleInput, { layout, preprocessing }: DataSettings, moved: boolean): InputDescription {
  const fed = valueFigures(input);
  const model = layoutOf(input.shape);
  const data = model && moved ? (model === 'NCHW' ? 'NHWC' : 'NCHW') : model;
  return {
    input: input.tensor,
    shape: input.shape,
    ...(model && data ? { layout: { model, data, how: layout ? 'said' : 'told from the shape' } as const } : {}),
    fed,
    before: preprocessing ? beforeNormalization(fed.channels, preprocessing) : fed.channels,
  };
}

interface Division {
  readonly parts: DataDescription['parts'];
  readonly members: readonly (readonly number[])[];
  readonly diagnostics: readonly Diagnostic[];
}

function divisionOf(samples: SampleSet, classes: number | undefined): Division {
  try {
    const { parts, diagnostics } = splitForTraining(samples, classes);
    const members = TRAINING_PARTS.map((part) => parts[part]);
    return { parts: TRAINING_PARTS.map((part) => ({ part, count: parts[part].length })), members, diagnostics };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    // The set serves evaluation all the same; training says this again as an error.
    const message = `${thrown.message} ${thrown.hint}`;
    return { parts: [], members: [], diagnostics: [{ code: thrown.code, severity: 'warning', message }] };
  }
}

/** From this ratio on, accuracy says little about the rare class. */
const IMBALANCE = 10;

function imbalance({ labels, name }: SampleSet): Diagnostic[] {
  if (!labels) return [];
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [least, ...rest] = [...counts].sort(([, a], [, b]) => a - b);
  const most = rest.at(-1);
  if (!least || !most || most[1] < IMBALANCE * least[1]) return [];
  const message = `The classes of '${name}' are not balanced: ${most[1]} samples are of class ${most[0]}, ${least[1]} of class ${least[0]}, of which accuracy says little.`;
  return [{ code: 'datasets/imbalanced', severity: 'warning', message }];
}

interface ClassWords {
  readonly classNames: readonly string[] | undefined;
  readonly groups: ReturnType<typeof groupsOf> | undefined;
  /** That the model tells apart. */
  readonly classes: number | undefined;
}

function groupsIn({ generator, files }: DataRequest): ReturnType<typeof groupsOf> | undefined {
  const tree = files.length === 0 && generator !== undefined ? sampleGenerators.get(generator).tree : undefined;
  return tree && groupsOf(tree);
}

function classCounts(
  labels: Int32Array,
  members: Division['members'],
  { classNames, groups, classes }: ClassWords,
): NonNullable<DataDescription['classes']> {
  const known = new Set(labels);
  for (let label = 0; label < (classes ?? 0); label++) known.add(label);
  const histogram = (of: Iterable<number>): ReadonlyMap<number, number> => {
    const counts = new Map<number, number>();
    for (const label of of) counts.set(label, (counts.get(label) ?? 0) + 1);
    return counts;
  };
  const whole = histogram(labels);
  const inParts = members.map((indices) => histogram(indices.map((i) => labels[i] as number)));
  return [...known]
    .sort((a, b) => a - b)
    .map((label) => {
      const name = classNames?.[label];
      const above = name === undefined ? undefined : groups?.get(name);
      return {
        label,
        ...(name === undefined ? {} : { name }),
        ...(above ? { groups: above } : {}),
        count: whole.get(label) ?? 0,
        counts: inParts.map((counts) => counts.get(label) ?? 0),
      };
    });
}
