/** What subscribers may take, and how they are let go. Durations are milliseconds. */
export interface LiveLimits {
  /** How long a subscriber may take nothing. */
  readonly laggedAfterMs: number;
  /** Over how long clients are let go when the server stops. */
  readonly drainForMs: number;
  /** How long a socket may be open before it says who it is. */
  readonly initWithinMs: number;
  /** How often a connection is tried, so that one that is dead is found. */
  readonly pingEveryMs: number;
  /** Operations at once on one socket. */
  readonly maxOperations: number;
  /** Sockets and streams at once of one client address. */
  readonly maxConnections: number;
  /** The largest message that a client may send over a socket, in bytes. */
  readonly maxMessageBytes: number;
  /** Results are posted to addresses that begin with one of these, and to no other. */
  readonly callbackUrls: readonly string[];
  /** Subscriptions at once whose results are posted. */
  readonly maxCallbacks: number;
}
