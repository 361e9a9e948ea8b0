import type { ApiScope } from './api-scopes.ts';

/** What can be heard of, and the scope that its key needs. Written by triggers (postgres/migrations). */
export const webhookKinds = {
  'sale.completed': 'sales:read',
  'sale.cancelled': 'sales:read',
  'member.created': 'members:read',
  'member.changed': 'members:read',
  'member.merged': 'members:read',
  'member.erased': 'members:read',
  'membership.changed': 'members:read',
  'credential.issued': 'members:read',
  'credential.blocked': 'members:read',
  'credential.unblocked': 'members:read',
  'credential.replaced': 'members:read',
  'consent.changed': 'members:read',
  'order.changed': 'orders:read',
  'passage.sensed': 'passages:read',
  'case.opened': 'cases:read',
  'case.settled': 'cases:read',
} as const satisfies Record<string, ApiScope>;

export type WebhookKind = keyof typeof webhookKinds;

export const webhookKindNames = Object.keys(webhookKinds) as [WebhookKind, ...WebhookKind[]];
