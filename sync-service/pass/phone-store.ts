/** What the phone keeps: a key that no script can read out, and the grant. In IndexedDB, which holds keys as they are. */
export interface KeptPass {
  readonly keys: CryptoKeyPair;
  /** Null until a kiosk has granted it. */
  readonly grant: Uint8Array | null;
}

const storeName = 'pass';
const onlyRow = 'this-phone';

/** Rejects where the browser knows no Ed25519, or the page is not served over a secure line. */
export async function openPass(): Promise<KeptPass> {
  const kept = await inStore<KeptPass | undefined>('readonly', (store) => store.get(onlyRow));
  if (kept) return kept;
  const keys = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const made: KeptPass = { keys: keys as CryptoKeyPair, grant: null };
  await keepPass(made);
  // Else a browser short of room may throw the key away.
  await navigator.storage?.persist?.();
  return made;
}

export async function keepPass(pass: KeptPass): Promise<void> {
  await inStore('readwrite', (store) => store.put(pass, onlyRow));
}

export async function rawPublicKey({ keys }: KeptPass): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
}

export async function signed({ keys }: KeptPass, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', keys.privateKey, bytes));
}

async function inStore<Value>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<Value> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open('portillon-pass', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    return await new Promise<Value>((resolve, reject) => {
      const transaction = database.transaction(storeName, mode);
      const request = ask(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result as Value);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}
