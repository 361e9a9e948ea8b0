import { useEffect, useState } from 'react';
import type { ClubView, DeviceView, ReceivedEntry } from '../club-view.ts';
import { cableFault, cableOf, faultsOf, isOn, troublesOf } from './device-views.ts';
import type { Acts } from './use-acts.ts';
import { deviceNames, seconds } from './words.ts';

const entriesShown = 20;

/** What lies behind the devices: their cables, named faults, and the bytes they received. */
export function Workbench({ club, acts }: { club: ClubView; acts: Acts }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const device = club.devices.find((one) => one.name === chosen) ?? club.devices[0];
  if (!device) return null;
  return (
    <section className="workbench" aria-label="Behind the devices">
      <div className="workbench-devices" role="tablist" aria-label="Devices">
        {club.devices.map((one) => (
          <button
            key={one.name}
            type="button"
            role="tab"
            aria-selected={one.name === device.name}
            className="workbench-device"
            onClick={() => setChosen(one.name)}
          >
            <DeviceMark device={one} />
            <span title={one.name}>
              {deviceNames[one.kind]}
              {club.gates.length > 1 && one.gateId !== null && <small> {one.gateId}</small>}
            </span>
          </button>
        ))}
      </div>
      <div className="workbench-faults">
        <h2>Cable and faults</h2>
        <Cable device={device} acts={acts} />
        <ul className="switches">
          {faultsOf(device).map((fault) => (
            <li key={fault.name}>
              <label className="switch">
                <input
                  type="checkbox"
                  checked={isOn(device, fault.name)}
                  onChange={(event) =>
                    acts.act(device.name, 'fault', { name: fault.name, on: event.target.checked })
                  }
                />
                <span>
                  {fault.name}
                  <small>{fault.words}</small>
                </span>
              </label>
            </li>
          ))}
        </ul>
        {faultsOf(device).length === 0 && <p className="hint">This device has no other faults.</p>}
      </div>
      <Record device={device} acts={acts} atMonotonicMs={club.atMonotonicMs} />
    </section>
  );
}

function DeviceMark({ device }: { device: DeviceView }) {
  const unplugged = cableOf(device) === 'out';
  const faulty = troublesOf(device).length > 0;
  const [state, words] = unplugged
    ? ['stop', 'cable out']
    : faulty
      ? ['watch', 'a fault is on']
      : ['done', 'in order'];
  return (
    <span className={`mark mark-${state}`} role="img" aria-label={words} title={words}>
      {state === 'done' ? '✓' : state === 'watch' ? '!' : '✕'}
    </span>
  );
}

function Cable({ device, acts }: { device: DeviceView; acts: Acts }) {
  const cable = cableOf(device);
  return (
    <div className="cable">
      <code title="where its driver reaches it">{device.address}</code>
      {device.actions.some((action) => action.name === 'power-cycle') && (
        <button type="button" className="button" onClick={() => acts.act(device.name, 'power-cycle')}>
          Off and on
        </button>
      )}
      {cable !== 'none' && (
        <button
          type="button"
          className={cable === 'in' ? 'button' : 'button button-primary'}
          onClick={() => acts.act(device.name, 'fault', { name: cableFault(device), on: cable === 'in' })}
        >
          {cable === 'in' ? 'Pull the cable' : 'Plug it in'}
        </button>
      )}
    </div>
  );
}

function Record({ device, acts, atMonotonicMs }: { device: DeviceView; acts: Acts; atMonotonicMs: number }) {
  const [entries, setEntries] = useState<readonly ReceivedEntry[]>([]);
  const { client } = acts;
  const { name, receivedCount } = device;
  // biome-ignore lint/correctness/useExhaustiveDependencies(receivedCount): read again when there is more to read
  useEffect(() => {
    let stale = false;
    client.received(name).then(
      (received) => {
        if (!stale) setEntries(received.slice(-entriesShown).reverse());
      },
      () => {
        if (!stale) setEntries([]); // the program is gone; the page says so at its top
      },
    );
    return () => {
      stale = true;
    };
  }, [client, name, receivedCount]);
  return (
    <div className="record">
      <h2>
        What it received <small>last {entriesShown}</small>
      </h2>
      {entries.length === 0 ? (
        <p className="hint">Nothing yet.</p>
      ) : (
        <div className="record-scroll">
          <table>
            <tbody>
              {entries.map((entry) => (
                <tr key={`${entry.atMonotonicMs} ${entry.hex}`}>
                  <td className="record-ago">{seconds(atMonotonicMs - entry.atMonotonicMs)} ago</td>
                  <td>{entry.meaning}</td>
                  <td className="record-hex">{spaced(entry.hex)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function spaced(hex: string): string {
  const pairs = hex.match(/.{1,2}/g) ?? [];
  return pairs.length > 24 ? `${pairs.slice(0, 24).join(' ')} … ${pairs.length} bytes` : pairs.join(' ');
}
