import { compareWith } from '../../../actions/model-place.ts';

/** Asks for the file of a second model (with its external data), then compares the open one with it. */
export function chooseComparison(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])].map((file) => ({ name: file.name, blob: file }));
    if (files.length > 0) void compareWith(files);
  });
  input.click();
}
