import { useNavigate, useSearch as useUrlSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

/** What is searched for, in the URL; what is typed gets there when somebody pauses. */
export function useSearch() {
  const from = '/console/organizations/$orgId/audit';
  const { search = '' } = useUrlSearch({ from });
  const navigate = useNavigate({ from: '/organizations/$orgId/audit' });
  const [typed, setTyped] = useState(search);
  const [inUrl, setInUrl] = useState(search);
  if (search !== inUrl) {
    setInUrl(search);
    if (search !== typed.trim()) setTyped(search); // the browser's way back
  }
  useEffect(() => {
    const next = typed.trim();
    if (next === search) return;
    const timer = setTimeout(() => void navigate({ search: next ? { search: next } : {}, replace: true }), 300);
    return () => clearTimeout(timer);
  }, [typed, search, navigate]);
  return { search, typed, setTyped };
}
