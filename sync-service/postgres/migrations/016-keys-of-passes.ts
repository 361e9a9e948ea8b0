/** A phone asks by its key (W-PASS-4). */
export const keysOfPasses = `
create index credentials_by_public_key on credentials (public_key) where public_key is not null;
`;
