/** Parts of the product that a legal entity takes or leaves (W-SELLER-1). */
export const sellerModules = ['day-entries', 'passes', 'web-orders'] as const;
export type SellerModule = (typeof sellerModules)[number];

/** Whether a seller takes it: all of them, where nothing is said. */
export function takesModule(
  { modules }: { readonly modules?: readonly string[] | undefined },
  module: SellerModule,
): boolean {
  return modules === undefined || modules.includes(module);
}
