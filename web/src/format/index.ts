export { formatDate, formatDateTime, formatExactTime } from './dates';
export { formatList } from './lists';
export { formatNumber } from './numbers';
export { formatRelative, formatSinceMinute } from './relative';
export { useFormat } from './useFormat';
