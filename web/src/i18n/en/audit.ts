/** Texts of the page. */
export const audit = {
  title: 'Audit',
} as const;
