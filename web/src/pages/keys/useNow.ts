import { useEffect, useState } from 'react';

const tick = 15_000;

/** The time, which goes on: "5 minutes ago" must not stand there for an hour. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tick);
    return () => clearInterval(timer);
  }, []);
  return now;
}
