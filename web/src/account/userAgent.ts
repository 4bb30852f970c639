/** The more special first: nearly all of them claim to be Safari, and most to be Chrome. */
const browsers: [name: string, mark: RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPT|OPiOS)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Yandex Browser', /\bYaBrowser\//],
  ['QQ Browser', /\bM?QQBrowser\//],
  ['WeChat', /\bMicroMessenger\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\//],
  ['Safari', /\bVersion\/.*\bSafari\//],
];

const systems: [name: string, mark: RegExp][] = [
  ['iOS', /\b(?:iPhone|iPod)\b/],
  ['iPadOS', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b|\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
];

export type Program = { browser: string | undefined; system: string | undefined };

/**
 * Which browser, on which system, a User-Agent names, for people to recognize their
 * own. Of other programs it is the first name in it, such as `curl`.
 */
export function programOf(userAgent: string): Program {
  const first = (known: typeof browsers) => known.find(([, mark]) => mark.test(userAgent))?.[0];
  const program = /^([A-Za-z][\w .-]{0,40}?)(?:\/|$)/.exec(userAgent)?.[1];
  return { browser: first(browsers) ?? (program === 'Mozilla' ? undefined : program), system: first(systems) };
}
