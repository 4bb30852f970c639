import { LinkPage } from '@/pages/setup/LinkPage';
import { useToken } from '@/pages/setup/useToken';

import { InvalidInvitation } from './InvalidInvitation';

export default function InvitationPage() {
  const token = useToken('/invitation');
  return token ? <LinkPage key={token} token={token} invitation /> : <InvalidInvitation missing />;
}
