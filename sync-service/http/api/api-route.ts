import type { z } from 'zod';
import type { ApiKey } from '../../postgres/api-keys.ts';
import type { Sql } from '../../postgres/database.ts';
import type { MemberAtHand } from '../../postgres/member-names.ts';
import type { BaseContext } from '../base-context.ts';
import type { RefusalCode, RefusalWords } from '../refusal.ts';
import type { ApiScope } from './api-scopes.ts';

/** Ends a call with a refusal, and undoes what the call has written. */
export class ApiRefusal extends Error {
  readonly words: RefusalWords;

  constructor(code: RefusalCode, message: string, path?: string) {
    super(message);
    this.words = { code, message, ...(path === undefined ? {} : { path }) };
  }
}

/** What a route is given. Its `sql` is a transaction in a call that changes something (AP8). */
export interface ApiCall<Params, Query, Body> {
  readonly base: BaseContext;
  readonly sql: Sql;
  /** Null where anybody may call. */
  readonly key: ApiKey | null;
  /** Rows of this legal entity only; null for the whole network. */
  readonly entityId: string | null;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly nowMs: number;
  /** The member that a call makes which changes something; the call begins once more when it is asked for at first. */
  newMember(): MemberAtHand;
  /** Whose particulars are in the answer (AP6). */
  noteRead(memberIds: readonly string[]): void;
}

export interface ApiExample {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: unknown;
}

interface ApiRouteWords {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/v1`; `{name}` varies. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Null: anybody, without a key. */
  readonly scope: ApiScope | null;
  readonly status: 200 | 201;
  readonly example: ApiExample;
  /** Beside those of every route. */
  readonly refusals: readonly RefusalCode[];
}

/** A route as one thing: what it takes, what it answers, an example, and how it is carried out. */
export interface ApiRoute extends ApiRouteWords {
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodObject | null;
  readonly answer: z.ZodObject;
  handle(call: ApiCall<unknown, unknown, unknown>): Promise<unknown>;
}

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : null;

export function apiRoute<
  Answer extends z.ZodObject,
  Params extends z.ZodObject | null = null,
  Query extends z.ZodObject | null = null,
  Body extends z.ZodObject | null = null,
>(
  route: ApiRouteWords & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly answer: Answer;
    handle(call: ApiCall<Output<Params>, Output<Query>, Output<Body>>): Promise<z.input<Answer>>;
  },
): ApiRoute {
  const { params, query, body, ...words } = route;
  return {
    ...words,
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    // Only what these schemas have read comes in (api-routes.ts).
    handle: (call) => route.handle(call as ApiCall<Output<Params>, Output<Query>, Output<Body>>),
  };
}
