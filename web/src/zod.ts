// The only door to zod: without `jitless` it tries `new Function`, which our
// Content-Security-Policy reports, and the setting must come before any schema.
import * as z from 'zod';

z.config({ jitless: true });

export { z };
