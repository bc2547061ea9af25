import { UserError } from '../base/index.ts';

/** Codes and texts of the room. Messages name the array or file and say both what is there and what was wanted. */

const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`;

export const emptyFile = (file: string): UserError =>
  new UserError('datasets/empty-file', `'${file}' is empty.`, 'Save or download the data again.', { file });

export const unknownFile = (file: string): UserError =>
  new UserError(
    'datasets/unknown-file',
    `'${file}' is not in a form that arrays are read from.`,
    "Use NumPy's .npz or .npy, MNIST idx files, CIFAR-10 binary files, a CSV with a sample per row, pictures (PNG, JPEG) in one folder per class, or raw numbers named like 'x_u8_100x28x28.bin'.",
    { file },
  );

export const damaged = (file: string, reason: string): UserError =>
  new UserError('datasets/damaged', `'${file}' is damaged: ${reason}.`, 'Save or download the data again.', {
    file,
    reason,
  });

export const wrongLength = (file: string, what: string, needs: number, has: number): UserError =>
  new UserError(
    'datasets/wrong-length',
    `'${file}': ${what} takes ${needs} bytes, but ${has} are there.`,
    has < needs ? 'The file was cut off. Save or download it again.' : 'Check that the file is what its name says.',
    { file, needs, has },
  );

export const tooLarge = (file: string, bytes: number, limit: number): UserError =>
  new UserError(
    'datasets/too-large',
    `'${file}' takes ${(bytes / 2 ** 30).toFixed(2)} GiB; data of more than ${limit / 2 ** 30} GiB cannot be opened.`,
    'Give fewer samples: a few hundred are enough for calibration, a few thousand for accuracy.',
    { file, bytes, limit },
  );

export const unsupportedType = (file: string, type: string): UserError =>
  new UserError(
    'datasets/unsupported-type',
    `'${file}' holds elements of NumPy type '${type}', which are not read.`,
    "Convert the array before saving it, for example with a.astype('float32').",
    { file, type },
  );

export const duplicateArray = (name: string, file: string): UserError =>
  new UserError(
    'datasets/duplicate-array',
    `A second array is called '${name}', in '${file}'.`,
    'Give one set of arrays at a time, each array with its own name.',
    { array: name, file },
  );

export const noArrays = (files: readonly string[]): UserError =>
  new UserError(
    'datasets/no-arrays',
    files.length === 0 ? 'No data file was given.' : `There is no array in ${files.map((f) => `'${f}'`).join(', ')}.`,
    "Save the samples as an .npz file with an array 'x' and, where there are labels, 'y'.",
    { files },
  );

export const missingInput = (input: string, shape: readonly (number | string)[], arrays: readonly string[]) =>
  new UserError(
    'datasets/missing-input',
    `No array was given for input '${input}' ${shapeText(shape)}; there are ${arrays.join(', ') || 'none'}.`,
    `Name the array '${input}'; a model's only input may also be called 'x'.`,
    { input, shape: shape.map(String), arrays },
  );

export const wrongShape = (array: string, has: readonly number[], input: string, wants: readonly number[]): UserError =>
  new UserError(
    'datasets/wrong-shape',
    `Array '${array}' has shape ${shapeText(has)}; input '${input}' takes ${shapeText(wants)} per sample.`,
    `Give an array of shape ${shapeText(['N', ...(wants[0] === 1 ? wants.slice(1) : wants)])} with N samples.`,
    { array, has, input, wants },
  );

export const wrongType = (array: string, has: string, input: string, wants: string): UserError =>
  new UserError(
    'datasets/wrong-type',
    `Array '${array}' has type ${has}; input '${input}' takes ${wants}.`,
    `Convert it before saving, for example with a.astype('${wants}').`,
    { array, has, input, wants },
  );

export const valueOutOfRange = (array: string, index: number, value: string, input: string, wants: string): UserError =>
  new UserError(
    'datasets/value-out-of-range',
    `Element ${index} of array '${array}' is ${value}, which input '${input}' of type ${wants} cannot hold.`,
    'Check how the array was made: scaling, offset, and that nothing was divided by zero.',
    { array, index, value, input, wants },
  );

