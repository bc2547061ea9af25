import type { FetchAnswer, FetchAsk } from './messages.ts';

/** Runs in the frame `frame.html`. Fetches what the page asks for, without cookies or referrer, and nothing else. */

const answer = (message: FetchAnswer): void => window.parent.postMessage(message, window.location.origin);

const PLAIN: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' };

async function tellSize(url: string): Promise<void> {
  const reply = await fetch(url, { ...PLAIN, method: 'HEAD' });
  if (!reply.ok) {
    // Hosts that sign their addresses for GET alone answer HEAD with 403 or 405: the size is then unknown, not an error.
    if (reply.status === 403 || reply.status === 405) return answer({ kind: 'size', url: reply.url || url });
    return answer({ kind: 'failed', reason: 'status', detail: String(reply.status) });
  }
  const length = Number(reply.headers.get('content-length'));
  answer({ kind: 'size', url: reply.url || url, ...(length > 0 ? { bytes: length } : {}) });
}

async function sendFile({ url, host, mostBytes }: Extract<FetchAsk, { kind: 'file' }>): Promise<void> {
  const reply = await fetch(url, PLAIN);
  const from = new URL(reply.url || url).host;
  if (from !== host) {
    await reply.body?.cancel();
    return answer({ kind: 'failed', reason: 'moved', detail: from });
  }
  if (!reply.ok || !reply.body) return answer({ kind: 'failed', reason: 'status', detail: String(reply.status) });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = reply.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    bytes += part.value.length;
    if (bytes > mostBytes) {
      await reader.cancel();
      return answer({ kind: 'failed', reason: 'too-large', detail: String(bytes) });
    }
    answer({ kind: 'progress', bytes });
  }
  answer({ kind: 'file', blob: new Blob(parts) });
}

window.addEventListener('message', ({ origin, source, data }: MessageEvent<FetchAsk>) => {
  if (origin !== window.location.origin || source !== window.parent) return;
  const done = data.kind === 'size' ? tellSize(data.url) : sendFile(data);
  done.catch((thrown: unknown) =>
    answer({
      kind: 'failed',
      reason: 'unreachable',
      detail: thrown instanceof Error ? thrown.message : String(thrown),
    }),
  );
});
answer({ kind: 'ready' });
