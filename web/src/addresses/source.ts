/**
 * Whether the text is an IP address or a CIDR range as the API takes it (Go's
 * netip): no zone, no leading zeros, host bits allowed.
 */
export function isSource(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  const longest = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined;
  if (longest === undefined) return false;
  return bits === undefined || (isNumber(bits) && Number(bits) <= longest);
}

/** Whether the range holds every address: `0.0.0.0/0`, which means IPv6 too. */
export function isEverywhere(text: string): boolean {
  const [address = '', bits] = text.split('/');
  return bits === '0' && isIPv4(address);
}

function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => isNumber(part) && Number(part) <= 255);
}

/** A leading zero is octal to some readers. */
function isNumber(text: string): boolean {
  return /^(0|[1-9]\d{0,2})$/.test(text);
}

function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const [first = 0, second = 0] = halves.map((half, index) => groups(half, index === halves.length - 1));
  // `::` stands for at least one group.
  return halves.length === 2 ? first + second < 8 : first === 8;
}

/** How many groups of 16 bits the text is; NaN when it is none. The last two may be written as IPv4. */
function groups(text: string, last: boolean): number {
  if (text === '') return 0;
  const parts = text.split(':');
  const end = parts.at(-1) ?? '';
  const embedded = last && isIPv4(end);
  if (embedded) parts.pop();
  if (!parts.every((part) => /^[\da-f]{1,4}$/i.test(part))) return NaN;
  return parts.length + (embedded ? 2 : 0);
}
