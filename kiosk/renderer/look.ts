import { type BrandName, kioskVariables, lookVariables } from '@portillon/ui/tokens.ts';

/** Puts a brand's colours and a panel's millimetres on the page. */
export function wearLook(brand: BrandName, diagonalInches: number): void {
  const variables = { ...lookVariables(brand), ...kioskVariables(brand, diagonalInches) };
  for (const [name, value] of Object.entries(variables)) {
    document.documentElement.style.setProperty(name, value);
  }
}
