/** IPv6 in full: eight groups of up to four hexadecimal digits, or fewer around one `::`. */
const IPV6 = /^[0-9a-f:.]+$/i;

/**
 * What counts as one client for limits, by its address: an IPv4 address, but of IPv6 the first 64 bits, since every subscriber has all
 * the addresses below those (RFC 6177, RFC 4291 2.5.4). An IPv4 address in IPv6 is that.
 */
export const clientOf = (address: string): string => {
  if (!address.includes(":") || !IPV6.test(address)) return address;
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded !== undefined) return embedded;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const whole = [...groups, ...Array.from({ length: missing }, () => "0"), ...after];
  return `${whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
};
