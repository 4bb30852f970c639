import { useEffect, useRef } from 'react';

import { CopyField } from '@/ui';

/** A link that is shown once. The button that made it is gone, so it takes the focus. */
export function ShownLink({ label, url, hint }: { label: string; url: string; hint: string }) {
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => field.current?.querySelector('input')?.focus(), []);
  return (
    <div ref={field}>
      <CopyField label={label} value={url} hint={hint} />
    </div>
  );
}
