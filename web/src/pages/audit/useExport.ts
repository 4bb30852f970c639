import { useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { saveFile } from '@/account';
import { errorText } from '@/api';
import { toast } from '@/ui';

import { byteOrderMark, csvLine } from './csv';
import { fetchActivities, type Activity } from './fetchActivities';
import { useActivityWords } from './useActivityWords';

const pageSize = 1_000;

/** Saves all that the search selects, page by page. `count` is how many have arrived; undefined when it is not at work. */
export function useExport(search: string, keyNames: ReadonlyMap<string, string>) {
  const { t } = useTranslation('audit');
  const { orgId } = useParams({ from: '/console/organizations/$orgId/audit' });
  const toCells = useCells(keyNames);
  const [count, setCount] = useState<number>();
  const work = useRef<AbortController>(undefined);
  useEffect(() => () => work.current?.abort(), []);

  const run = async () => {
    const { signal } = (work.current = new AbortController());
    const lines = [byteOrderMark, csvLine(toCells.header)];
    let rows = 0;
    try {
      let cursor: string | undefined;
      do {
        setCount(rows);
        const page = await fetchActivities(orgId, { search, cursor, limit: pageSize, signal });
        lines.push(page.activities.map((activity) => csvLine(toCells.row(activity))).join(''));
        rows += page.activities.length;
        cursor = page.next;
      } while (cursor);
      saveFile(`gatehouse-audit-${localDay(new Date())}.csv`, lines, 'text/csv;charset=utf-8');
      toast('success', t('exported', { count: rows }));
    } catch (error) {
      if (!signal.aborted) toast('danger', t('exportFailed'), errorText(error));
    } finally {
      if (!signal.aborted) setCount(undefined);
    }
  };
  return { count, run: () => void run() };
}

function useCells(keyNames: ReadonlyMap<string, string>) {
  const { t } = useTranslation('audit');
  const { sentence, kind, keyName } = useActivityWords(keyNames);
  return {
    header: [
      `${t('time')} (UTC)`, t('activity'), t('type'), t('change'), t('user'), t('userKind'), t('userId'), t('address'), t('userAgent'), t('keyName'), t('keyId'), t('activityId'), t('target'), t('targetId'),
    ],
    row: (activity: Activity): string[] => [
      activity.createdAt, sentence(activity), activity.type, activity.keyUpdateType ?? '', activity.actorDetails, kind(activity), activity.actorId,
      activity.actorIpAddress ?? '', activity.userAgent ?? '', keyName(activity) ?? '', activity.targetKeyId ?? '', activity.id, activity.target?.name ?? '', activity.target?.id ?? '',
    ],
  };
}

/** Such as 2026-11-22, where the person is. */
function localDay(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
