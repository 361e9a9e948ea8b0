/** Status words of wrapped DESFire answers (91 xx), by name. */
export const desfireStatus = {
  ok: 0x9100,
  noChange: 0x910c,
  outOfMemory: 0x910e,
  illegalCommand: 0x911c,
  integrityError: 0x911e,
  noSuchKey: 0x9140,
  lengthError: 0x917e,
  cryptoError: 0x9197,
  permissionDenied: 0x919d,
  parameterError: 0x919e,
  applicationNotFound: 0x91a0,
  applicationIntegrityError: 0x91a1,
  authenticationDelay: 0x91ad,
  authenticationError: 0x91ae,
  moreFrames: 0x91af,
  boundaryError: 0x91be,
  cardIntegrityError: 0x91c1,
  commandAborted: 0x91ca,
  cardDisabled: 0x91cd,
  tooManyApplications: 0x91ce,
  duplicate: 0x91de,
  memoryError: 0x91ee,
  fileNotFound: 0x91f0,
  fileIntegrityError: 0x91f1,
} as const;

/** `authenticationError (91AE)`, for fault details. */
export function statusName(status: number): string {
  const hex = status.toString(16).toUpperCase().padStart(4, '0');
  const known = Object.entries(desfireStatus).find(([, value]) => value === status);
  return known ? `${known[0]} (${hex})` : hex;
}

/** Native command codes, the INS byte of wrapped commands. */
export const desfireCommand = {
  getVersion: 0x60,
  getApplicationIds: 0x6a,
  selectApplication: 0x5a,
  createApplication: 0xca,
  getKeySettings: 0x45,
  getKeyVersion: 0x64,
  /** Of the first DESFire: all that a card from the factory takes at card level (factory-key.ts). */
  authenticateFactory: 0x0a,
  authenticateAes: 0xaa,
  authenticateEv2First: 0x71,
  authenticateEv2NonFirst: 0x77,
  changeKey: 0xc4,
  createStdDataFile: 0xcd,
  deleteFile: 0xdf,
  getFileIds: 0x6f,
  getFileSettings: 0xf5,
  getCardUid: 0x51,
  readData: 0xbd,
  writeData: 0x3d,
  /** The same two from EV2 on, with the chaining of ISO 14443-4 in place of AFh frames: one exchange, up to 255 bytes. */
  readDataIso: 0xad,
  writeDataIso: 0x8d,
  additionalFrame: 0xaf,
} as const;

/** How the data of a file travels; the second byte of CreateStdDataFile. */
export const communicationMode = { plain: 0x00, maced: 0x01, enciphered: 0x03 } as const;
