import { z } from 'zod';
import { type RefusalCode, refusalStatus } from '../refusal.ts';
import type { ApiRoute } from './api-route.ts';
import { apiScopes } from './api-scopes.ts';
import { type WebhookKind, webhookKindNames, webhookKinds } from './webhook-kinds.ts';
import { webhookBody, webhookMessages } from './webhook-messages.ts';

type Json = Record<string, unknown>;

const refusalBodySchema = z.object({
  error: z.object({
    code: z.string().describe('A word for programs.'),
    message: z.string().describe('A sentence for people: what is wrong, what to do.'),
    path: z.string().optional().describe('Where in the request.'),
  }),
});

const keyRefusals: readonly RefusalCode[] = [
  'api.no-key',
  'api.unknown-key',
  'api.key-revoked',
  'api.key-expired',
  'api.not-in-scope',
];
const changeRefusals: readonly RefusalCode[] = [
  'api.no-idempotency-key',
  'api.idempotency-key-used',
  'request.no-body',
  'request.not-json',
  'request.too-large',
  'request.wrong-type',
];
const everyRefusal: readonly RefusalCode[] = ['api.malformed', 'request.too-often', 'request.failed'];

/** The API in words for programs: OpenAPI 3.1, made from the schemas that requests and answers are held to (AP12). */
export function openApiDocument(routes: readonly ApiRoute[], prefix: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = prefix + route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portillon',
      version: '1',
      summary: 'The member base of a gym network, for other systems.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    webhooks: Object.fromEntries(webhookKindNames.map((kind) => [kind, { post: message(kind) }])),
    components: {
      schemas: { Refusal: jsonSchema(refusalBodySchema, 'output') },
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: `A key that the operator made. Scopes: ${Object.entries(apiScopes)
            .map(([scope, words]) => `\`${scope}\` (${words})`)
            .join(', ')}.`,
        },
      },
    },
  };
}

/** What a receiver is sent (AP31, AP32). */
function message(kind: WebhookKind): Json {
  const { summary, example } = webhookMessages[kind];
  return {
    operationId: kind.replace(/\.(\w)/, (_, letter: string) => letter.toUpperCase()),
    tags: ['Webhooks'],
    summary,
    'x-scope': webhookKinds[kind],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: jsonSchema(webhookBody(kind), 'output'),
          example: { type: kind, timestamp: '2026-11-26T18:01:00.000Z', data: example },
        },
      },
    },
    responses: {
      '2XX': { description: 'It was taken.' },
      '410': { description: 'Nobody is there any more.' },
    },
  };
}

function operation(route: ApiRoute): Json {
  const { method, path, tag, summary, description, scope, example, status } = route;
  const isChange = method !== 'GET';
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: scope === null ? [] : [{ key: [] }],
    ...(scope === null ? {} : { 'x-scope': scope }),
    parameters: [
      ...parameters('path', route.params, example.params),
      ...parameters('query', route.query, example.query),
      ...(isChange
        ? [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: true,
              description: 'The same call with the same key gets the same answer again, for a day.',
              schema: { type: 'string', minLength: 1, maxLength: 128 },
              example: 'b7b6a2b0-order-1007',
            },
          ]
        : []),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: jsonSchema(route.body, 'input'), example: example.body },
            },
          },
        }
      : {}),
    responses: {
      [String(status)]: {
        description: summary,
        content: {
          'application/json': { schema: jsonSchema(route.answer, 'output'), example: example.answer },
        },
      },
      ...refusals([
        ...everyRefusal,
        ...(scope === null ? [] : keyRefusals),
        ...(isChange ? changeRefusals : []),
        ...route.refusals,
      ]),
    },
  };
}

/** `GET /clubs/{clubId}/plans` is `getClubsClubIdPlans`. */
function operationId(method: string, path: string): string {
  const words = path.replace(/[{}]/g, '').split(/[/-]/).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

function parameters(
  place: 'path' | 'query',
  schema: z.ZodObject | null,
  example: Readonly<Record<string, string>> = {},
): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, each]) => {
    const field = each as z.ZodType;
    const { description, ...shape } = jsonSchema(field, 'output');
    return {
      name,
      in: place,
      required: place === 'path' || !field.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: shape,
      ...(example[name] === undefined
        ? {}
        : { example: shape.type === 'integer' ? Number(example[name]) : example[name] }),
    };
  });
}

/** By status, with the codes that come with it. */
function refusals(codes: readonly RefusalCode[]): Json {
  const byStatus = groupByStatus(codes);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      String(status),
      {
        description: those.map((code) => `\`${code}\``).join(', '),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Refusal' },
            example: { error: { code: those[0], message: 'what is wrong, and what to do' } },
          },
        },
      },
    ]),
  );
}

function groupByStatus(codes: readonly RefusalCode[]): Map<number, RefusalCode[]> {
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of codes) {
    const status = refusalStatus[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** JSON Schema 2020-12, which is that of OpenAPI 3.1. An answer may get fields that nobody knows of yet. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...shape } = z.toJSONSchema(
    io === 'input' && schema instanceof z.ZodObject ? schema.strict() : schema,
    {
      io,
      override: ({ jsonSchema: made }) => {
        if (made.additionalProperties === false && io === 'output') delete made.additionalProperties;
      },
    },
  );
  return shape;
}
