import { createHmac } from 'node:crypto';

/** A secret as its receiver gets it: 32 random bytes, as Standard Webhooks writes them. */
export function webhookSecretText(secret: Uint8Array): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/**
 * Headers of a message, as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time in seconds and body, so that it is
 * believed only as it was sent, and not much later.
 */
export function webhookHeaders(
  message: { readonly id: string; readonly body: string },
  secret: Uint8Array,
  nowMs: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac('sha256', secret)
    .update(`${message.id}.${timestamp}.${message.body}`)
    .digest('base64');
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
