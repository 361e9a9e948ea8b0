import { BlockList, isIP, isIPv4 } from 'node:net';

/** Nobody's public addresses: IANA's registries of special-purpose IPv4 and IPv6 addresses, and multicast. */
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Of IPv6 only 2000::/3 is given out; within it these are not somebody's machine, or lead to an IPv4 address. */
const global6 = '2000::/3';
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * Where webhooks may be sent: public addresses, by https. Others only where the operator names them, so that nobody with a key
 * has the base knock at doors of its own network.
 */
export class WebhookTargets {
  readonly #special4 = ranges(special4);
  readonly #global6 = ranges([global6]);
  readonly #special6 = ranges(special6);
  readonly #named: BlockList;

  /** Ranges as `10.1.0.0/16`. Throws at one that is none. */
  constructor(named: readonly string[]) {
    this.#named = ranges(named);
  }

  /** What is wrong with an address before anybody is asked for it; null for nothing. */
  problemOf(text: string): string | null {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'it is not an https address';
    if (url.username !== '' || url.password !== '' || url.hash !== '') {
      return 'it holds a name, a password or a fragment';
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) return this.refusal(host, url.protocol);
    // A name without https is asked for at the time: it may lead to what the operator has named.
    return null;
  }

  /** Why this address is not called with this protocol; null when it is. */
  refusal(address: string, protocol: string): string | null {
    if (this.#isNamed(address)) return null;
    if (protocol !== 'https:') return 'http is for addresses that the operator has named';
    return this.#isPublic(address) ? null : 'it is an address of a private network';
  }

  #isNamed(address: string): boolean {
    return this.#named.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }

  #isPublic(address: string): boolean {
    if (isIPv4(address)) return !this.#special4.check(address, 'ipv4');
    return this.#global6.check(address, 'ipv6') && !this.#special6.check(address, 'ipv6');
  }
}

function ranges(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/', 2);
    const family = isIP(address);
    const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) {
      throw new Error(`${text} is not a range of addresses, as 10.1.0.0/16`);
    }
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
