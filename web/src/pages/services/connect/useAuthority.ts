import { useQuery } from '@tanstack/react-query';

import { ApiError } from '@/api';
import { send } from '@/api/send';

/** What the commands call the file. */
export const authorityFile = 'gatehouse-ca.pem';

/** The certificate of Gatehouse's own authority (PEM); null where the certificates are given ones, which programs know already. */
export function useAuthority() {
  return useQuery({
    queryKey: ['authority'],
    staleTime: 300_000,
    queryFn: async ({ signal }): Promise<string | null> => {
      try {
        const response = await send(new Request(new URL('/ca.pem', location.origin), { signal }));
        return await response.text();
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  });
}
