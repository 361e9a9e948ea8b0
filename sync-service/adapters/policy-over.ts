import { type AccessPolicy, accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';

/** The policy of a club with what they say of it; what they leave out stays. An error names the field. */
export function policyOver(
  ours: AccessPolicy,
  theirs: Readonly<Record<string, unknown>>,
): Result<AccessPolicy, string> {
  const merged: Record<string, unknown> = { ...ours };
  for (const [field, value] of Object.entries(theirs)) {
    const before = merged[field];
    merged[field] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
  const read = accessPolicySchema.safeParse(merged);
  if (read.success) return ok(read.data);
  const [issue] = read.error.issues;
  return err(`policy.${issue?.path.join('.')}: ${issue?.message ?? 'not understood'}`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
