/** Another library's training step of ResNet-8, batch 32. */
export interface PeerStep {
  readonly name: string;
  /** How often it is timed: slow ones less often. */
  readonly runs: number;
  step(): Promise<unknown>;
  dispose(): void;
}