export const emptyArray = (array: string, shape: readonly number[]): UserError =>
  new UserError(
    'datasets/empty-array',
    `Array '${array}' ${shapeText(shape)} holds no samples.`,
    'Give at least one sample; a few hundred make calibration dependable.',
    { array, shape },
  );

export const differentCounts = (first: string, firstCount: number, second: string, secondCount: number): UserError =>
  new UserError(
    'datasets/different-counts',
    `Array '${first}' holds ${firstCount} samples, array '${second}' ${secondCount}.`,
    'Every input needs the same number of samples.',
    { first, firstCount, second, secondCount },
  );

export const labelCount = (array: string, shape: readonly number[], samples: number): UserError =>
  new UserError(
    'datasets/label-count',
    `Labels '${array}' have shape ${shapeText(shape)}, but there are ${samples} samples: [${samples}] is needed.`,
    'Give one class index per sample, in the same order as the samples.',
    { array, shape, samples },
  );

export const labelValue = (array: string, index: number, value: number, classes: number | undefined): UserError =>
  new UserError(
    'datasets/label-out-of-range',
    classes === undefined
      ? `Label ${index} of '${array}' is ${value}; labels are whole numbers from 0.`
      : `Label ${index} of '${array}' is ${value}; the model tells ${classes} classes apart, 0 to ${classes - 1}.`,
    'Count classes from 0, and check that labels and model belong together.',
    { array, index, value, ...(classes !== undefined && { classes }) },
  );

export const unknownShape = (input: string, shape: readonly (number | string)[]): UserError =>
  new UserError(
    'datasets/unknown-shape',
    `Input '${input}' ${shapeText(shape)} has sizes that are not known yet.`,
    'Set a size for every named dimension of the model first.',
    { input, shape: shape.map(String) },
  );

export const unsupportedInput = (input: string, type: string): UserError =>
  new UserError(
    'datasets/unsupported-input',
    `Input '${input}' takes elements of type ${type}, which samples cannot hold.`,
    'Use a model whose inputs are numbers.',
    { input, type },
  );

export const badPreprocessing = (what: string): UserError =>
  new UserError('datasets/bad-preprocessing', `The preprocessing cannot be applied: ${what}.`, 'Correct the setting.', {
    what,
  });

export const tooFewToSplit = (set: string, count: number, different: number): UserError =>
  new UserError(
    'datasets/too-few-to-split',
    `'${set}' cannot be divided into training, calibration and validation: it has ${count} ${count === 1 ? 'sample' : 'samples'}, ${different} of them different.`,
    'Give more samples, of each class several; training takes hundreds.',
    { set, count, different },
  );

export const badDifficulty = (difficulty: number): UserError =>
  new UserError(
    'datasets/bad-difficulty',
    `The difficulty of generated samples is ${difficulty}; it goes from 0 to 1.`,
    'Give a number from 0 (clean) to 1 (hard), or leave it out.',
    { difficulty },
  );

export const noDecoder = (file: string): UserError =>
  new UserError(
    'datasets/no-decoder',
    `'${file}' is a JPEG picture, which only the page can decode: its browser does.`,
    'Open it in the page, or convert the pictures to PNG.',
    { file },
  );

interface NamedPicture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export const pictureSizes = (a: NamedPicture, b: NamedPicture): UserError =>
  new UserError(
    'datasets/picture-sizes',
    `Pictures differ in size: '${a.name}' is ${a.width}×${a.height}, '${b.name}' is ${b.width}×${b.height} (width × height).`,
    "Give pictures of one size, or choose 'Resize pictures to the input' under Data.",
    { a: a.name, b: b.name, sizes: [a.width, a.height, b.width, b.height] },
  );

export const pictureSizeOfInput = (a: NamedPicture, input: string, width: number, height: number): UserError =>
  new UserError(
    'datasets/picture-sizes',
    `Picture '${a.name}' is ${a.width}×${a.height}; input '${input}' takes ${width}×${height} (width × height).`,
    "Give pictures of that size, or choose 'Resize pictures to the input' under Data.",
    { a: a.name, input, sizes: [a.width, a.height, width, height] },
  );

export const pictureWithoutClass = (astray: string, other: string): UserError =>
  new UserError(
    'datasets/picture-without-class',
    `'${astray}' lies beside the folders of classes, while '${other}' lies in one: its class is not known.`,
    'Put it into the folder of its class, or take it out.',
    { file: astray },
  );

