import type { ReactNode } from 'react';
import type { DeviceView } from '../club-view.ts';
import { cableOf, troublesOf } from './device-views.ts';

/** A device as a box with its name and what is wrong with it. */
export function DeviceBox({
  title,
  device,
  state,
  grows = false,
  children,
}: {
  title: string;
  device: DeviceView;
  /** What it does now, in a word or two. */
  state?: ReactNode;
  grows?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={grows ? 'box box-grows' : 'box'} aria-label={title} data-device={device.name}>
      <div className="box-title">
        <h2>{title}</h2>
        {cableOf(device) === 'out' ? <span className="state state-stop">✕ cable out</span> : state}
        {troublesOf(device).length > 0 && (
          <span className="state state-watch">! {troublesOf(device).join(', ')}</span>
        )}
      </div>
      {children}
    </section>
  );
}
