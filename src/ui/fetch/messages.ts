/** What the page asks its fetching frame. Each ask is one request to the host of `url`. */
export type FetchAsk =
  | { readonly kind: 'size'; readonly url: string }
  /** `host`: where the user agreed to fetch from; an answer from elsewhere (a redirect) is refused before its body is read. */
  | { readonly kind: 'file'; readonly url: string; readonly host: string; readonly mostBytes: number };

/** What the frame answers. */
export type FetchAnswer =
  | { readonly kind: 'ready' }
  /** `bytes` absent: the host does not say. `url` is where redirects led. */
  | { readonly kind: 'size'; readonly url: string; readonly bytes?: number }
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'file'; readonly blob: Blob }
  | {
      readonly kind: 'failed';
      readonly reason: 'unreachable' | 'status' | 'moved' | 'too-large';
      readonly detail: string;
    };
