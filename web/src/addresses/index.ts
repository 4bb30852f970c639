export { AddressRows } from './AddressRows';
export { checkAddresses } from './checkAddresses';
export { isEverywhere, isSource } from './source';
export type { Address } from './address';
