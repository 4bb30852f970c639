import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/**
 * The token of the link, from the fragment, which no server and no log sees. It is
 * taken out of the address bar and the history at once and kept in memory only.
 */
export function useToken(path: '/setup' | '/invitation'): string {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState(hash);
  if (hash && hash !== token) setToken(hash); // another link was opened in this tab
  useEffect(() => {
    if (hash) void navigate({ to: path, hash: '', replace: true });
  }, [hash, navigate, path]);
  return token;
}
