/** Files of a drop or a picker: folders are walked, and many pictures are listed as one. */
import type { GivenFile } from './file-records.ts';

interface Found {
  readonly name: string;
  readonly blob: Blob;
  /** `name` is a path from the folder that was given. */
  readonly folder?: boolean;
}

/** Must be called in the handler of the drop: entries are out of reach later. */
export function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const found = items.map((item): Promise<Found[]> => {
    const entry = item.webkitGetAsEntry();
    if (entry && isFolder(entry)) return walked(entry);
    const file = item.getAsFile();
    return Promise.resolve(file ? [{ name: file.name, blob: file }] : []);
  });
  return Promise.all(found).then((lists) => grouped(lists.flat()));
}

// Not every browser has these classes by name.
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

async function walked(entry: FileSystemEntry): Promise<Found[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ name: entry.fullPath.replace(/^\//, ''), folder: true, blob: file }];
  }
  if (!isFolder(entry)) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // At most a hundred at a time, until none is left.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(walked))).flat();
}

const isPicture = ({ name }: Found): boolean => /\.(png|jpe?g)$/i.test(name);
/** What systems and tools leave in folders. */
const isHidden = ({ name, folder }: Found): boolean =>
  folder === true && name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/** Two pictures or more become one entry that holds them; other files stand for themselves, without their folders. */
export function grouped(files: readonly Found[]): GivenFile[] {
  const seen = files.filter((file) => !isHidden(file));
  const pictures = seen.filter(isPicture);
  const others = seen
    .filter((file) => !isPicture(file))
    .map(({ name, blob, folder }) => ({ name: folder ? lastOf(name) : name, blob }));
  if (pictures.length < 2) return [...others, ...pictures];
  const [first = ''] = (pictures[0] as Found).name.split('/');
  const sameFolder = pictures.every(({ name, folder }) => folder && name.startsWith(`${first}/`));
  const name = `${sameFolder ? `${first}: ` : ''}${pictures.length} pictures`;
  return [
    ...others,
    {
      name,
      blob: new Blob(pictures.map(({ blob }) => blob)),
      members: pictures.map(({ name: path, blob }) => ({ name: path, blob })),
    },
  ];
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
