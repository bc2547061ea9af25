import type { TensorId } from '../../ir/index.ts';
import { numbersOf } from '../../ir/index.ts';
import { rnnActivations } from '../operators/recurrent-cells.ts';
import type { GradientRule, RuleContext } from './rule.ts';

const KEPT = ['direction', 'hidden_size', 'layout', 'linear_before_reset', 'activations'];

/** Refuses the forms whose gradient is not written: other activations, clipping, peepholes, sequences that end early. */
function checkForm(ctx: RuleContext, activations: readonly string[]): void {
  const { e, node, read } = ctx;
  const stated = read.strings('activations')?.map((name) => name.toLowerCase());
  const isUsual =
    node.op === 'RNN'
      ? stated?.every((name) => Object.hasOwn(rnnActivations, name) && name === stated[0])
      : stated?.every((name, i) => name === activations[i % activations.length]);
  if (stated && !isUsual) ctx.refuse(`its activations are ${stated.join(', ')}`);
  if (read.float('clip') !== undefined) ctx.refuse('it clips its gates');
  if (read.flag('input_forget')) ctx.refuse('its input and forget gates are coupled');
  if ((node.inputs[7] ?? '') !== '') ctx.refuse('it has peepholes');
  const lengths = node.inputs[4] ?? '';
  if (lengths === '') return;
  const steps = e.shapeOf(node.inputs[0] as TensorId)[read.flag('layout') ? 1 : 0];
  const constant = e.constantOf(lengths);
  if (!constant || numbersOf(constant).some((length) => length !== steps)) ctx.refuse('its sequences end early');
}

const recurrent = (id: string, activations: readonly string[], states: readonly number[]): GradientRule => ({
  id,
  outputs: 1,
  gradients(ctx) {
    const { e, node } = ctx;
    checkForm(ctx, activations);
    const at = (i: number): TensorId => node.inputs[i] ?? '';
    const inputs = [0, 1, 2, 3, ...states];
    const upstream = [0, 1, ...(states.length > 1 ? [2] : [])].map((i) => ctx.gradient(i) ?? '');
    const attributes = Object.fromEntries(KEPT.map((name) => [name, node.attributes.get(name)]));
    const results = e.trainAll(
      `${id}Gradient`,
      [...inputs.map(at), node.outputs[0] ?? '', ...upstream],
      inputs.length,
      attributes,
      inputs.flatMap((input, i) => (at(input) === '' ? [i] : [])),
    );
    const gradients: (TensorId | undefined)[] = [];
    inputs.forEach((input, i) => {
      if (ctx.wants(input)) gradients[input] = results[i];
    });
    return gradients;
  },
});

export const lstm = recurrent('LSTM', ['sigmoid', 'tanh', 'tanh'], [5, 6]);
export const gru = recurrent('GRU', ['sigmoid', 'tanh'], [5]);
export const rnn = recurrent('RNN', ['tanh'], [5]);
