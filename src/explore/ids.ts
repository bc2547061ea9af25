import { hashOf } from '../base/index.ts';
import type { ModelReference } from '../ir/index.ts';
import type { ModelChange } from './changes.ts';
import type { Choices } from './choices.ts';
import type { DataReference } from './exploration.ts';

/** Version of the tool as written to points, packages and links. Part of every id: other arithmetic, other design. */
export const TOOL_VERSION = '0.1.0';

const ID_DIGITS = 12;

/** What a design is judged on, besides its choices. Names are not part of it: a renamed file is the same design. */
export interface DesignBasis {
  readonly model: Pick<ModelReference, 'sha256'>;
  /** What was done to the network since it was read. */
  readonly changes?: readonly ModelChange[];
  readonly data: Pick<DataReference, 'sha256'>;
  readonly calibration: Pick<DataReference, 'sha256'>;
  readonly toolVersion: string;
}

/** First 12 hex digits of the hash of model, data, tool version and choices: the same design has the same id everywhere. */
export function designPointId(basis: DesignBasis, choices: Choices): string {
  return hashOf({
    model: basis.model.sha256,
    ...(basis.changes?.length ? { changes: basis.changes } : {}),
    data: basis.data.sha256,
    calibration: basis.calibration.sha256,
    toolVersion: basis.toolVersion,
    choices,
  }).slice(0, ID_DIGITS);
}
