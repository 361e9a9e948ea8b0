import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { EdgeConfig } from '../edge-config.ts';
import type { InFlight } from '../gate/in-flight.ts';
import { PeerFollower, type PeerStanding } from './peer-follower.ts';
import { PeerServer } from './peer-server.ts';

export interface PeerLinkOptions {
  readonly config: NonNullable<EdgeConfig['peers']>;
  readonly store: EdgeStore;
  readonly inFlight: InFlight;
  readonly identity: () => EdgeIdentity | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** This box among the others of its club on the local network: tells them what it knows, and hears what they know. */
export class PeerLink {
  readonly #server: PeerServer;
  readonly #followers: readonly PeerFollower[];

  constructor({ config, ...shared }: PeerLinkOptions) {
    this.#server = new PeerServer({ ...shared, host: config.host, port: config.port });
    this.#followers = config.addresses.map((address) => new PeerFollower({ ...shared, address }));
  }

  get url(): string {
    return this.#server.url;
  }

  get standings(): readonly PeerStanding[] {
    return this.#followers.map(({ standing }) => standing);
  }

  /** Rejects when the port is taken, or the address is not one of this box. */
  listen(): Promise<void> {
    return this.#server.listen();
  }

  start(): void {
    for (const follower of this.#followers) follower.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.stop()));
    await this.#server.close();
  }
}
