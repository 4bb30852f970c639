import { useEffect, useState } from 'react';

const minute = 60_000;

/** The next full minute, from which "in 7 days" counts: what is shown is what is sent. */
export function useMinute(): Date {
  const [next, setNext] = useState(nextMinute);
  useEffect(() => {
    const timer = setTimeout(() => setNext(nextMinute()), Math.max(next - Date.now(), 0) + 1);
    return () => clearTimeout(timer);
  }, [next]);
  return new Date(next);
}

function nextMinute(): number {
  return Math.ceil(Date.now() / minute) * minute;
}
