import { Outlet } from '@tanstack/react-router';

import { Toaster } from '@/ui';

import { ConnectionBanner } from './ConnectionBanner';
import { useFocusOnNavigation } from './useFocusOnNavigation';

/** Around every page, signed in or not. */
export function Root() {
  useFocusOnNavigation();
  return (
    <>
      <ConnectionBanner />
      <Outlet />
      <Toaster />
    </>
  );
}
