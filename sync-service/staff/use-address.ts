import { useEffect, useState } from 'react';
import { restOfAddress } from './use-place.ts';

/** What stands behind the name of the view in the address, followed as it changes. */
export function useAddress(): readonly string[] {
  const [rest, setRest] = useState(restOfAddress);
  useEffect(() => {
    const follow = () => setRest(restOfAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return rest;
}
