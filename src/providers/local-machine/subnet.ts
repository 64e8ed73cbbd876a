import { createHash } from "node:crypto";
import { Failure } from "../../model/failure.ts";

// A part of 10.0.0.0/8 (RFC 1918) that neither podman (10.88.0.0/16) nor common home networks use by default.
const block = "10.77";

/** The /24 that a network in a network namespace of its own has: nothing else is there to collide with. */
export const isolatedSubnet = `${block}.0.0/24`;

function parse(address: string): number {
  return address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

/** Gives the address with a number in a /24: `hostAddress("10.77.3.0/24", 1)` is `10.77.3.1`. */
export function hostAddress(subnet: string, number: number): string {
  return subnet.replace(/\.0\/24$/, `.${String(number)}`);
}

/** Tells whether an IPv4 address lies in a /24. */
export function isInSubnet(subnet: string, address: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(address) && hostAddress(subnet, 0).slice(0, -1) === address.replace(/\d+$/, "");
}

/** Tells whether two IPv4 ranges in CIDR notation share an address. */
export function overlap(one: string, other: string): boolean {
  const [first = "", firstLength = "32"] = one.split("/");
  const [second = "", secondLength = "32"] = other.split("/");
  const size = 2 ** (32 - Math.min(Number(firstLength), Number(secondLength)));
  return Math.floor(parse(first) / size) === Math.floor(parse(second) / size);
}

/**
 * Chooses a /24 that overlaps nothing in use. The search starts at a place that follows from the seed, so that two
 * networks that do not know of each other rarely choose the same.
 * @param used IPv4 addresses and ranges in use, in CIDR notation
 * @throws Failure `no-free-subnet`
 */
export function chooseSubnet(used: readonly string[], seed: string): string {
  const start = createHash("sha256").update(seed).digest().readUInt16BE(0);
  const candidates = Array.from({ length: 254 }, (_, index) => `${block}.${String(1 + ((start + index) % 254))}.0/24`);
  const free = candidates.find((candidate) => !used.some((range) => overlap(range, candidate)));
  if (free !== undefined) return free;
  throw new Failure({
    code: "no-free-subnet",
    attempted: "choose addresses for a network of machines",
    found: `every /24 of ${block}.0.0/16 overlaps a route of this computer`,
    next: "Remove networks that are not used any more (`ip route`).",
  });
}
