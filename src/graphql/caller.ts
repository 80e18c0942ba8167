/** What a caller may do: `imports:read`, `imports:write`, `imports:rows`. */
export type Scope = 'imports:read' | 'imports:write' | 'imports:rows';

export const SCOPES = [
  'imports:read',
  'imports:write',
  'imports:rows',
] as const satisfies readonly Scope[];

/** Who asks, and what they may. */
export interface Caller {
  /** Whether they have shown who they are, or nobody has to. */
  readonly isAuthenticated: boolean;
  readonly scopes: ReadonlySet<Scope>;
  /** The providers whose imports they may know of; null for all. */
  readonly providerIds: ReadonlySet<string> | null;
  /** When these rights end, in milliseconds since the epoch; null for never. */
  readonly expiresAt: number | null;
  /** Tells callers apart, such as the subject of a token; null when only their address does. */
  readonly subject: string | null;
}

/** Whoever has not shown who they are, where that is asked of them. */
export const ANONYMOUS: Caller = {
  isAuthenticated: false,
  scopes: new Set(),
  providerIds: new Set(),
  expiresAt: null,
  subject: null,
};

/** Where nobody is asked who they are, everybody is this one. */
export function everybody(scopes: readonly Scope[]): Caller {
  return {
    isAuthenticated: true,
    scopes: new Set(scopes),
    providerIds: null,
    expiresAt: null,
    subject: null,
  };
}

export function mayKnowProvider({ providerIds }: Caller, providerId: string): boolean {
  return providerIds === null || providerIds.has(providerId);
}

export function hasExpired({ expiresAt }: Pick<Caller, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** The same for callers who may do and know the same. */
export function rightsKey({ scopes, providerIds }: Caller): string {
  const providers = providerIds === null ? null : [...providerIds].toSorted();
  return JSON.stringify([[...scopes].toSorted(), providers]);
}
