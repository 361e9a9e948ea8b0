import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import type { BaseContext } from '../base-context.ts';
import { apiPrefix, apiRoutes } from './api-routes.ts';
import { apiTable } from './api-table.ts';
import { openApiDocument } from './open-api.ts';
import { webhookKindNames } from './webhook-kinds.ts';

interface Content {
  readonly 'application/json': { readonly schema: object; readonly example: unknown };
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; schema: object; example?: unknown }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

const document = openApiDocument(apiTable, apiPrefix);
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

it('[AP12] the description is valid OpenAPI 3.1 by an independent validator', async () => {
  const validator = new Validator();
  const checked = await validator.validate(JSON.parse(JSON.stringify(document)));
  expect(checked.errors).toBeUndefined();
  expect([checked.valid, validator.version]).toEqual([true, '3.1']);
  const names = operations.map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
});

it('[AP12] the description names every route that is served, and no other', async () => {
  const served: string[] = [];
  const app = Fastify({ routerOptions: { maxParamLength: 200 } });
  app.addHook('onRoute', ({ method, url }) => {
    if (method !== 'HEAD') served.push(`${String(method)} ${url.replace(/:(\w+)/g, '{$1}')}`);
  });
  for (const routes of [apiRoutes]) await app.register(routes, { base: {} as BaseContext });
  await app.ready();
  await app.close();
  const told = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(served.sort()).toEqual([...told, `GET ${apiPrefix}/openapi.json`].sort());
});

it('[AP12] each example fits the schema beside it, and holds nothing that the schema does not name', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv);
  ajv.addKeyword('components');
  ajv.addSchema({ $id: 'base', components: document.components });
  const fits = (what: string, schema: object, value: unknown) => {
    const within = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"base#/components'));
    const check = ajv.compile(within);
    expect(check(value) ? [] : check.errors, `${what}: ${JSON.stringify(value)}`).toEqual([]);
  };
  for (const { path, method, operation } of operations) {
    const what = `${method} ${path}`;
    for (const each of operation.parameters) {
      if (each.example !== undefined) fits(`${what} ${each.name}`, each.schema, each.example);
    }
    const body = operation.requestBody?.content['application/json'];
    if (body) fits(`${what} body`, body.schema, body.example);
    for (const [status, { content }] of Object.entries(operation.responses)) {
      fits(`${what} ${status}`, content['application/json'].schema, content['application/json'].example);
    }
  }
  const webhooks = document.webhooks as Readonly<Record<string, { readonly post: Operation }>>;
  expect(Object.keys(webhooks)).toEqual(webhookKindNames);
  for (const [kind, { post }] of Object.entries(webhooks)) {
    const body = post.requestBody?.content['application/json'];
    fits(kind, body?.schema ?? {}, body?.example);
  }
  for (const { answer, body, example } of apiTable) {
    expect(answer.parse(example.answer)).toEqual(example.answer);
    if (body) expect(body.strict().safeParse(example.body).error).toBeUndefined();
  }
});

it('[AP9] [AP12] a body has no object that takes fields it does not name', () => {
  const open = (schema: unknown, at: string): string[] => {
    if (typeof schema !== 'object' || schema === null) return [];
    const isOpen =
      'properties' in schema && !('additionalProperties' in schema && !schema.additionalProperties);
    return [
      ...(isOpen ? [at] : []),
      ...Object.entries(schema).flatMap(([name, within]) => open(within, `${at}.${name}`)),
    ];
  };
  const bodies = operations.flatMap(({ path, method, operation }) =>
    operation.requestBody
      ? [{ what: `${method} ${path}`, schema: operation.requestBody.content['application/json'].schema }]
      : [],
  );
  expect(bodies.length).toBeGreaterThan(2);
  expect(bodies.flatMap(({ what, schema }) => open(schema, what))).toEqual([]);
});

it('[AP12] an example that does not fit would be seen', () => {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const [first] = operations;
  const schema = first?.operation.responses['200']?.content['application/json'].schema ?? {};
  expect(ajv.compile(schema)({ data: [{ id: 7 }] })).toBe(false);
});
