/** Short hash of the commit the page was built from; '' when unknown. */
declare const __COMMIT__: string;

/** Records of public/bench as they were when the page was built. */
declare const __BENCH__: readonly {
  readonly suite: string;
  readonly title: string;
  readonly machine: string;
  readonly date: string;
  readonly results: readonly {
    readonly name: string;
    readonly unit: string;
    readonly median: number;
    readonly peer?: string;
    readonly ratio?: number;
    readonly goal?: { readonly operator: '<=' | '>='; readonly value: number; readonly met: boolean };
  }[];
}[];
