/** What a key may do; a closed list, told in words to whoever makes one. */
export const apiScopes = {
  'members:read': 'members with name and contact, and what they hold',
  'consents:write': 'what members said yes to, and took back',
  'occupancy:read': 'how many are inside each club',
  'prices:read': 'what plans cost in a club today, and what they will cost',
  'sales:read': 'sales, with lines and payment',
  'passages:read': 'who went through which gate, by ids',
  'cases:read': 'what a person must settle: what kind, where, how much; told by webhooks',
  'orders:read': 'orders of the web shop, and whether they were collected',
  'orders:write': 'orders of the web shop, given and cancelled',
  'webhooks:write': 'subscriptions to what happens, and what could not be delivered',
} as const;

export type ApiScope = keyof typeof apiScopes;

export const apiScopeNames = Object.keys(apiScopes) as [ApiScope, ...ApiScope[]];
