/** Texts of the address lists of keys and services. */
export const addresses = {
  source: 'IP address or range',
  sourceOf: 'IP address or range {{number}}',
  description: 'Description',
  descriptionOf: 'Description {{number}}',
  descriptionPlaceholder: 'For example, office',
  add: 'Add location',
  addMine: 'Add my address',
  mineAdded: 'Your address {{address}} is in the list.',
  mine: 'My address',
  remove: 'Remove location {{number}}',
  sourceMissing: 'Enter an address, or remove this location.',
  sourceWrong: 'This is not an IP address or CIDR range, such as 203.0.113.7 or 203.0.113.0/24.',
  descriptionTooLong: 'A description has at most 255 characters.',
  descriptionControls: 'A description has no control characters.',
} as const;
