import { useTranslation } from 'react-i18next';

import { formatDate, formatDateTime, formatExactTime, formatZonedTime } from './dates';
import { formatList } from './lists';
import { formatNumber } from './numbers';
import { formatRelative, formatSinceMinute } from './relative';

type Moment = string | number | Date;

/** The formats, in the language that is shown. */
export function useFormat() {
  const { t, i18n } = useTranslation();
  const locale = i18n.language;
  return {
    date: (moment: Moment) => formatDate(moment, locale),
    dateTime: (moment: Moment) => formatDateTime(moment, locale),
    zonedTime: (moment: Moment) => formatZonedTime(moment, locale),
    exactTime: (moment: Moment) => formatExactTime(moment, locale),
    relative: (moment: Moment, now?: number) => formatRelative(moment, locale, now) ?? t('now'),
    sinceMinute: (minute: Moment, now?: number) => formatSinceMinute(minute, locale, now) ?? t('now'),
    number: (value: number) => formatNumber(value, locale),
    list: (texts: readonly string[]) => formatList(texts, locale),
  };
}
