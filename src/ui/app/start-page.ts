import { watchRequests } from './requests.ts';

/** What happens once when the page opens: workers, catalog, samples, recent work, the link in the address. */
export async function startPage(): Promise<void> {
  await document.fonts.load('12px "JetBrains Mono Variable"');
  watchRequests();
}