const SERIES_FORM =
  'Give one sample per row, all rows with the same number of cells, decimal points, and one column for the label.';

export const seriesNoRows = (file: string): UserError =>
  new UserError('datasets/series-empty', `There is no row of numbers in '${file}'.`, SERIES_FORM, { file });

export const seriesLength = (file: string, line: number, has: number, firstLine: number, wants: number): UserError =>
  new UserError(
    'datasets/series-length',
    `'${file}', line ${line}: ${has} cells, but line ${firstLine} has ${wants}.`,
    SERIES_FORM,
    { file, line, has, wants },
  );

export const seriesNotANumber = (file: string, line: number, column: number, cell: string): UserError =>
  new UserError(
    'datasets/series-not-a-number',
    cell === ''
      ? `'${file}', line ${line}, column ${column} is empty.`
      : `'${file}', line ${line}, column ${column}: '${cell.slice(0, 60)}' is not a number.`,
    SERIES_FORM,
    { file, line, column, cell: cell.slice(0, 60) },
  );

export const tableEncoding = (file: string, cause: unknown): UserError =>
  new UserError(
    'datasets/table-encoding',
    `'${file}' is not text in UTF-8.`,
    "Save it as 'CSV UTF-8'.",
    { file },
    { cause },
  );

export const noInputs = (): UserError =>
  new UserError(
    'datasets/no-inputs',
    'The model has no inputs, so there is nothing to feed samples to.',
    'Use a model that computes its outputs from an input.',
  );

const METRIC_FORMS =
  "Give a CSV with the columns 'layer' and 'value', or JSON such as {\"conv1\": 1.5}; a unit may stand in the heading: 'latency [ms]'.";

export const metricTooLarge = (file: string, bytes: number, limit: number): UserError =>
  new UserError(
    'datasets/metric-too-large',
    `'${file}' takes ${(bytes / 2 ** 20).toFixed(0)} MiB; a table of layers has at most ${limit / 2 ** 20} MiB.`,
    METRIC_FORMS,
    { file, bytes, limit },
  );

export const metricEncoding = (file: string, cause: unknown): UserError =>
  new UserError(
    'datasets/metric-encoding',
    `'${file}' is not text in UTF-8 or UTF-16.`,
    `Save it as 'CSV UTF-8'. ${METRIC_FORMS}`,
    { file },
    { cause },
  );

export const metricNoNumbers = (file: string): UserError =>
  new UserError('datasets/metric-no-numbers', `There is no number for any layer in '${file}'.`, METRIC_FORMS, { file });

export const metricNotANumber = (file: string, line: number, cell: string): UserError =>
  new UserError(
    'datasets/metric-not-a-number',
    `'${file}', line ${line}: '${cell.slice(0, 60)}' is not a number, or has another decimal mark than the rest.`,
    'Use one decimal mark in the whole column; where it is a comma, separate columns with semicolons, and leave unknown values empty.',
    { file, line, cell: cell.slice(0, 60) },
  );

export const metricNotFinite = (file: string, layer: string, value: string, where: string): UserError =>
  new UserError(
    'datasets/metric-not-finite',
    `'${file}', ${where}: the value of '${layer}' is ${value}, which cannot be drawn.`,
    'Leave the value empty where it is not known.',
    { file, layer, value },
  );

export const metricJson = (file: string, what: string, cause?: unknown): UserError =>
  new UserError('datasets/metric-json', `'${file}' holds no metric: ${what}.`, METRIC_FORMS, { file, what }, { cause });

/** Shows the first three names of either side. */
export const metricNoMatch = (title: string, names: readonly string[], layers: readonly string[]): UserError => {
  const some = (all: readonly string[]): string =>
    all
      .slice(0, 3)
      .map((name) => `'${name}'`)
      .join(', ') || 'none';
  return new UserError(
    'datasets/metric-no-match',
    `No layer of the model is named in '${title}': it has ${some(names)}; the model has ${some(layers)}.`,
    'Name the layers as the model does: by layer, or by the value a layer writes.',
    { names: names.slice(0, 3), layers: layers.slice(0, 3) },
  );
};
