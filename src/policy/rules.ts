/** The rules of `access_policy` and `route_policy`. Pure. */

/** What an access rule covers. */
export interface AccessScope {
  readonly actions: Action | readonly Action[];
  readonly principal?: string | null | undefined;
  readonly resource?: string | null | undefined;
}

/** What a route rule covers. */
export interface RouteScope {
  readonly paths: string | readonly string[];
}

/** A permission or a prohibition under conditions. */
export interface Rule<Scope> {
  readonly permit?: Scope | null | undefined;
  readonly forbid?: Scope | null | undefined;
  readonly when?: string | readonly string[] | null | undefined;
  readonly unless?: string | readonly string[] | null | undefined;
  readonly description?: string | null | undefined;
}

/** The actions that rules know. */
export const ACTIONS = ['create', 'read', 'update', 'delete'] as const;

/** One of the actions that rules know. */
export type Action = (typeof ACTIONS)[number];

/** One rule of `access_policy`. */
export type AccessRule = Rule<AccessScope>;

/** One rule of `route_policy`. */
export type RouteRule = Rule<RouteScope>;

/** Both policies of a config. */
export interface Policies {
  readonly access_policy: readonly AccessRule[];
  readonly route_policy: readonly RouteRule[];
}
