import { useEffect, useState } from 'react';

/** The views of the console, as the address names them behind its `#`. */
export const places = ['live', 'cases'] as const;
export type Place = (typeof places)[number];

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

function placeOfAddress(): Place {
  return places.find((place) => location.hash === `#${place}`) ?? 'live';
}
