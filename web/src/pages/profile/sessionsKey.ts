/** Of the query of the sessions. */
export const sessionsKey = ['sessions'] as const;
