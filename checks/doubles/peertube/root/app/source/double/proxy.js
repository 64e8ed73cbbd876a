import { BlockList, isIP } from "node:net";

const ranges = {
  loopback: ["127.0.0.1/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

const plain = (address) => address.replace(/^::ffff:(?=\d+\.)/, "");
const family = (address) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** The addresses that `trust_proxy` names. */
export function trustedProxies(list) {
  const trusted = new BlockList();
  for (const entry of list.flatMap((name) => ranges[name.toLowerCase()] ?? [name])) {
    const [address, prefix] = entry.split("/");
    if (prefix === undefined) trusted.addAddress(address, family(address));
    else trusted.addSubnet(address, Number(prefix), family(address));
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, family(address));
}

/**
 * Reads what a reverse proxy says about a request: the last address in X-Forwarded-For that is not a proxy's own.
 * @returns the client's address, or why the request is refused
 */
export function readProxyHeaders(request, { host, isTrusted }) {
  const { headers } = request;
  if (headers.host !== host)
    return { problem: `Host must be ${host}: the proxy must pass on the name that the client asked for` };
  const from = plain(request.socket.remoteAddress ?? "");
  if (!isTrusted(from)) {
    return {
      problem: `${from} is no trusted proxy (PEERTUBE_TRUST_PROXY): all visitors would share one address and its limits`,
    };
  }
  if (headers["x-forwarded-proto"] !== "https") return { problem: "X-Forwarded-Proto must be https" };
  if (headers["x-forwarded-for"] === undefined) return { problem: "X-Forwarded-For is missing" };
  const addresses = headers["x-forwarded-for"].split(",").map((address) => plain(address.trim()));
  if (addresses.some((address) => isIP(address) === 0))
    return { problem: "X-Forwarded-For has something else than addresses" };
  return { client: addresses.findLast((address) => !isTrusted(address)) ?? addresses[0] };
}
