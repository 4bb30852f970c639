import { InvalidLink } from './InvalidLink';
import { LinkPage } from './LinkPage';
import { useToken } from './useToken';

export default function SetupPage() {
  const token = useToken('/setup');
  return token ? <LinkPage key={token} token={token} /> : <InvalidLink missing />;
}
