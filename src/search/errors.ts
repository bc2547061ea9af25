import { UserError } from '../base/index.ts';

export const emptySpace = () =>
  new UserError(
    'search/empty-space',
    'There is nothing to decide: the search space has no genes.',
    'Leave at least one choice open.',
  );

export const badBudget = (budget: number) =>
  new UserError(
    'search/budget',
    `A search cannot spend ${budget} evaluations.`,
    'Give a whole number of evaluations, 1 or more.',
    { budget },
  );

export const badGenome = (index: number, gene: number, value: number | undefined) =>
  new UserError(
    'search/genome',
    `Starting genome ${index} has the value ${value} for gene ${gene}, which is outside its range.`,
    'Give one value per gene, within its range.',
    { index, gene },
  );

export const badEvaluation = (wanted: number, got: number) =>
  new UserError(
    'search/evaluation',
    `Evaluating ${wanted} genomes gave ${got} results.`,
    'The evaluation must answer every genome of a batch, in order.',
    { wanted, got },
  );

export const notOrdered = (gene: number) =>
  new UserError(
    'search/not-ordered',
    `Gene ${gene} has no order, so a step down means nothing for it.`,
    'Use an algorithm that does not step, such as nsga2 or random.',
    { gene },
  );
