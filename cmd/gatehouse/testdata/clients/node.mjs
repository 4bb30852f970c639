// What people do with @clickhouse/client. It prints what each step returned, or why it failed.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { SERVICE_URL, SERVICE_PASSWORD, SERVICE_CA, PACKAGES } = process.env
const { createClient } = createRequire(PACKAGES)('@clickhouse/client')
const client = createClient({ url: SERVICE_URL, username: 'default', password: SERVICE_PASSWORD, tls: { ca_cert: readFileSync(SERVICE_CA) } })
const rows = Array.from({ length: 1000 }, (_, n) => ({ n, s: `row ${n}` }))
const select = async (query, query_params) => (await client.query({ query, query_params, format: 'JSONEachRow' })).json()

const steps = {
  ping: async () => {
    const { success, error } = await client.ping()
    if (!success) throw error
    return true
  },
  select: () => select('SELECT 1 AS one'),
  parameters: () => select('SELECT {x:UInt8} + 1 AS n', { x: 41 }),
  insert: async () => {
    await client.command({ query: 'CREATE TABLE from_node (n UInt32, s String) ENGINE = MergeTree ORDER BY n' })
    await client.insert({ table: 'from_node', values: rows, format: 'JSONEachRow' })
    return select('SELECT toUInt32(count()) AS rows, toUInt32(max(n)) AS last FROM from_node')
  },
}

const report = {}
for (const [name, step] of Object.entries(steps)) {
  try {
    report[name] = { returned: await step() }
  } catch (error) {
    report[name] = { error: String(error.message ?? error) }
  }
}
await client.close()
console.log(JSON.stringify(report))
