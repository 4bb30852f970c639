/** An entry of an address list, as it stands in a form. */
export type Address = { source: string; description: string };
