/** An activation by its id in `activations`, with parameters that differ from the defaults: { id: 'Clip', parameters: { max: 6 } }. */
export interface ActivationChoice {
  readonly id: string;
  readonly parameters?: Readonly<Record<string, number>>;
}
