import { useEffect, useState } from 'react';

/** The views of the console, as the address names them behind its `#`. */
export const places = [
  'live',
  'search',
  'cases',
  'orders',
  'gates',
  'closings',
  'access',
  'devices',
  'privacy',
  'accounts',
] as const;
/** Views that are about one thing, and are reached from where it is shown. */
const placesOfOneThing = ['member'] as const;
export type Place = (typeof places)[number] | (typeof placesOfOneThing)[number];

/** The address of the orders, of one sale, and of the case that an order for it would settle: `#orders/M7QK-2F9C/…`. */
export function addressOfOrders(saleReference: string, caseId: string): string {
  return `#orders/${encodeURIComponent(saleReference)}/${caseId}`;
}

/** What stands behind the name of the view in the address. */
export function restOfAddress(): readonly string[] {
  return location.hash.split('/').slice(1).map(decodeURIComponent);
}

/** Where the address points, so that a reload and the way back lead to the same view. */
export function usePlace(): Place {
  const [place, setPlace] = useState(placeOfAddress);
  useEffect(() => {
    const follow = () => setPlace(placeOfAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return place;
}

/** The view that is open, for the log of who reads a member from where. */
export function placeName(): Place {
  return placeOfAddress();
}

function placeOfAddress(): Place {
  return (
    [...places, ...placesOfOneThing].find((place) => location.hash.split('/')[0] === `#${place}`) ?? 'live'
  );
}
