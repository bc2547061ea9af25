import { BugError, CancelledError, UserError } from '../../base/index.ts';
import type { FetchAnswer, FetchAsk } from '../fetch/messages.ts';
import { getState, patch } from '../state/store.ts';
import { openFiles } from './open-files.ts';

/**
 * Opening a model by its address: the one thing that makes a request. The page's own policy forbids connections, so a frame
 * with a policy of its own fetches the file, made only after the user has agreed to the host, and gone afterwards.
 */

const MOST_BYTES = 2 ** 31;

/** What is known of an address before it is fetched. */
export interface UrlOffer {
  readonly url: string;
  readonly host: string;
  readonly name: string;
  /** Absent: the host does not say. */
  readonly bytes?: number;
}

/** The address a user typed, made fetchable: pages of files on GitHub and Hugging Face become the files. Throws `ui/bad-url`. */
export function readUrl(text: string): UrlOffer {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw badUrl(text, 'it is no address');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw badUrl(text, 'only http and https are fetched');
  if (url.host === 'github.com') {
    const [, owner, repository, kind, ...path] = url.pathname.split('/');
    if (kind === 'blob' || kind === 'raw')
      url = new URL(`https://raw.githubusercontent.com/${owner}/${repository}/${path.join('/')}`);
  }
  if (url.host === 'huggingface.co') url.pathname = url.pathname.replace('/blob/', '/resolve/');
  return offerOf(url.href);
}

const offerOf = (url: string, bytes?: number): UrlOffer => ({
  url,
  host: new URL(url).host,
  name: decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') || 'model.onnx',
  ...(bytes === undefined ? {} : { bytes }),
});

/** Asks the host how large the file is: one request. The answer names the host that would really send it. */
export async function askSize(offer: UrlOffer, signal: AbortSignal): Promise<UrlOffer> {
  const answer = await inFrame({ kind: 'size', url: offer.url }, offer, signal, () => {});
  if (answer.kind !== 'size') throw new BugError(`The frame answered a size with ${answer.kind}.`);
  return { ...offerOf(answer.url, answer.bytes), name: offer.name };
}

/** Fetches the file and opens it as if it had been dropped: one request to `offer.host`. */
export async function openUrl(offer: UrlOffer, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void> {
  const ask: FetchAsk = { kind: 'file', url: offer.url, host: offer.host, mostBytes: MOST_BYTES };
  const answer = await inFrame(ask, offer, signal, onBytes);
  if (answer.kind !== 'file') throw new BugError(`The frame answered a file with ${answer.kind}.`);
  await openFiles([{ name: offer.name, blob: answer.blob }]);
}

function inFrame(
  ask: FetchAsk,
  offer: UrlOffer,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Extract<FetchAnswer, { kind: 'size' | 'file' }>> {
  const frame = document.createElement('iframe');
  frame.src = './src/ui/fetch/frame.html';
  frame.hidden = true;
  frame.title = 'Fetch one file';
  return new Promise<Extract<FetchAnswer, { kind: 'size' | 'file' }>>((resolve, reject) => {
    const listen = ({ source, origin, data }: MessageEvent<FetchAnswer>): void => {
      if (source !== frame.contentWindow || origin !== window.location.origin) return;
      if (data.kind === 'ready') {
        patch({ page: { requests: getState().page.requests + 1 } });
        frame.contentWindow?.postMessage(ask, window.location.origin);
      } else if (data.kind === 'progress') onBytes(data.bytes);
      else end(() => (data.kind === 'failed' ? reject(fetchFailed(offer, data)) : resolve(data)));
    };
    const end = (settle: () => void): void => {
      window.removeEventListener('message', listen);
      frame.remove();
      settle();
    };
    signal.addEventListener('abort', () => end(() => reject(new CancelledError())), { once: true });
    window.addEventListener('message', listen);
    document.body.append(frame);
  });
}

const badUrl = (text: string, reason: string): UserError =>
  new UserError(
    'ui/bad-url',
    `'${text}' cannot be opened: ${reason}.`,
    'Give the address of a model file, such as https://example.com/model.onnx.',
    { url: text },
  );

function fetchFailed({ host, url, name }: UrlOffer, { reason, detail }: Extract<FetchAnswer, { kind: 'failed' }>) {
  const why = {
    unreachable: `${host} cannot be reached, or does not let pages of other sites read its files`,
    status: `${host} answered with ${detail}`,
    moved: `the file is sent by ${detail}, to which you have not agreed`,
    'too-large': `it has more than ${MOST_BYTES} bytes`,
  }[reason];
  const hint =
    reason === 'moved'
      ? 'Ask again: the host that really sends the file is then named.'
      : 'Download the file in a browser tab and drop it here.';
  return new UserError('ui/fetch-failed', `'${name}' was not fetched: ${why}.`, hint, { url, host, reason, detail });
}
