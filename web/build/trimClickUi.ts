import type { Plugin } from 'vite';

/**
 * What click-ui's Icon imports but the console never shows: flags, logos, payment
 * marks and the theme tokens as JavaScript (they are in the style sheets too).
 * These are internal paths: scripts/size.mjs fails when an upgrade moves them.
 */
const unused =
  /@clickhouse\/click-ui\/dist\/esm\/(?:components\/Assets\/(?:Flags\/system\/Flags|Logos\/system\/Logos|Payments\/system\/Payments)(?:Light|Dark)|theme\/tokens\/variables\.(?:light|dark))\.js$/;

export function trimClickUi(): Plugin {
  return {
    name: 'gatehouse:trim-click-ui',
    enforce: 'pre',
    load(id) {
      return unused.test(id.replaceAll('\\', '/')) ? 'export default {};' : undefined;
    },
  };
}
