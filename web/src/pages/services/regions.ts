/** The providers and regions of ClickHouse Cloud, which programs written for it name. */
const regions = {
  aws: [
    'us-east-1', 'us-east-2', 'us-west-2', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2', 'il-central-1',
    'ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2',
  ],
  gcp: ['us-east1', 'us-central1', 'europe-west2', 'europe-west4', 'asia-northeast1', 'asia-southeast1'],
  azure: ['eastus', 'eastus2', 'centralus', 'westus3', 'germanywestcentral'],
} as const;

export type Provider = keyof typeof regions;
type Region = (typeof regions)[Provider][number];

/** Their own names, the same in every language. */
export const providerNames: Record<Provider, string> = { aws: 'AWS', gcp: 'Google Cloud', azure: 'Azure' };

const providers = Object.keys(regions).filter((name): name is Provider => name in regions);

export type Place = { provider: Provider; region: Region };

const everywhere: readonly Place[] = providers.flatMap((provider) => regions[provider].map((region) => ({ provider, region })));

/** Where services can be created: in the `offered` regions, in their order, or without such in all. */
export function placesIn(offered: readonly string[] | null | undefined): readonly Place[] {
  return offered ? offered.flatMap((region) => everywhere.filter((place) => place.region === region)) : everywhere;
}

const storageKey = 'gatehouse-region';

/** Where the last service was made, if that is one of the places; else the first of them. */
export function lastPlace(places: readonly Place[]): Place {
  const remembered = read();
  return places.find((place) => keyOf(place) === remembered) ?? places[0] ?? { provider: 'aws', region: 'us-east-1' };
}

export function rememberPlace(place: Place) {
  try {
    localStorage.setItem(storageKey, keyOf(place));
  } catch {
    // Storage is switched off: it is the usual one next time.
  }
}

function keyOf({ provider, region }: Place): string {
  return `${provider}/${region}`;
}

function read(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
