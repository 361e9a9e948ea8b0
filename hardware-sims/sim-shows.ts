import type { Sim, SimView } from './sim.ts';

/** Resolves once what is to be seen of a device fits: at once, or after the change that makes it fit. */
export function simShows(sim: Sim, fits: (view: SimView) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!fits(sim.view())) return;
      stop();
      resolve();
    };
    const stop = sim.onChange(look);
    look();
  });
}
