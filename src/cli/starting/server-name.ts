const nameless = { whole: true };

/**
 * Finds the name that a TLS client asks for in the first bytes that it sends: RFC 8446 section 4.1.2, RFC 6066 section 3.
 * @returns whether the message is whole, and then the name, where there is one
 */
export function serverName(bytes: Buffer): { readonly whole: boolean; readonly name?: string } {
  // A record of type handshake, and in it a client hello.
  if (bytes.length > 0 && bytes[0] !== 22) return nameless;
  if (bytes.length < 5 || bytes.length < 5 + bytes.readUInt16BE(3)) return { whole: bytes.length > 16_384 };
  const hello = bytes.subarray(5, 5 + bytes.readUInt16BE(3));
  try {
    if (hello[0] !== 1) return nameless;
    let at = 4 + 2 + 32;
    at += 1 + hello.readUInt8(at);
    at += 2 + hello.readUInt16BE(at);
    at += 1 + hello.readUInt8(at);
    const end = at + 2 + hello.readUInt16BE(at);
    at += 2;
    while (at + 4 <= end) {
      const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
      // server_name: a list of one entry of type host_name.
      if (type === 0)
        return { whole: true, name: hello.toString("latin1", at + 9, at + 9 + hello.readUInt16BE(at + 7)) };
      at += 4 + length;
    }
    return nameless;
  } catch (error) {
    if (error instanceof RangeError) return nameless;
    throw error;
  }
}
