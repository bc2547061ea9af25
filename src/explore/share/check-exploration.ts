import type { Diagnostic, Figure, ModelReference } from '../../ir/index.ts';
import { checkChange } from '../changes.ts';
import type { Choices, QuantizeChoice, TargetChoice } from '../choices.ts';
import type { DesignPoint } from '../design-point.ts';
import type { Constraint, DataRecipe, DataReference, Exploration } from '../exploration.ts';
import type { Checked } from './checked.ts';
import { badContent } from './errors.ts';

/**
 * An exploration out of foreign JSON: every field checked, none taken over that is not known. Throws `share/content` with
 * the path of the first fault.
 */
export function checkExploration(json: Checked): Exploration {
  if (json.get('version').number() !== 1) throw badContent(`${json.path}.version`, '1');
  const layers = json
    .get('layers')
    .list()
    .map((layer) => layer.text());
  const floatScore = json.get('floatScore');
  const changes = json.get('changes');
  return {
    version: 1,
    toolVersion: json.get('toolVersion').text(),
    model: checkModel(json.get('model')),
    ...(changes.present ? { changes: changes.list().map((change) => checkChange(change.value)) } : {}),
    layers,
    seed: json.get('seed').whole(),
    data: checkData(json.get('data')),
    calibration: checkData(json.get('calibration')),
    target: checkTarget(json.get('target')),
    algorithm: json.get('algorithm').text(),
    budget: json.get('budget').whole(),
    constraints: json.get('constraints').list().map(checkConstraint),
    ...(floatScore.present ? { floatScore: floatScore.number() } : {}),
    points: json
      .get('points')
      .list()
      .map((point) => checkPoint(point, layers.length)),
  };
}

function checkModel(json: Checked): ModelReference {
  return { name: json.get('name').text(), sha256: json.get('sha256').text(), bytes: json.get('bytes').whole() };
}

function checkData(json: Checked): DataReference {
  return {
    name: json.get('name').text(),
    sha256: json.get('sha256').text(),
    count: json.get('count').whole(),
    labelled: json.get('labelled').flag(),
    origin: json.get('origin').oneOf(['given', 'generated', 'sample']),
    ...(json.get('recipe').present ? { recipe: checkRecipe(json.get('recipe')) } : {}),
  };
}

function checkRecipe(json: Checked): DataRecipe {
  return {
    ...(json.get('generator').present ? { generator: json.get('generator').text() } : {}),
    ...(json.get('difficulty').present ? { difficulty: json.get('difficulty').number() } : {}),
    ...(json.get('preprocessing').present ? { preprocessing: checkPreprocessing(json.get('preprocessing')) } : {}),
    seed: json.get('seed').whole(),
    count: json.get('count').whole(),
  };
}

function checkPreprocessing(json: Checked): NonNullable<DataRecipe['preprocessing']> {
  const [scale, mean, deviation] = [json.get('scale'), json.get('mean'), json.get('deviation')];
  return {
    ...(scale.present ? { scale: scale.number() } : {}),
    ...(mean.present ? { mean: mean.list().map((value) => value.number()) } : {}),
    ...(deviation.present ? { deviation: deviation.list().map((value) => value.number()) } : {}),
  };
}

function checkTarget(json: Checked): TargetChoice {
  return {
    platform: json.get('platform').text(),
    runtime: json.get('runtime').text(),
    clockHertz: json.get('clockHertz').number(),
  };
}

function checkConstraint(json: Checked): Constraint {
  return {
    objective: json.get('objective').text(),
    operator: json.get('operator').oneOf(['<=', '>=']),
    limit: json.get('limit').number(),
  };
}

function checkPoint(json: Checked, layers: number): DesignPoint {
  return {
    id: json.get('id').text(),
    choices: checkChoices(json.get('choices'), layers),
    objectives: Object.fromEntries(
      json
        .get('objectives')
        .entries()
        .map(([id, figure]) => [id, checkFigure(figure)]),
    ),
    origin: json.get('origin').text(),
    diagnostics: json.get('diagnostics').list().map(checkDiagnostic),
  };
}

/** Choices out of foreign JSON, for a network with this many quantizable layers. */
export function checkChoices(json: Checked, layers: number): Choices {
  if (json.get('version').number() !== 1) throw badContent(`${json.path}.version`, '1');
  return { version: 1, target: checkTarget(json.get('target')), quantize: checkQuantize(json.get('quantize'), layers) };
}

function checkQuantize(json: Checked, layers: number): QuantizeChoice {
  const bits = json.get('bits').list();
  if (bits.length !== layers) throw badContent(`${json.path}.bits`, `${layers} pairs, one per layer`);
  return {
    method: json.get('method').text(),
    weights: json.get('weights').oneOf(['per-tensor', 'per-channel']),
    activations: json.get('activations').oneOf(['symmetric', 'affine']),
    rescale: json.get('rescale').oneOf(['fixed32', 'fixed16', 'single-shift', 'double-shift']),
    bits: bits.map((pair) => {
      const widths = pair.list();
      const [weights, activations] = widths;
      if (widths.length !== 2 || !weights || !activations) throw badContent(pair.path, 'a pair of bit widths');
      return [checkWidth(weights), checkWidth(activations)];
    }),
  };
}

function checkWidth(json: Checked): number {
  const bits = json.whole();
  if (bits < 1 || bits > 32) throw badContent(json.path, 'a bit width from 1 to 32');
  return bits;
}

function checkFigure(json: Checked): Figure {
  const interval = json.get('interval');
  const bounds = interval.present ? interval.list().map((bound) => bound.number()) : undefined;
  if (bounds && bounds.length !== 2) throw badContent(interval.path, 'low and high');
  const [coverage, formula, source] = [json.get('coverage'), json.get('formula'), json.get('source')];
  return {
    value: json.get('value').number(),
    provenance: json.get('provenance').oneOf(['measured', 'fitted', 'computed', 'assumed']),
    ...(bounds ? { interval: [bounds[0] as number, bounds[1] as number] as const } : {}),
    ...(coverage.present ? { coverage: coverage.number() } : {}),
    ...(formula.present ? { formula: formula.text() } : {}),
    ...(source.present ? { source: source.text() } : {}),
  };
}

function checkDiagnostic(json: Checked): Diagnostic {
  const node = json.get('node');
  return {
    code: json.get('code').text(),
    severity: json.get('severity').oneOf(['info', 'warning', 'error']),
    message: json.get('message').text(),
    ...(node.present ? { node: node.text() } : {}),
  };
}
