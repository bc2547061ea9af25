/** Files of the open model and data by the id jobs know them by, so that they can be stored for a reload. Blobs, not bytes. */
export interface HeldFiles {
  readonly name: string;
  readonly blob: Blob;
}

const held = new Map<string, readonly HeldFiles[]>();

export const keepFiles = (id: string, files: readonly HeldFiles[]): void => {
  held.set(id, files);
};

export const filesOf = (id: string): readonly HeldFiles[] => held.get(id) ?? [];
