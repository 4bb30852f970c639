import { useState } from 'react';

import { newInvitationLink } from './links';
import type { Invitation } from './people';

type Made = { invitation: Invitation; url?: string; error?: unknown };

/** Makes one more link that accepts an invitation. It is in memory as long as it is shown: whoever has it can become the invited person. */
export function useNewLink(organizationId: string) {
  const [made, setMade] = useState<Made>();
  const show = (next: Made) => setMade((now) => (now?.invitation.id === next.invitation.id ? next : now)); // unless it was closed
  const make = async (invitation: Invitation) => {
    setMade({ invitation });
    try {
      show({ invitation, url: await newInvitationLink(organizationId, invitation.id) });
    } catch (error) {
      show({ invitation, error });
    }
  };
  return { made, make: (invitation: Invitation) => void make(invitation), close: () => setMade(undefined) };
}
