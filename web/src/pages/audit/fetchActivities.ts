import { answerOf, api, type Schema } from '@/api';

export type Activity = Schema<'Activity'>;
export type ActivityPage = { activities: Activity[]; next: string | undefined };

/** After so many answers a search shows what it has: each is from 10,000 activities at most. */
const patience = 20;

type Range = { search: string; cursor: string | undefined; limit: number; signal?: AbortSignal | undefined };

/**
 * A page of activities, newest first. While one searches, the server may answer with
 * fewer than are wanted, and where to search on: this does, until the page is full.
 */
export async function fetchActivities(organizationId: string, { search, cursor, limit, signal }: Range): Promise<ActivityPage> {
  const activities: Activity[] = [];
  let next = cursor;
  for (let answers = 0; answers < patience; answers++) {
    const page = await answerOf(
      api.GET('/v1/organizations/{organizationId}/activities', {
        params: { path: { organizationId }, query: { limit: limit - activities.length, ...(search && { search }), ...(next && { cursor: next }) } },
        signal: signal ?? null,
      }),
    );
    activities.push(...page.result);
    next = page.nextCursor ?? undefined;
    if (!next || activities.length >= limit) break;
  }
  return { activities, next };
}
