/** The providers and regions of ClickHouse Cloud, which programs written for it name. */
export const regions = {
  aws: [
    'us-east-1', 'us-east-2', 'us-west-2', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2', 'il-central-1',
    'ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2',
  ],
  gcp: ['us-east1', 'us-central1', 'europe-west2', 'europe-west4', 'asia-northeast1', 'asia-southeast1'],
  azure: ['eastus', 'eastus2', 'centralus', 'westus3', 'germanywestcentral'],
} as const;

export type Provider = keyof typeof regions;
export type Region = (typeof regions)[Provider][number];

/** Their own names, the same in every language. */
export const providerNames: Record<Provider, string> = { aws: 'AWS', gcp: 'Google Cloud', azure: 'Azure' };

export const providers = Object.keys(regions).filter((name): name is Provider => name in regions);

const storageKey = 'gatehouse-region';

/** Where the last service was made. */
export function lastPlace(): { provider: Provider; region: Region } {
  const remembered = read();
  for (const provider of providers) {
    const region = regions[provider].find((known) => `${provider}/${known}` === remembered);
    if (region) return { provider, region };
  }
  return { provider: 'aws', region: 'us-east-1' };
}

export function rememberPlace(provider: Provider, region: Region) {
  try {
    localStorage.setItem(storageKey, `${provider}/${region}`);
  } catch {
    // Storage is switched off: it is the usual one next time.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
