import type { IncomingHttpHeaders } from 'node:http';

/** What is known of a request when it comes. */
export interface ArrivingRequest {
  /** What logs call it. */
  readonly id: string;
  readonly method: string;
  /** The path of its route, with the names of its parameters; null when there is no such route. */
  readonly route: string | null;
  readonly headers: IncomingHttpHeaders;
}

/** How a request was answered. */
export interface RequestEnd {
  readonly status: number;
  /** Null for what cannot be timed: a stream, or an answer for which its client did not wait. */
  readonly seconds: number | null;
}

/** A request that is being answered. */
export interface WatchedRequest {
  /** Runs what is done for it, so that what is logged and traced meanwhile names it. */
  run<T>(work: () => T): T;
  end(end: RequestEnd): void;
}

/** Sees what is asked of the server, to count and to trace it. */
export interface RequestWatch {
  begin(request: ArrivingRequest): WatchedRequest;
  /** A socket has been opened: answers how to run what is done for it. */
  attach(request: Pick<ArrivingRequest, 'id' | 'headers'>): WatchedRequest['run'];
}

export const UNWATCHED: RequestWatch = {
  begin: () => ({ run: (work) => work(), end: () => undefined }),
  attach: () => (work) => work(),
};
