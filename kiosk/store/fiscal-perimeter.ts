/**
 * SHA-256 over the sources of the fiscal perimeter, written into the program when it is built (tools/fiscal-perimeter);
 * empty where sources run as they are. Shown to the operator, signed into every record.
 */
export const fiscalPerimeter: string = process.env.PORTILLON_FISCAL_PERIMETER ?? '';
