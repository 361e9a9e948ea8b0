import type { ApiRoute } from './api-route.ts';
import { clubResources } from './club-resources.ts';
import { consentResources } from './consent-resources.ts';
import { memberResources } from './member-resources.ts';
import { occupancyResources } from './occupancy-resources.ts';
import { orderResources } from './order-resources.ts';
import { passageResources } from './passage-resources.ts';
import { saleResources } from './sale-resources.ts';
import { webhookResources } from './webhook-resources.ts';

/** Everything that other systems may call: what is served, and what the API's page tells, is this list. */
export const apiTable: readonly ApiRoute[] = [
  ...clubResources,
  ...occupancyResources,
  ...memberResources,
  ...consentResources,
  ...saleResources,
  ...passageResources,
  ...orderResources,
  ...webhookResources,
];
