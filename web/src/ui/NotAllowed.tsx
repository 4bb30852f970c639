import type { ReactNode } from 'react';

import { EmptyState } from './EmptyState';
import { Card } from './Layout';

/** In the place of what none of somebody's roles lets them see or do, and whom to ask. */
export function NotAllowed({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card>
      <EmptyState icon="lock" title={title}>
        {children}
      </EmptyState>
    </Card>
  );
}
