import { displayName, UserError } from '../base/index.ts';
import type { Dim } from '../ir/index.ts';

/** Codes and texts of the room. Every message names the file; what to do next is in the hint. */

/** A name from a file, safe to be shown. */
const quoted = (name: string): string => `'${displayName(name)}'`;

export const noFiles = (): UserError =>
  new UserError(
    'importers/no-files',
    'No file was given.',
    'Drop a model file, such as an .onnx or a .keras file.',
    {},
  );

export const noNetwork = (files: readonly string[]): UserError =>
  new UserError(
    'importers/no-network',
    `No network was found in ${files.map(quoted).join(', ')}.`,
    'Drop the .onnx, .keras or .h5 file that your framework writes.',
    { files },
  );

const SAVE_AGAIN = "Save the model again with model.save('model.keras') and drop that file.";
const VIA_ONNX =
  "Convert it in Python with tf2onnx or model.export('model.onnx', format='onnx'), and drop the .onnx file.";

export const damagedHdf5 = (file: string, reason: string, cause: unknown): UserError =>
  new UserError(
    'importers/hdf5-damaged',
    `${quoted(file)} is an HDF5 file that cannot be read: ${reason}.`,
    `It may have been cut off, or use a part of HDF5 that Keras does not write. ${SAVE_AGAIN}`,
    { file, reason },
    { cause },
  );

export const unsupportedDataset = (file: string, dataset: string, reason: string): UserError =>
  new UserError(
    'importers/hdf5-dataset',
    `${quoted(dataset)} of ${quoted(file)} cannot be read: ${reason}.`,
    SAVE_AGAIN,
    {
      file,
      dataset,
      reason,
    },
  );

export const badSetting = (file: string, layer: string, key: string, value: string, wanted: string): UserError =>
  new UserError(
    'importers/keras-setting',
    `Layer ${quoted(layer)} of ${quoted(file)} has ${key} = ${value.slice(0, 80)}, which should be ${wanted}.`,
    'Correct the layer and save the model again.',
    { file, layer, key, value },
  );

export const badStructure = (file: string, reason: string): UserError =>
  new UserError(
    'importers/keras-structure',
    `${quoted(file)} does not describe a Keras network that can be followed: ${reason}.`,
    `Models built of subclasses (class Net(keras.Model)) keep their structure in Python code. ${VIA_ONNX}`,
    { file, reason },
  );

export const missingWeights = (file: string, layer: string, weight: string, reason: string): UserError =>
  new UserError(
    'importers/keras-no-weights',
    `Weight ${quoted(weight)} of layer ${quoted(layer)} of ${quoted(file)} is missing: ${reason}.`,
    SAVE_AGAIN,
    { file, layer, weight, reason },
  );

export const weightShape = (
  file: string,
  layer: string,
  weight: string,
  expected: readonly Dim[],
  found: readonly number[],
): UserError =>
  new UserError(
    'importers/keras-weight-shape',
    `Weight ${quoted(weight)} of layer ${quoted(layer)} of ${quoted(file)} is [${found.join(', ')}], but the layer's settings need [${expected.join(', ')}].`,
    `Structure and weights are of different models. ${SAVE_AGAIN}`,
    { file, layer, weight, expected: expected.map(String), found },
  );

export const unknownChannels = (file: string, layer: string): UserError =>
  new UserError(
    'importers/keras-channels',
    `Layer ${quoted(layer)} of ${quoted(file)} needs the last size of its input, which the file leaves open.`,
    'Give the input layer its number of channels or features (shape=(…, n)) and save the model again.',
    { file, layer },
  );

export const shapesDiffer = (file: string, layer: string, shapes: readonly (readonly Dim[])[]): UserError =>
  new UserError(
    'importers/keras-shapes',
    `The inputs of layer ${quoted(layer)} of ${quoted(file)} do not fit each other: ${shapes.map((s) => `[${s.join(', ')}]`).join(', ')}.`,
    'The file was changed by hand, or written by a version that differs. Save the model again.',
    { file, layer, shapes: shapes.map((s) => s.join('×')) },
  );

export const tooFewInputs = (file: string, layer: string, wanted: number, given: number): UserError =>
  new UserError(
    'importers/keras-inputs',
    `Layer ${quoted(layer)} of ${quoted(file)} needs ${wanted} inputs and has ${given}.`,
    'The file was changed by hand, or written by a version that differs. Save the model again.',
    { file, layer, wanted, given },
  );

export const unsupportedLayer = (file: string, layer: string, reason: string): UserError =>
  new UserError(
    'importers/keras-layer',
    `Layer ${quoted(layer)} of ${quoted(file)} cannot be imported: ${reason}.`,
    `Replace the layer by others. ${VIA_ONNX}`,
    { file, layer, reason },
  );

export const noInputShape = (file: string, layer: string): UserError =>
  new UserError(
    'importers/keras-no-input-shape',
    `${quoted(file)} does not say what shape its input has (layer ${quoted(layer)}).`,
    'Give the first layer an input_shape, or begin the model with Input(shape=…), and save it again.',
    { file, layer },
  );

export const unknownLayerShape = (file: string, layer: string): UserError =>
  new UserError(
    'importers/keras-unknown-shape',
    `Layer ${quoted(layer)} of ${quoted(file)} stands behind a layer that this tool does not know and whose result has no stated shape.`,
    `Lambda layers and layers of your own keep their meaning in Python code. ${VIA_ONNX}`,
    { file, layer },
  );

export const unreadableJson = (file: string, reason: string, cause: unknown): UserError =>
  new UserError(
    'importers/json-damaged',
    `${quoted(file)} holds JSON that cannot be read: ${reason}.`,
    'The file was cut off or changed by hand. Save or download it again.',
    { file, reason },
    { cause },
  );

export const kerasIncomplete = (file: string, missing: string): UserError =>
  new UserError('importers/keras-incomplete', `${quoted(file)} is a Keras model without '${missing}'.`, SAVE_AGAIN, {
    file,
    missing,
  });

export const modelIsWeightsOnly = (file: string, isKeras: boolean): UserError =>
  new UserError(
    'importers/hdf5-no-model',
    isKeras
      ? `${quoted(file)} holds the weights of a Keras model but not its structure.`
      : `${quoted(file)} is an HDF5 file without a Keras model in it.`,
    isKeras
      ? "Save the whole model with model.save('model.keras'), or drop the text of model.to_json() together with this file."
      : 'Drop a model saved by Keras, or data in .npy, .npz or .csv.',
    { file },
  );

export const badLayerList = (file: string, line: number, reason: string): UserError =>
  new UserError(
    'importers/keras-layer-list',
    `The layer list in ${quoted(file)} cannot be read at line ${line}: ${reason}.`,
    "Write one model.add(…) per layer with its numbers in place, or save the model with model.save('model.keras').",
    { file, line, reason },
  );

export const foreignFile = (file: string, is: string, remedy: string): UserError =>
  new UserError('importers/other-format', `${quoted(file)} is ${is}, which is not read here.`, remedy, { file, is });

export const badDescription = (file: string, layer: string, reason: string): UserError =>
  new UserError(
    'importers/annette-description',
    layer === ''
      ? `${quoted(file)} is no ANNETTE network description that can be read: ${reason}.`
      : `Layer ${quoted(layer)} of the ANNETTE network description ${quoted(file)} cannot be read: ${reason}.`,
    'Make the description again with mmdnn-graph-utils, or drop the network as ONNX.',
    { file, layer, reason },
  );
